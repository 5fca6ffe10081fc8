//! Any text as the rule of a composite alarm: what is read prints as the same rule, and is judged alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::Rule;

fuzz_target!(|text: &str| {
    let state_of = |alarm: &str| Some(StateValue::ALL[alarm.len() % 3]);
    match Rule::parse(text) {
        Ok(rule) => {
            let again = Rule::parse(&rule.to_string());
            // Parentheses and quotes that are added may break a limit.
            if let Ok(again) = again {
                assert_eq!(again.to_string(), rule.to_string());
                assert_eq!(again.state(state_of), rule.state(state_of));
            }
            assert_eq!(rule.judge(state_of).holds, rule.state(state_of) == Ok(StateValue::Alarm));
            let _ = rule.contributions(state_of);
        }
        Err(errors) => errors.iter().for_each(|error| {
            assert!(error.at <= error.end && error.end <= text.len());
            let _ = error.pointed(text);
        }),
    }
});
