//! What is wrong with a configuration: the engine's rules of documents, of actions, and of the expressions in `Metrics`.

use opsctl_engine::document::Fault;
use opsctl_engine::evaluation::actions::{self, AlarmKind};
use opsctl_engine::evaluation::alarm::{
    ExpressionFault, MetricAlarm, check_composite, check_expressions, check_log, check_metric,
};
use serde_json::Value;

use crate::commands::alarm::model::AlarmType;

pub fn faults(alarm_type: AlarmType, document: &Value) -> Vec<Fault> {
    let (mut faults, kind) = match alarm_type {
        AlarmType::Metric => (check_metric(document), AlarmKind::Metric),
        AlarmType::Composite => (check_composite(document), AlarmKind::Composite),
        AlarmType::Log => (check_log(document), AlarmKind::Log),
    };
    faults.extend(actions::check(kind, document));
    if alarm_type == AlarmType::Metric
        && let Some(alarm) = watching(document)
    {
        faults.extend(of_expressions(&alarm));
    }
    faults
}

/// What it says of expressions, whatever is wrong with the rest.
fn watching(document: &Value) -> Option<MetricAlarm> {
    let members = ["Metrics", "ThresholdMetricId"];
    let members = members.into_iter().filter_map(|name| Some((name.to_owned(), document.get(name)?.clone())));
    MetricAlarm::read(&Value::Object(members.collect())).ok()
}

/// What an alarm should not watch, though it may.
pub fn warnings(alarm_type: AlarmType, document: &Value) -> Vec<String> {
    let alarm = watching(document).filter(|_| alarm_type == AlarmType::Metric);
    let Some(alarm) = alarm else { return Vec::new() };
    let (Some(watched), Ok(program)) = (alarm.judged_query(), alarm.program()) else { return Vec::new() };
    let findings = program.lint_for_alarm(&watched.id).into_iter();
    let warned = findings.filter(|(_, finding)| !finding.lint.is_error());
    let text = |id: &str| alarm.metrics.iter().find(|query| query.id == id)?.expression.as_deref();
    warned.map(|(id, finding)| format!("{}: {}", text(id).unwrap_or(id), finding.message)).collect()
}

/// With carets under the place.
fn of_expressions(alarm: &MetricAlarm) -> Vec<Fault> {
    let pointed = |wrong: ExpressionFault| {
        let text = alarm.metrics.get(wrong.entry).and_then(|query| query.expression.as_deref());
        let message = format!("{}\n{}", wrong.error, wrong.error.pointed(text.unwrap_or_default()));
        Fault { message, ..wrong.fault() }
    };
    check_expressions(alarm).into_iter().map(pointed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn alarm(expression: &str) -> Value {
        let stat = json!({ "Metric": { "Namespace": "A", "MetricName": "B" }, "Period": 60, "Stat": "Sum" });
        json!({ "AlarmName": "a", "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
            "Metrics": [{ "Id": "m1", "MetricStat": stat, "ReturnData": false },
                { "Id": "e1", "Expression": expression }] })
    }

    #[test]
    fn expressions_are_refused_with_their_place_and_what_is_meant() {
        for (expression, expected) in [
            ("m1 * 2", &[][..]),
            ("SELECT AVG(x) FROM \"A\"", &[]),
            ("m1 +", &["Metrics[1].Expression: expected"]),
            (
                "m2 + M3",
                &[
                    "Metrics[1].Expression: there is no metric or expression with the Id `m2`; did you mean `m1`?",
                ],
            ),
            ("FROBNICATE(m1)", &["Metrics[1].Expression: "]),
            ("SEARCH('{A} x', 'Sum', 60)", &["Metrics[1].Expression: an alarm "]),
            ("METRICS()", &["Metrics[1].Expression: an alarm watches one series, and this is an array"]),
        ] {
            let found: Vec<String> =
                faults(AlarmType::Metric, &alarm(expression)).iter().map(ToString::to_string).collect();
            assert_eq!(found.is_empty(), expected.is_empty(), "{expression}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected) && found.contains("^"), "{expression}: {found}");
            }
        }
    }

    #[test]
    fn what_shifts_in_an_alarm_is_a_warning() {
        let told = warnings(AlarmType::Metric, &alarm("m1 - AVG(m1)"));
        assert!(told.len() == 1 && told[0].starts_with("m1 - AVG(m1): "), "{told:?}");
        assert!(warnings(AlarmType::Metric, &alarm("m1 * 2")).is_empty());
        assert!(warnings(AlarmType::Composite, &alarm("m1 - AVG(m1)")).is_empty());
    }
}
