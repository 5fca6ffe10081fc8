//! How machines and executions are shown: columns of lists and of one of them. Pure functions; no calls.

use std::borrow::Cow;

use serde_json::Number;

use super::model::{Execution, ExecutionSummary, Logging, MachineSummary, StateMachine, VersionSummary};
use crate::output::{Cell, Column, Tone};

/// The columns of `sfn list`.
pub const MACHINES: &[Column<MachineSummary>] = &[
    Column::new("name", "NAME", |machine: &MachineSummary| machine.name.as_str().into()),
    Column::new("type", "TYPE", |machine: &MachineSummary| machine.machine_type.as_str().into()),
    Column::new("created", "CREATED", |machine: &MachineSummary| machine.created.into()),
    Column::new("arn", "ARN", |machine: &MachineSummary| machine.state_machine_arn.as_str().into()).hidden(),
];

/// One machine.
pub const MACHINE: &[Column<StateMachine>] = &[
    Column::new("name", "Machine", |it: &StateMachine| it.name.as_str().into()),
    Column::new("type", "Type", |it: &StateMachine| it.machine_type.as_str().into()),
    Column::new("status", "Status", |it: &StateMachine| it.status.as_deref().map(machine_status).into()),
    Column::new("description", "Description", |it: &StateMachine| it.description.as_deref().into()),
    Column::new("role", "Role", |it: &StateMachine| it.role_arn.as_str().into()),
    Column::new("logging", "Logging", |it: &StateMachine| logging(&it.logging).into()),
    Column::new("tracing", "Tracing", |it: &StateMachine| if it.is_traced { "on" } else { "off" }.into()),
    Column::new("encryption", "Encryption", |it: &StateMachine| {
        it.encryption.as_ref().map(|it| it.kms_key_id.as_ref().unwrap_or(&it.key_type)).into()
    }),
    Column::new("revision", "Revision", |it: &StateMachine| it.revision_id.as_deref().into()),
    Column::new("versions", "Versions", |it: &StateMachine| versions(it).into()),
    Column::new("aliases", "Aliases", |it: &StateMachine| {
        let aliases = it.aliases.as_ref().map(|them| them.iter().map(|alias| alias.name.as_str()).collect());
        aliases.and_then(|names: Vec<&str>| listed(names.join(", "))).into()
    }),
    Column::new("variables", "Variables", |it: &StateMachine| {
        let each = |(state, names): (&String, &Vec<String>)| format!("{state}: {}", names.join(", "));
        listed(it.variable_references.iter().map(each).collect::<Vec<_>>().join("; ")).into()
    }),
    Column::new("tags", "Tags", |it: &StateMachine| {
        let each = |(key, value): (&String, &String)| format!("{key}={value}");
        let tags = it.tags.as_ref().map(|tags| tags.iter().map(each).collect::<Vec<_>>().join(", "));
        tags.and_then(listed).into()
    }),
    Column::new("created", "Created", |it: &StateMachine| it.created.into()),
    Column::new("arn", "ARN", |it: &StateMachine| it.state_machine_arn.as_str().into()),
    Column::new("definition", "Definition", |it: &StateMachine| it.definition.as_str().into()).hidden(),
];

/// The columns of `sfn versions`.
pub const VERSIONS: &[Column<VersionSummary>] = &[
    Column::new("number", "VERSION", |it: &VersionSummary| it.number.into()),
    Column::new("created", "CREATED", |it: &VersionSummary| it.created.into()),
    Column::new("arn", "ARN", |it: &VersionSummary| it.state_machine_version_arn.as_str().into()),
];

/// The columns of `sfn executions`.
pub const EXECUTIONS: &[Column<ExecutionSummary>] = &[
    Column::new("name", "NAME", |it: &ExecutionSummary| it.name.as_str().into()),
    Column::new("status", "STATUS", |it: &ExecutionSummary| status(&it.status)),
    Column::new("started", "STARTED", |it: &ExecutionSummary| it.started.into()),
    Column::new("seconds", "SECONDS", |it: &ExecutionSummary| seconds(it.duration_seconds)),
    Column::new("redrives", "REDRIVES", |it: &ExecutionSummary| it.redrive_count.into()),
    Column::new("ended", "ENDED", |it: &ExecutionSummary| it.stopped.into()).hidden(),
    Column::new("redriven", "REDRIVEN", |it: &ExecutionSummary| it.redrive_date.into()).hidden(),
    Column::new("version", "VERSION", |it: &ExecutionSummary| {
        it.state_machine_version_arn.as_deref().map(last_part).into()
    })
    .hidden(),
    Column::new("alias", "ALIAS", |it: &ExecutionSummary| {
        it.state_machine_alias_arn.as_deref().map(last_part).into()
    })
    .hidden(),
    Column::new("items", "ITEMS", |it: &ExecutionSummary| it.item_count.into()).hidden(),
    Column::new("arn", "ARN", |it: &ExecutionSummary| it.execution_arn.as_str().into()).hidden(),
];

