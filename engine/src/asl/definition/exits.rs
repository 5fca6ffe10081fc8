//! The ways out of a state.

use std::fmt;

use super::model::{Next, State, Test, Work};
use crate::asl::history::StateType;

/// By what a state is left. Rules and catchers count from 1, as drawings count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exit {
    Next,
    Rule(usize),
    Default,
    Catcher(usize),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Next => f.write_str("next"),
            Exit::Rule(number) => write!(f, "rule {number}"),
            Exit::Default => f.write_str("default"),
            Exit::Catcher(number) => write!(f, "catcher {number}"),
        }
    }
}

impl State {
    /// Whether a run can end here: a Succeed or Fail state, or one with `End`.
    pub fn is_terminal(&self) -> bool {
        self.kind != StateType::Choice && self.next == Next::End
    }

    /// Every way that can be taken, with the state it leads to, in the order they are tried: not a rule that is never
    /// true, and nothing behind one that always is.
    pub fn exits(&self) -> Vec<(Exit, usize)> {
        let mut exits = Vec::new();
        match &self.work {
            Work::Choice { rules, default } => {
                let mut is_certain = false;
                for (number, rule) in rules.iter().enumerate() {
                    match rule.test {
                        Test::Always(false) => continue,
                        Test::Always(true) => is_certain = true,
                        Test::Rule(_) | Test::Condition(_) => {}
                    }
                    exits.push((Exit::Rule(number + 1), rule.next));
                    if is_certain {
                        break;
                    }
                }
                if let (Some(default), false) = (default, is_certain) {
                    exits.push((Exit::Default, *default));
                }
            }
            _ => {
                if let Next::State(next) = self.next {
                    exits.push((Exit::Next, next));
                }
            }
        }
        let catchers = self.catch.iter().enumerate();
        exits.extend(catchers.map(|(number, catcher)| (Exit::Catcher(number + 1), catcher.next)));
        exits
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{MachineType, parse};

    #[test]
    fn what_can_be_taken_is_a_way() {
        let choice = |choices: Value| json!({"Type": "Choice", "Choices": choices, "Default": "B", "QueryLanguage": "JSONata"});
        let rule = |condition: Value| json!({"Condition": condition, "Next": "B"});
        let open = || rule(json!("{% $states.input.x %}"));
        for (case, state, expected) in [
            ("next", json!({"Type": "Pass", "Next": "B"}), &["next"][..]),
            ("an end", json!({"Type": "Pass", "End": true}), &[]),
            ("a failure", json!({"Type": "Fail"}), &[]),
            ("rules", choice(json!([open(), open()])), &["rule 1", "rule 2", "default"]),
            ("never", choice(json!([open(), rule(json!(false)), open()])), &["rule 1", "rule 3", "default"]),
            ("always", choice(json!([open(), rule(json!(true)), open()])), &["rule 1", "rule 2"]),
            (
                "catchers",
                json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Catch": [
                    {"ErrorEquals": ["E"], "Next": "B"}, {"ErrorEquals": ["F"], "Next": "B"},
                ]}),
                &["catcher 1", "catcher 2"],
            ),
        ] {
            let definition = json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}});
            let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
            let exits: Vec<String> =
                machine.states.list[0].exits().iter().map(|(exit, _)| exit.to_string()).collect();
            assert_eq!(exits, expected, "{case}");
        }
    }
}
