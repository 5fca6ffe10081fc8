//! How a command is shown: columns of results, the table of a wait, what is said of a node. Pure functions; no calls.

use super::model::{Record, State, Status};
use super::rollout::{Member, Rollout};
use crate::output::{Cell, Column, Tone};

/// The columns of results.
pub const RECORDS: &[Column<Record>] = &[
    Column::new("id", "ID", |record: &Record| record.instance_id.as_str().into()),
    Column::new("name", "NAME", |record: &Record| record.name.as_deref().into()).cut(),
    Column::new("status", "STATUS", |record: &Record| {
        Cell::state(record.status_details.as_str(), tone(&record.status))
    }),
    Column::new("code", "CODE", |record: &Record| i64::from(record.response_code).into()),
    Column::new("stdout", "STDOUT", |record: &Record| record.stdout.as_str().into()).cut(),
    Column::new("stderr", "STDERR", |record: &Record| record.stderr.as_str().into()).cut(),
    Column::new("truncated", "TRUNCATED", |record: &Record| record.truncated.into()).hidden(),
    Column::new("command", "COMMAND", |record: &Record| record.command_id.as_deref().into()).hidden(),
];

/// The table of a wait.
pub const MEMBERS: &[Column<Member>] = &[
    Column::new("node", "NODE", |member: &Member| {
        member.name.as_deref().unwrap_or(&member.instance_id).into()
    })
    .cut(),
    Column::new("state", "STATE", |member: &Member| {
        Cell::state(member.state.details.as_str(), tone(&member.state.status))
    }),
    Column::new("id", "ID", |member: &Member| member.instance_id.as_str().into()),
];

fn tone(status: &Status) -> Tone {
    match status {
        Status::Success => Tone::Good,
        Status::Failed | Status::TimedOut => Tone::Bad,
        Status::InProgress | Status::Delayed | Status::Cancelling => Tone::Attention,
        Status::NotSent | Status::Pending | Status::Cancelled => Tone::Muted,
        Status::Unknown(_) => Tone::Plain,
    }
}

/// Those that are at it first, those that are done last: not all of many have room.
pub fn table(rollout: &Rollout) -> Vec<Member> {
    let mut members = rollout.members().to_vec();
    members.sort_by_key(|member| match member.state.status {
        _ if member.state.is_over() => 3,
        Status::Pending => 1,
        Status::NotSent => 2,
        _ => 0,
    });
    members
}

/// `Success`, `Failed, exit code 3`, `ExecutionTimedOut`.
pub fn ending(state: &State, response_code: i32) -> String {
    match state.status {
        Status::Failed if response_code > 0 => format!("{}, exit code {response_code}", state.details),
        _ => state.details.clone(),
    }
}

/// Above the output of one of several nodes.
pub fn header(member: &Member) -> String {
    format!("==> {} <==\n", member.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ssm::run::rollout::Limits;

    #[test]
    fn what_is_at_work_comes_first() {
        let member = |id: &str, status: &str| Member {
            state: State::new(Some(status), None),
            ..Member::new(id.into(), None)
        };
        let members = vec![
            member("i-1", "Success"),
            member("i-2", "Pending"),
            member("i-3", "InProgress"),
            Member::new("i-4".into(), None),
            member("i-5", "Delayed"),
        ];
        let table = table(&Rollout::new(members, Limits::default()));
        let ids: Vec<&str> = table.iter().map(|member| member.instance_id.as_str()).collect();
        assert_eq!(ids, ["i-3", "i-5", "i-2", "i-4", "i-1"]);
    }

    #[test]
    fn an_ending_tells_its_code_where_there_is_one() {
        for (status, details, code, expected) in [
            ("Success", "Success", 0, "Success"),
            ("Failed", "Failed", 3, "Failed, exit code 3"),
            ("Failed", "Undeliverable", -1, "Undeliverable"),
            ("TimedOut", "ExecutionTimedOut", -1, "ExecutionTimedOut"),
        ] {
            assert_eq!(ending(&State::new(Some(status), Some(details)), code), expected, "{status}");
        }
    }
}
