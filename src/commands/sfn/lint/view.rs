//! Findings as they are shown.

use opsctl_engine::asl::lint::{Rule, Severity};
use serde::{Serialize, Serializer};

use crate::output::{Cell, Column, Tone, escape};

/// A finding at its place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub column: usize,
    #[serde(serialize_with = "name")]
    pub severity: Severity,
    pub rule: String,
    pub message: String,
    /// The machine's name in a template.
    pub machine: Option<String>,
    /// The service's pointer into the definition.
    pub location: Option<String>,
}

fn name<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}

impl Finding {
    pub fn order(&self) -> (&str, usize, usize, Severity) {
        (&self.file, self.line, self.column, self.severity)
    }
}

fn severity(severity: Severity) -> Cell {
    match severity {
        Severity::Error => Cell::state("error", Tone::Bad),
        Severity::Warning => Cell::state("warning", Tone::Attention),
        Severity::Note => "note".into(),
    }
}

pub const COLUMNS: &[Column<Finding>] = &[
    Column::new("file", "FILE", |it: &Finding| it.file.as_str().into()),
    Column::new("line", "LINE", |it: &Finding| (it.line as u64).into()),
    Column::new("column", "COLUMN", |it: &Finding| (it.column as u64).into()),
    Column::new("severity", "SEVERITY", |it: &Finding| severity(it.severity)),
    Column::new("rule", "RULE", |it: &Finding| it.rule.as_str().into()),
    Column::new("message", "MESSAGE", |it: &Finding| it.message.as_str().into()).cut(),
    Column::new("machine", "MACHINE", |it: &Finding| it.machine.as_deref().unwrap_or_default().into())
        .hidden(),
    Column::new("location", "LOCATION", |it: &Finding| it.location.as_deref().unwrap_or_default().into())
        .hidden(),
];

/// A rule as it is listed.
#[derive(Debug, Serialize)]
pub struct ListedRule {
    pub rule: &'static str,
    #[serde(serialize_with = "name")]
    pub severity: Severity,
    pub finds: &'static str,
}

impl From<&'static Rule> for ListedRule {
    fn from(rule: &'static Rule) -> Self {
        ListedRule { rule: rule.id, severity: rule.severity, finds: rule.summary }
    }
}

pub const RULE_COLUMNS: &[Column<ListedRule>] = &[
    Column::new("rule", "RULE", |it: &ListedRule| it.rule.into()),
    Column::new("severity", "SEVERITY", |it: &ListedRule| severity(it.severity)),
    Column::new("finds", "FINDS", |it: &ListedRule| it.finds.into()).cut(),
];

/// `file:line:column: severity: message [rule]`, as compilers have it.
pub fn lines(findings: &[Finding]) -> String {
    let line = |it: &Finding| {
        let (file, message) = (escape(&it.file), escape(&it.message));
        format!("{file}:{}:{}: {}: {message} [{}]\n", it.line, it.column, it.severity.name(), it.rule)
    };
    findings.iter().map(line).collect()
}

pub fn summary(machines: usize, errors: usize, warnings: usize, notes: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let found: Vec<String> = [(errors, "error"), (warnings, "warning"), (notes, "note")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count, word))
        .collect();
    let found = if found.is_empty() { "nothing wrong".to_owned() } else { found.join(", ") };
    format!("{found} in {}", plural(machines, "state machine"))
}
