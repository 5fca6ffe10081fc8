//! What differs between a machine and what it is to be, part by part: its definition by the engine, its settings member
//! by member. `view` draws it; nothing here calls AWS.

mod view;

use opsctl_engine::asl::diff::{self, Change};
use opsctl_engine::asl::json;
use opsctl_engine::document::drop_nulls;
use serde::Serialize;
use serde_json::Value;

use super::settings::Settings;
pub use view::{COLUMNS, drawn, summary};

/// A change, and what of the machine it is in: `definition`, `type`, `role`, `logging`, `tracing` or `tags`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartChange {
    pub part: String,
    /// `state`, `transition` or `member`.
    pub what: &'static str,
    /// `added`, `removed`, `renamed` or `changed`.
    pub how: &'static str,
    /// The states it is in, the outermost first.
    pub states: Vec<String>,
    /// The JSON pointer in the part.
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// The pointer from the innermost of the states.
    #[serde(skip)]
    pub member: String,
    #[serde(skip)]
    pub kind: diff::How,
}

pub const DEFINITION: &str = "definition";

/// The differences of two definitions; one that is no JSON is a text.
pub fn of_definitions(before: &str, after: &str) -> Vec<PartChange> {
    let read = |text: &str| json::parse(text.as_bytes()).unwrap_or_else(|_| Value::from(text));
    let changes = diff::definitions(&read(before), &read(after)).into_iter();
    changes.map(|change| PartChange::new(DEFINITION.to_owned(), change)).collect()
}

/// The differences of two settings; each member of theirs is a part.
pub fn of_settings(before: &Settings, after: &Settings) -> Vec<PartChange> {
    let value = |settings: &Settings| {
        let mut value = serde_json::to_value(settings).unwrap_or_default();
        drop_nulls(&mut value);
        value
    };
    let changes = diff::values(&value(before), &value(after)).into_iter();
    let of_part = |mut change: Change| {
        let path = std::mem::take(&mut change.path);
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (part, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
        (change.path, change.member) = (rest.to_owned(), rest.to_owned());
        PartChange::new(part.to_owned(), change)
    };
    changes.map(of_part).collect()
}

impl PartChange {
    fn new(part: String, change: Change) -> Self {
        PartChange {
            part,
            what: change.what.name(),
            how: change.how.name(),
            states: change.states,
            path: change.path,
            before: change.before,
            after: change.after,
            member: change.member,
            kind: change.how,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::sfn::settings::Logging;

    #[test]
    fn settings_differ_part_by_part() {
        let before = Settings {
            machine_type: "STANDARD".into(),
            tags: [("a/b".into(), "1".into())].into(),
            ..Settings::default()
        };
        let logging =
            Logging { level: "ALL".into(), include_execution_data: false, log_group: Some("g".into()) };
        let after = Settings {
            role: Some("r".into()),
            logging,
            tags: [("a/b".into(), "2".into())].into(),
            ..before.clone()
        };
        let found: Vec<(String, &str, String)> =
            of_settings(&before, &after).into_iter().map(|it| (it.part, it.how, it.path)).collect();
        let expected = [
            ("role", "added", ""),
            ("logging", "changed", "/level"),
            ("logging", "added", "/logGroup"),
            ("tags", "changed", "/a~1b"),
        ];
        assert_eq!(found, expected.map(|(part, how, path)| (part.to_owned(), how, path.to_owned())));
    }
}
