//! What a look before a job has found, as it is told and as it counts. Pure but for the telling.

use opsctl_engine::batch::OperationKind;
use opsctl_engine::batch::cost::{Forecast, dollars};
use serde::Serialize;

use super::sample::{Count, Sample};
use crate::context::Context;
use crate::error::{Error, Kind, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    Good,
    /// Nothing that was looked at is wrong, and not all of it was.
    Partly,
    /// Some tasks would fail, or something surprising would happen.
    Warning,
    /// The job would fail.
    Bad,
    /// It may not be looked at.
    Unknown,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub check: &'static str,
    pub state: State,
    pub message: String,
    /// How the exit code tells it.
    #[serde(skip)]
    kind: Option<Kind>,
    #[serde(skip)]
    hint: Option<String>,
}

impl Finding {
    fn new(check: &'static str, state: State, message: String) -> Self {
        Finding { check, state, message, kind: None, hint: None }
    }

    pub fn good(check: &'static str, message: impl Into<String>) -> Self {
        Finding::new(check, State::Good, message.into())
    }

    pub fn partly(check: &'static str, message: impl Into<String>) -> Self {
        Finding::new(check, State::Partly, message.into())
    }

    pub fn warning(check: &'static str, message: impl Into<String>) -> Self {
        Finding::new(check, State::Warning, message.into())
    }

    pub fn unknown(check: &'static str, message: impl Into<String>) -> Self {
        Finding::new(check, State::Unknown, message.into())
    }

    pub fn bad(check: &'static str, message: impl Into<String>) -> Self {
        Finding { kind: Some(Kind::ConditionFalse), ..Finding::new(check, State::Bad, message.into()) }
    }

    pub fn missing(check: &'static str, message: impl Into<String>) -> Self {
        Finding { kind: Some(Kind::NotFound), ..Finding::new(check, State::Bad, message.into()) }
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Finding { hint: Some(hint.into()), ..self }
    }
}

/// All of it, with the forecast.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    checks: Vec<Finding>,
    cost: Option<Cost>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    objects: Option<u64>,
    is_estimate: bool,
    /// With the dollar sign.
    total: String,
    items: Vec<CostItem>,
    without: Vec<&'static str>,
    /// What direct calls would cost, where they cost less.
    direct_calls: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct CostItem {
    what: String,
    arithmetic: String,
    amount: String,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.checks.push(finding);
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.checks.extend(findings);
    }

    pub fn forecast(&mut self, forecast: &Forecast, sample: &Sample) {
        let item = |item: &opsctl_engine::batch::cost::Item| CostItem {
            what: item.what.clone(),
            arithmetic: item.arithmetic.clone(),
            amount: dollars(item.nano_dollars),
        };
        self.cost = Some(Cost {
            objects: sample.count.known(),
            is_estimate: !matches!(sample.count, Count::Exactly(_)),
            total: dollars(forecast.total()),
            items: forecast.items.iter().map(item).collect(),
            without: forecast.without.clone(),
            direct_calls: sample.count.known().and_then(|_| forecast.cheaper_directly()).map(dollars),
        });
    }

    pub fn count(&self) -> Option<String> {
        let cost = self.cost.as_ref()?;
        Some(match (cost.objects, cost.is_estimate) {
            (Some(count), false) => count.to_string(),
            (Some(count), true) => format!("about {count}"),
            (None, _) => "not known; the cost is for a million objects".to_owned(),
        })
    }

    pub fn cost(&self) -> Option<String> {
        let cost = self.cost.as_ref()?;
        Some(match (cost.objects, &cost.direct_calls) {
            (None, _) => format!("{} for each million objects", cost.total),
            (Some(_), Some(direct)) => format!("{}; {direct} by calls of one's own", cost.total),
            (Some(_), None) => cost.total.clone(),
        })
    }

    pub fn arithmetic(&self) -> Option<String> {
        let line = |item: &CostItem| format!("{}: {} = {}", item.what, item.arithmetic, item.amount);
        let lines: Vec<String> = self.cost.as_ref()?.items.iter().map(line).collect();
        Some(lines.join("; "))
    }

    pub fn without(&self) -> Option<String> {
        let without = self.cost.as_ref()?.without.join("; ");
        (!without.is_empty()).then_some(without)
    }

    /// What is worth knowing though the job can be made; the rest with -v.
    pub fn tell(&self, ctx: &Context) {
        for Finding { check, state, message, .. } in &self.checks {
            match state {
                State::Good => ctx.reporter().verbose(1, format_args!("{check}: {message}")),
                State::Partly => ctx.reporter().status(format_args!("{check}: {message}")),
                State::Warning => ctx.reporter().warn(format_args!("{check}: {message}")),
                State::Unknown => ctx.reporter().status(format_args!("{check}: not known: {message}")),
                State::Bad => {}
            }
        }
        if let (Some(cost), Some(count)) = (self.cost(), self.count()) {
            ctx.reporter().status(format_args!("objects: {count}; cost: {cost}"));
        }
    }

    /// All that would make it fail, in one error.
    pub fn result(&self, kind: OperationKind) -> Result<()> {
        let bad: Vec<&Finding> = self.checks.iter().filter(|finding| finding.state == State::Bad).collect();
        let Some(first) = bad.first() else { return Ok(()) };
        let alike = bad.iter().all(|finding| finding.kind == first.kind);
        let code = first.kind.filter(|_| alike).unwrap_or(Kind::ConditionFalse);
        let told: Vec<String> =
            bad.iter().map(|finding| format!("{}: {}", finding.check, finding.message)).collect();
        let mut error = Error::new(code, format!("the {} job would fail", kind.word())).because_of(told);
        for hint in bad.iter().filter_map(|finding| finding.hint.clone()).take(2) {
            error = error.hint(hint);
        }
        Err(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    #[test]
    fn all_that_is_bad_is_one_error_and_the_rest_is_none() {
        let mut findings = Findings::default();
        findings.push(Finding::warning("objects", "some"));
        findings.push(Finding::unknown("role", "no"));
        assert!(findings.result(OperationKind::Tag).is_ok());
        findings.push(Finding::missing("report", "there is no bucket r").hint("make it"));
        let report = Report::new(&findings.result(OperationKind::Tag).unwrap_err());
        assert_eq!((report.kind, report.message.as_str()), (Kind::NotFound, "the tag job would fail"));
        findings.push(Finding::bad("role", "does not trust"));
        let report = Report::new(&findings.result(OperationKind::Tag).unwrap_err());
        assert_eq!(report.kind, Kind::ConditionFalse);
        assert_eq!(report.causes, ["report: there is no bucket r", "role: does not trust"]);
        assert_eq!(report.hints, ["make it"]);
    }
}
