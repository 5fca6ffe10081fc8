//! Any text as a call of an intrinsic function, evaluated when it is one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::asl::context::Context;
use opsctl_engine::asl::intrinsic::Intrinsic;
use opsctl_engine::asl::scope::{Scope, Variables};
use opsctl_engine::random::Random;
use serde_json::json;

fuzz_target!(|text: &str| {
    let input = json!({"a": [1, "x", {"b": null}], "n": 2.5, "s": "text {}"});
    let variables = Variables::default();
    let context = Context::from(input.clone());
    let scope = Scope { input: &input, context: &context, variables: &variables };
    if let Ok(call) = Intrinsic::parse(text) {
        assert_eq!(call.text(), text);
        let _ = call.evaluate(&scope, &mut Random::new([0; 32]));
    }
});
