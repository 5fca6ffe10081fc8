//! The expressions of an alarm's Metrics: that they can be read, that what they name is there, and that the one that is
//! watched comes to one series.

use crate::document::Fault;
use crate::evaluation::alarm::MetricAlarm;
use crate::evaluation::math::SyntaxError;

/// What is wrong with an expression, at a place in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionFault {
    /// The position of its entry in `Metrics`.
    pub entry: usize,
    pub error: SyntaxError,
}

impl ExpressionFault {
    /// As a fault of the document.
    pub fn fault(&self) -> Fault {
        let path = vec!["Metrics".to_owned(), self.entry.to_string(), "Expression".to_owned()];
        Fault { path, message: self.error.to_string(), is_of_name: false }
    }
}

/// Every fault of the expressions of an alarm. What is wrong with the Ids themselves is one of the whole document.
pub fn check_expressions(alarm: &MetricAlarm) -> Vec<ExpressionFault> {
    let of = |id: &str, error: SyntaxError| {
        let entry = alarm.metrics.iter().position(|query| query.id == id && query.expression.is_some())?;
        Some(ExpressionFault { entry, error })
    };
    let program = match alarm.program() {
        Ok(program) => program,
        Err(faults) => {
            let of_text = faults.into_iter().filter(|fault| fault.error.end > 0);
            return of_text.filter_map(|fault| of(&fault.id, fault.error)).collect();
        }
    };
    let watched = alarm.judged_query().map_or("", |query| query.id.as_str());
    let findings = program.lint_for_alarm(watched).into_iter();
    let refused = findings.filter(|(_, finding)| finding.lint.is_error());
    refused.filter_map(|(id, finding)| of(id, finding.error())).collect()
}
