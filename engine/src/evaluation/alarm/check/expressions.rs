//! The expressions of an alarm's Metrics: that they can be read, that what they name is there, and that the one that is
//! watched comes to one series.

use serde_json::Value;

use crate::document::Fault;
use crate::evaluation::alarm::MetricAlarm;
use crate::evaluation::math::SyntaxError;

/// Every fault of the expressions of what PutMetricAlarm is to take. A document that cannot be read at all has none here.
pub fn check_expressions(document: &Value) -> Vec<Fault> {
    let Ok(alarm) = MetricAlarm::read(document) else { return Vec::new() };
    let fault = |id: &str, error: SyntaxError| {
        let at = alarm.metrics.iter().rposition(|query| query.id == id).unwrap_or_default();
        let path = vec!["Metrics".to_owned(), at.to_string(), "Expression".to_owned()];
        Fault { path, message: error.to_string(), is_of_name: false }
    };
    let watched = alarm.judged_query().map_or("", |query| query.id.as_str());
    match alarm.program() {
        Err(faults) => faults.into_iter().map(|wrong| fault(&wrong.id, wrong.error)).collect(),
        Ok(program) => {
            let findings = program.lint_for_alarm(watched).into_iter();
            let refused = findings.filter(|(_, finding)| finding.lint.is_error());
            refused.map(|(id, finding)| fault(id, finding.error())).collect()
        }
    }
}
