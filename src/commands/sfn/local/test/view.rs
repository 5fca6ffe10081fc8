//! How tests and coverage are shown.

use std::path::Path;

use opsctl_engine::asl::coverage::{Coverage, Ground, Way};
use serde::Serialize;

use crate::output::{Cell, Column, Tone};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    pub file: String,
    pub name: String,
    pub passed: bool,
    /// Of the wall.
    pub seconds: f64,
    /// Of the execution, if it came to an end.
    pub execution_status: Option<&'static str>,
    pub failures: Vec<String>,
    /// What can be done about them.
    pub hints: Vec<String>,
}

impl TestResult {
    pub fn new(
        file: &Path,
        name: &str,
        seconds: f64,
        execution_status: Option<&'static str>,
        (failures, hints): (Vec<String>, Vec<String>),
    ) -> Self {
        let file = file.display().to_string();
        TestResult {
            file,
            name: name.to_owned(),
            passed: failures.is_empty(),
            seconds,
            execution_status,
            failures,
            hints,
        }
    }
}

pub const TESTS: &[Column<TestResult>] = &[
    Column::new("file", "FILE", |it: &TestResult| it.file.as_str().into()).cut(),
    Column::new("name", "TEST", |it: &TestResult| it.name.as_str().into()).cut(),
    Column::new("result", "RESULT", |it: &TestResult| match it.passed {
        true => Cell::state("passed", Tone::Good),
        false => Cell::state("failed", Tone::Bad),
    }),
    Column::new("status", "STATUS", |it: &TestResult| it.execution_status.into()),
    Column::new("why", "WHY", |it: &TestResult| it.failures.first().into()).cut(),
    Column::new("seconds", "SECONDS", |it: &TestResult| format!("{:.3}", it.seconds).into()).hidden(),
];

/// What the tests have seen of one definition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionCoverage {
    pub definition: String,
    pub states: Share,
    pub transitions: Share,
    pub missed_states: Vec<String>,
    pub missed_transitions: Vec<Transition>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Share {
    pub total: usize,
    pub covered: usize,
    pub percent: f64,
}

#[derive(Debug, Serialize)]
pub struct Transition {
    pub from: String,
    pub to: String,
    /// `next`, `default`, `rule 2`, `catcher 1`.
    pub by: String,
}

impl DefinitionCoverage {
    pub fn new(definition: &Path, ground: &Ground, coverage: &Coverage) -> Self {
        let missed = ground.missed(coverage);
        let transition = |Way { from, exit, to }: Way| Transition {
            from: from.to_string(),
            to: to.to_string(),
            by: exit.to_string(),
        };
        DefinitionCoverage {
            definition: definition.display().to_string(),
            states: Share::new(ground.states.len(), missed.states.len()),
            transitions: Share::new(ground.ways.len(), missed.ways.len()),
            missed_states: missed.states.iter().map(ToString::to_string).collect(),
            missed_transitions: missed.ways.into_iter().map(transition).collect(),
        }
    }

    /// States and transitions together, in percent.
    pub fn percent(&self) -> f64 {
        let total = self.states.total + self.transitions.total;
        Share::new(total, total - self.states.covered - self.transitions.covered).percent
    }
}

impl Share {
    fn new(total: usize, missed: usize) -> Self {
        let covered = total.saturating_sub(missed);
        let percent = if total == 0 { 100.0 } else { covered as f64 * 100.0 / total as f64 };
        Share { total, covered, percent: (percent * 10.0).floor() / 10.0 }
    }

    fn cell(self) -> Cell {
        format!("{:.1}% ({} of {})", self.percent, self.covered, self.total).into()
    }
}

pub const COVERAGE: &[Column<DefinitionCoverage>] = &[
    Column::new("definition", "DEFINITION", |it: &DefinitionCoverage| it.definition.as_str().into()).cut(),
    Column::new("states", "STATES", |it: &DefinitionCoverage| it.states.cell()),
    Column::new("transitions", "TRANSITIONS", |it: &DefinitionCoverage| it.transitions.cell()),
    Column::new("missed", "MISSED", |it: &DefinitionCoverage| {
        let transitions =
            it.missed_transitions.iter().map(|way| format!("{} -> {} ({})", way.from, way.to, way.by));
        let missed: Vec<String> = it.missed_states.iter().cloned().chain(transitions).collect();
        match missed.is_empty() {
            true => Cell::Empty,
            false => missed.join(", ").into(),
        }
    })
    .cut(),
];
