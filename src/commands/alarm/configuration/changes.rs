//! What differs between two configurations, member by member, and how that is drawn. What the service fills in is no
//! difference, nor is the order of what has none.

use std::collections::BTreeSet;

use opsctl_engine::asl::graph::{Line, Span, Style, cut};
use serde_json::{Map, Value, json};

use super::Configuration;
use crate::output::{Stream, escape};

/// A member with another value.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub member: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// In the order of names. Before there was an alarm, everything is new.
pub fn changes(before: Option<&Configuration>, after: &Configuration) -> Vec<Change> {
    let Some(before) = before else {
        let each = |(member, value): (&String, &Value)| Change {
            member: member.clone(),
            before: None,
            after: Some(value.clone()),
        };
        return after.document.iter().filter(|(member, _)| *member != "AlarmName").map(each).collect();
    };
    let (before, after) = (normal(&before.document), normal(&after.document));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |member: &String| {
        let (before, after) = (before.get(member).cloned(), after.get(member).cloned());
        (before != after).then(|| Change { member: member.clone(), before, after })
    };
    names.into_iter().filter_map(change).collect()
}

/// The form in which the same configurations are equal.
fn normal(document: &Map<String, Value>) -> Map<String, Value> {
    let mut normal = document.clone();
    // Tags are heeded on creation alone, and are not told with an alarm.
    normal.remove("Tags");
    if let Some(number) = normal.get("Threshold").and_then(Value::as_f64) {
        normal.insert("Threshold".to_owned(), number.into());
    }
    for (all, breaching) in
        [("EvaluationPeriods", "DatapointsToAlarm"), ("QueryResultsToEvaluate", "QueryResultsToAlarm")]
    {
        if let Some(count) = normal.get(all).cloned() {
            normal.entry(breaching).or_insert(count);
        }
    }
    sort(normal.get_mut("Dimensions"), "Name");
    if let Some(Value::Array(queries)) = normal.get_mut("Metrics") {
        for query in queries.iter_mut().filter_map(Value::as_object_mut) {
            query.entry("ReturnData").or_insert(true.into());
            let metric = query.get_mut("MetricStat").and_then(|stat| stat.get_mut("Metric"));
            sort(metric.and_then(|metric| metric.get_mut("Dimensions")), "Name");
        }
    }
    sort(normal.get_mut("Metrics"), "Id");
    let ignores_gaps = normal.get("Namespace").is_some_and(|namespace| namespace == "AWS/DynamoDB");
    normal.retain(|member, value| match member.as_str() {
        "ActionsEnabled" => *value != json!(true),
        "TreatMissingData" => ignores_gaps || *value != json!("missing"),
        "EvaluateLowSampleCountPercentile" => *value != json!("evaluate"),
        _ => *value != json!([]) && *value != json!("") && *value != json!({}),
    });
    normal
}

fn sort(list: Option<&mut Value>, by: &str) {
    if let Some(Value::Array(items)) = list {
        items.sort_by_key(|item| item.get(by).and_then(Value::as_str).unwrap_or_default().to_owned());
    }
}

/// A line a change, as wide as the stream at most.
pub fn drawn(changes: &[Change], stream: &Stream) -> Vec<Line> {
    let more = if stream.unicode { '…' } else { '~' };
    let line = |change: &Change| {
        let (mark, style) = match (&change.before, &change.after) {
            (None, _) => ('+', Style::Added),
            (_, None) => ('-', Style::Removed),
            _ => ('~', Style::Changed),
        };
        let values: Vec<String> =
            [&change.before, &change.after].into_iter().flatten().map(Value::to_string).collect();
        let head = format!("  {mark} {}  ", change.member);
        // Two values share what room there is, so that the second one is seen too.
        let share = |columns: usize| (columns.saturating_sub(head.len() + 4) / values.len().max(1)).max(8);
        let short = |value: &String| match stream.limit() {
            Some(columns) => cut(value, share(columns), more),
            None => escape(value).into_owned(),
        };
        let text = format!("{head}{}", values.iter().map(short).collect::<Vec<_>>().join(" -> "));
        vec![Span { text, style }]
    };
    changes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(value: Value) -> Configuration {
        value.as_object().unwrap().clone().into()
    }

    #[test]
    fn what_the_service_fills_in_and_the_order_of_lists_are_no_change() {
        let written = configuration(json!({
            "Threshold": 80, "EvaluationPeriods": 3, "TreatMissingData": "missing",
            "Dimensions": [{ "Name": "B", "Value": "2" }, { "Name": "A", "Value": "1" }],
            "Metrics": [{ "Id": "m2" }, { "Id": "m1", "ReturnData": true }], "Tags": [{ "Key": "a", "Value": "b" }],
        }));
        let answered = configuration(json!({
            "Threshold": 80.0, "EvaluationPeriods": 3, "DatapointsToAlarm": 3, "ActionsEnabled": true, "OKActions": [],
            "AlarmDescription": "", "Dimensions": [{ "Name": "A", "Value": "1" }, { "Name": "B", "Value": "2" }],
            "Metrics": [{ "Id": "m1" }, { "Id": "m2", "ReturnData": true }],
        }));
        assert_eq!(changes(Some(&answered), &written), []);
        assert_eq!(changes(Some(&written), &answered), []);
        // Of this namespace, not to say is to say ignore.
        let said = configuration(json!({ "Namespace": "AWS/DynamoDB", "TreatMissingData": "missing" }));
        assert_eq!(changes(Some(&said), &configuration(json!({ "Namespace": "AWS/DynamoDB" }))).len(), 1);
    }

    #[test]
    fn changes_are_drawn_with_a_mark_each() {
        let before = configuration(json!({ "Threshold": 80, "Unit": "Percent", "EvaluationPeriods": 3 }));
        let after = configuration(
            json!({ "Threshold": 90.5, "AlarmDescription": "a\u{1b}[1m", "EvaluationPeriods": 3 }),
        );
        let told = |stream: &Stream| -> Vec<String> {
            let lines = drawn(&changes(Some(&before), &after), stream);
            lines.iter().flatten().map(|span| span.text.clone()).collect()
        };
        let expected = [
            r#"  + AlarmDescription  "a\u001b[1m""#,
            "  ~ Threshold  80.0 -> 90.5",
            r#"  - Unit  "Percent""#,
        ];
        assert_eq!(told(&Stream::default()), expected);
        let narrow = Stream { terminal: true, width: Some(24), unicode: true, ..Stream::default() };
        assert_eq!(told(&narrow)[1], "  ~ Threshold  80.0 -> 90.5");
        assert_eq!(told(&narrow)[0], r#"  + AlarmDescription  "a\u001…"#);
    }
}