/// One execution.
pub const EXECUTION: &[Column<Execution>] = &[
    Column::new("name", "Execution", |it: &Execution| it.name.as_str().into()),
    Column::new("status", "Status", |it: &Execution| status(&it.status)),
    Column::new("machine", "Machine", |it: &Execution| last_part(&it.state_machine_arn).into()),
    Column::new("version", "Version", |it: &Execution| {
        it.state_machine_version_arn.as_deref().map(last_part).into()
    }),
    Column::new("alias", "Alias", |it: &Execution| {
        it.state_machine_alias_arn.as_deref().map(last_part).into()
    }),
    Column::new("started", "Started", |it: &Execution| it.started.into()),
    Column::new("ended", "Ended", |it: &Execution| it.stopped.into()),
    Column::new("seconds", "Seconds", |it: &Execution| seconds(it.duration_seconds())),
    Column::new("error", "Error", |it: &Execution| it.error.as_deref().into()),
    Column::new("cause", "Cause", |it: &Execution| it.cause.as_deref().into()),
    Column::new("input", "Input", |it: &Execution| it.input.as_deref().into()),
    Column::new("output", "Output", |it: &Execution| it.output.as_deref().into()),
    Column::new("redrive", "Redrive", |it: &Execution| it.redrives.redrive_status.as_deref().into()),
    Column::new("reason", "Reason", |it: &Execution| it.redrives.redrive_status_reason.as_deref().into()),
    Column::new("redrives", "Redrives", |it: &Execution| it.redrives.redrive_count.into()),
    Column::new("redriven", "Redriven", |it: &Execution| it.redrives.redrive_date.into()),
    Column::new("map-run", "Map run", |it: &Execution| it.map_run_arn.as_deref().into()),
    Column::new("trace", "Trace", |it: &Execution| it.trace_header.as_deref().into()),
    Column::new("arn", "ARN", |it: &Execution| it.execution_arn.as_str().into()),
];

/// The status of an execution or a map run.
pub fn status(status: &str) -> Cell {
    let tone = match status {
        "SUCCEEDED" => Tone::Good,
        "FAILED" | "TIMED_OUT" => Tone::Bad,
        "RUNNING" | "PENDING_REDRIVE" => Tone::Attention,
        "ABORTED" => Tone::Muted,
        _ => Tone::Plain,
    };
    Cell::state(status, tone)
}

fn machine_status(status: &str) -> Cell {
    Cell::state(status, if status == "ACTIVE" { Tone::Good } else { Tone::Attention })
}

/// A text that people read, without what is more than some lines of it.
pub fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 400;
    let Some((kept, rest)) = text.char_indices().nth(LONGEST).map(|(end, _)| text.split_at(end)) else {
        return Cow::Borrowed(text);
    };
    let more = match rest.len() {
        bytes @ ..1000 => format!("{bytes} bytes"),
        bytes => format!("{} KB", bytes / 1000),
    };
    Cow::Owned(format!("{kept}... {more} more; -o json has it all"))
}

/// A length of time, to be sorted and reckoned with.
pub fn seconds(seconds: Option<f64>) -> Cell {
    seconds.and_then(Number::from_f64).map_or(Cell::Empty, Cell::Number)
}

/// Of an ARN: the name, the version, the alias.
pub fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn listed(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn logging(logging: &Logging) -> String {
    if logging.is_off() {
        return "off".to_owned();
    }
    let data = if logging.include_execution_data { "with data" } else { "without data" };
    format!("{} {data} to {}", logging.level, logging.log_groups.join(", "))
}

/// The newest ones, and how many there are.
fn versions(machine: &StateMachine) -> Option<String> {
    const SHOWN: usize = 5;
    let versions = machine.versions.as_ref().filter(|versions| !versions.is_empty())?;
    let numbers: Vec<String> =
        versions.iter().take(SHOWN).map(|version| version.number.to_string()).collect();
    let more = match versions.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} older"),
    };
    Some(format!("{}{more}", numbers.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::model::VersionSummary;
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_the_rest_measured() {
        assert_eq!(shortened("ü"), "ü");
        let told = |more: usize| shortened(&"ü".repeat(400 + more))["ü".len() * 400..].to_owned();
        assert_eq!(told(0), "");
        assert_eq!(told(1), "... 2 bytes more; -o json has it all");
        assert_eq!(told(11_000), "... 22 KB more; -o json has it all");
    }

    #[test]
    fn logging_is_told_in_words() {
        assert_eq!(logging(&Logging::off()), "off");
        let all = Logging {
            level: "ALL".to_owned(),
            include_execution_data: true,
            log_groups: vec!["/aws/pay".to_owned()],
        };
        assert_eq!(logging(&all), "ALL with data to /aws/pay");
        assert_eq!(
            logging(&Logging { include_execution_data: false, ..all }),
            "ALL without data to /aws/pay"
        );
    }

    #[test]
    fn the_newest_versions_are_named_and_the_others_counted() {
        let version = |number| VersionSummary {
            number,
            created: None,
            state_machine_version_arn: format!("arn:aws:states:r:1:stateMachine:m:{number}"),
        };
        let machine = |count: u64| StateMachine {
            name: "m".to_owned(),
            machine_type: "STANDARD".to_owned(),
            status: None,
            description: None,
            created: None,
            revision_id: None,
            role_arn: String::new(),
            logging: Logging::off(),
            is_traced: false,
            encryption: None,
            variable_references: Default::default(),
            versions: Some((1..=count).rev().map(version).collect()),
            aliases: None,
            tags: None,
            definition: String::new(),
            state_machine_arn: String::new(),
        };
        assert_eq!(versions(&machine(0)), None);
        assert_eq!(versions(&machine(2)).as_deref(), Some("2, 1"));
        assert_eq!(versions(&machine(7)).as_deref(), Some("7, 6, 5, 4, 3 and 2 older"));
    }
}
