//! What is wrong with a configuration: the engine's rules of documents, of actions, and of the expressions in `Metrics`.

use opsctl_engine::document::Fault;
use opsctl_engine::evaluation::SyntaxError;
use opsctl_engine::evaluation::actions::{self, AlarmKind};
use opsctl_engine::evaluation::alarm::{MetricAlarm, check_composite, check_log, check_metric};
use opsctl_engine::evaluation::math::{Expression, Finding, Kind, Program, lint_for_alarm};
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
    let Some((text, findings)) = alarm.as_ref().and_then(judged) else { return Vec::new() };
    let told = |finding: &Finding| format!("{text}: {}", finding.message);
    findings.iter().filter(|finding| !finding.lint.is_error()).map(told).collect()
}

/// Expressions that cannot be read, that name what is not there, and that no alarm can watch, each with carets under the
/// place. Ids are looked at with the rest of the document.
fn of_expressions(alarm: &MetricAlarm) -> Vec<Fault> {
    let metrics: Vec<&str> =
        alarm.metrics.iter().filter(|it| it.expression.is_none()).map(|it| it.id.as_str()).collect();
    let expressions: Vec<(&str, &str)> = alarm
        .metrics
        .iter()
        .filter_map(|it| Some((it.id.as_str(), it.expression.as_deref()?)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let fault = |id: &str, error: &SyntaxError| {
        let at = alarm.metrics.iter().position(|it| it.id == id)?;
        let text = alarm.metrics.get(at)?.expression.as_deref()?;
        let path = vec!["Metrics".to_owned(), at.to_string(), "Expression".to_owned()];
        Some(Fault { path, message: format!("{error}\n{}", error.pointed(text)), is_of_name: false })
    };
    if let Err(faults) = Program::new(&metrics, &expressions) {
        let is_of_id = |error: &SyntaxError| error.message.contains("the Id is given") || error.end == 0;
        let of_text = faults.iter().filter(|it| !is_of_id(&it.error));
        return of_text.filter_map(|it| fault(&it.id, &it.error)).collect();
    }
    let Some((id, (_, findings))) = alarm.judged_query().map(|it| it.id.as_str()).zip(judged(alarm)) else {
        return Vec::new();
    };
    let refused = findings.into_iter().filter(|finding| finding.lint.is_error());
    let refused = refused.map(|it| SyntaxError { at: it.at, end: it.end, message: it.message });
    refused.filter_map(|error| fault(id, &error)).collect()
}

/// The expression that is judged and what the engine finds of it. What uses other expressions is not looked at: what
/// those give is not known before they are computed.
fn judged(alarm: &MetricAlarm) -> Option<(&str, Vec<Finding>)> {
    let text = alarm.judged_query()?.expression.as_deref()?;
    let expression = Expression::parse(text).ok()?;
    let is_metric = |id: &&str| alarm.metrics.iter().any(|it| it.id == *id && it.expression.is_none());
    let is_plain = expression.ids().iter().all(is_metric);
    is_plain.then(|| (text, lint_for_alarm(&expression, &|_| Kind::Series)))
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
