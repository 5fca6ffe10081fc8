//! What a command over a fleet came to: the exit code, and who did not succeed. Pure.

use super::super::model::Node;
use super::api::nodes;
use super::check::some;
use super::rollout::{Member, Rollout};
use super::view;
use crate::error::{Error, Kind, Outcome, Result};

/// Nodes that a hint can still name.
const PASTED: usize = 10;

/// `left_out`: nodes that the user named and that are not online. `again`: the command for these ids.
pub fn outcome(
    rollout: &Rollout,
    left_out: &[Node],
    again: impl Fn(&[&str]) -> Option<String>,
) -> Result<Outcome> {
    let members = rollout.members();
    let succeeded = members.iter().filter(|member| member.state.is_success()).count();
    let never_ran: Vec<&Member> = members.iter().filter(|member| member.state.never_ran()).collect();
    let other = |member: &&Member| !member.state.is_success() && !member.state.never_ran();
    let failed: Vec<&Member> = members.iter().filter(other).collect();
    if failed.is_empty() && never_ran.is_empty() {
        return match left_out.len() {
            0 => Ok(Outcome::Done),
            count => Err(Error::new(Kind::Partial, format!("the command did not run on {}", nodes(count)))
                .because(format!(
                    "not online: {}",
                    some(&left_out.iter().map(Node::label).collect::<Vec<_>>())
                ))
                .into()),
        };
    }
    let kind = if succeeded == 0 { Kind::ConditionFalse } else { Kind::Partial };
    let ending = |member: &&Member| {
        format!("{}: {}", member.label(), view::ending(&member.state, member.response_code))
    };
    let told = |members: &[&Member]| some(&members.iter().map(ending).collect::<Vec<_>>());
    if let ([only], []) = (failed.as_slice(), never_ran.as_slice())
        && members.len() == 1
    {
        return Err(Error::new(kind, format!("the command failed on {}", told(&[*only]))).into());
    }
    let total = members.len();
    let message = match (failed.len(), never_ran.len()) {
        (0, missed) => format!("the command did not run on {missed} of {}", nodes(total)),
        (bad, 0) => format!("the command failed on {bad} of {}", nodes(total)),
        (bad, missed) => {
            format!("the command failed on {bad} of {} and did not run on {missed}", nodes(total))
        }
    };
    let mut error = Error::new(kind, message);
    let causes = [("failed", &failed), ("did not run", &never_ran)];
    let causes = causes.into_iter().filter(|(_, members)| !members.is_empty());
    let causes: Vec<String> = causes.map(|(what, members)| format!("{what}: {}", told(members))).collect();
    error = error.because(causes.join("; "));
    let stopped =
        never_ran.iter().any(|member| matches!(member.state.details.as_str(), "Terminated" | "NotSent"));
    if stopped && rollout.has_failed() {
        error = error.hint("more nodes failed than --max-errors allows; the rest did not get it");
    }
    let ids: Vec<&str> = never_ran.iter().map(|member| member.instance_id.as_str()).collect();
    if (1..=PASTED).contains(&ids.len())
        && let Some(again) = again(&ids)
    {
        error = error.hint(again);
    }
    Err(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ssm::run::model::State;
    use crate::commands::ssm::run::rollout::Limits;
    use crate::error::Report;

    fn came_to(states: &[(&str, &str)], left_out: usize) -> (u8, String, Vec<String>) {
        let member = |(index, (status, details)): (usize, &(&str, &str))| Member {
            state: State::new(Some(status), Some(details)),
            response_code: if *details == "Failed" { 3 } else { -1 },
            ..Member::new(format!("i-{index}"), None)
        };
        let members = states.iter().enumerate().map(member).collect();
        let node = |number: usize| {
            let node = aws_sdk_ssm::types::InstanceProperty::builder().instance_id(format!("i-off-{number}"));
            Node::try_from(node.build()).unwrap()
        };
        let left_out: Vec<Node> = (0..left_out).map(node).collect();
        match outcome(&Rollout::new(members, Limits::default()), &left_out, |ids| Some(ids.join(" "))) {
            Ok(outcome) => (outcome.exit_code(), String::new(), Vec::new()),
            Err(error) => {
                let report = Report::new(&error);
                let text = [vec![report.message], report.causes].concat().join(" | ");
                (report.kind.exit_code(), text, report.hints)
            }
        }
    }

    const GOOD: (&str, &str) = ("Success", "Success");
    const BAD: (&str, &str) = ("Failed", "Failed");
    const STOPPED: (&str, &str) = ("Cancelled", "Terminated");

    #[test]
    fn the_exit_code_is_of_the_whole() {
        for (name, states, left_out, code, text) in [
            ("all well", &[GOOD, GOOD][..], 0, 0, ""),
            ("one left out", &[GOOD], 1, 7, "the command did not run on 1 node | not online: i-off-0"),
            ("one of one", &[BAD], 0, 6, "the command failed on i-0: Failed, exit code 3"),
            (
                "one of two",
                &[GOOD, BAD],
                0,
                7,
                "the command failed on 1 of 2 nodes | failed: i-1: Failed, exit code 3",
            ),
            (
                "stopped",
                &[BAD, GOOD, STOPPED],
                0,
                7,
                "the command failed on 1 of 3 nodes and did not run on 1 | \
                 failed: i-0: Failed, exit code 3; did not run: i-2: Terminated",
            ),
            (
                "undeliverable",
                &[("Failed", "Undeliverable"), ("Failed", "Undeliverable")],
                0,
                6,
                "the command did not run on 2 of 2 nodes | did not run: i-0: Undeliverable, i-1: Undeliverable",
            ),
        ] {
            let (found, told, _) = came_to(states, left_out);
            assert_eq!((found, told.as_str()), (code, text), "{name}");
        }
        let hints = came_to(&[BAD, STOPPED], 0).2;
        assert_eq!(hints, ["more nodes failed than --max-errors allows; the rest did not get it", "i-1"]);
    }
}
