//! A file of queries, in the words of GetMetricData. Everything that is wrong in it is told, with its place.

use std::collections::HashSet;
use std::path::Path;

use opsctl_engine::evaluation::alarm::MetricDataQuery;
use serde_json::Value;

use crate::error::Result;
use crate::input::Mistake;
use crate::input::document::Document;
use crate::input::files;

/// A list of queries, or what holds one as `MetricDataQueries`.
pub async fn read(path: &Path) -> Result<Vec<MetricDataQuery>> {
    let text = files::text(path, "the queries").await?;
    let file = files::named(path);
    let read = parse(&file, &text);
    Ok(read.map_err(|mistakes| files::mistaken(format!("the queries in {file} are wrong"), mistakes))?)
}

fn parse(file: &str, text: &str) -> Result<Vec<MetricDataQuery>, Vec<Mistake>> {
    // JSON is YAML too, but for its tabs.
    let document = match text.trim_start().starts_with(['{', '[']) {
        true => Document::read_json(file, text),
        false => Document::read(file, text),
    };
    let document = document.map_err(|mistake| vec![mistake])?;
    let (value, path) = match document.value() {
        Value::Object(mut members) => {
            let list = members.shift_remove("MetricDataQueries").unwrap_or_default();
            (list, vec!["MetricDataQueries".to_owned()])
        }
        list => (list, Vec::new()),
    };
    let Value::Array(entries) = value else {
        let what = "here must be a list of queries, or MetricDataQueries";
        return Err(vec![document.mistake(&path, false, what)]);
    };
    let mut queries = Vec::new();
    let mut mistakes = Vec::new();
    let mut ids = HashSet::new();
    for (number, entry) in entries.into_iter().enumerate() {
        let at = [path.clone(), vec![number.to_string()]].concat();
        let mut wrong = |field: &str, message: String| {
            mistakes.push(document.mistake(&[at.clone(), vec![field.to_owned()]].concat(), false, message));
        };
        match serde_json::from_value::<MetricDataQuery>(entry) {
            Err(error) => wrong("", error.to_string()),
            Ok(query) => {
                for (field, message) in faults(&query) {
                    wrong(field, message);
                }
                if !query.id.is_empty() && !ids.insert(query.id.clone()) {
                    wrong("Id", format!("another query has the Id {}", query.id));
                }
                queries.push(query);
            }
        }
    }
    if mistakes.is_empty() && queries.is_empty() {
        mistakes.push(document.mistake(&path, false, "there is no query"));
    }
    if mistakes.is_empty() { Ok(queries) } else { Err(mistakes) }
}

/// Field and fault.
fn faults(query: &MetricDataQuery) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    if let Err(message) = check_id(&query.id) {
        faults.push(("Id", message));
    }
    match (&query.metric_stat, &query.expression) {
        (Some(_), Some(_)) | (None, None) => {
            faults.push(("", "a query has either a MetricStat or an Expression".to_owned()));
        }
        (None, Some(_)) => {}
        (Some(stat), None) => {
            for (member, given) in
                [("Namespace", &stat.metric.namespace), ("MetricName", &stat.metric.metric_name)]
            {
                if given.as_deref().is_none_or(str::is_empty) {
                    faults.push(("MetricStat", format!("the metric has no {member}")));
                }
            }
            if stat.stat.as_deref().is_none_or(str::is_empty) {
                faults.push(("MetricStat", "there is no Stat".to_owned()));
            }
        }
    }
    faults
}

/// Whether something can be an Id of a query.
pub fn check_id(id: &str) -> Result<(), String> {
    let mut letters = id.chars();
    let is_good = letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && id.len() <= 255;
    match is_good {
        true => Ok(()),
        false => Err("an Id begins with a small letter and goes on with letters, digits and _".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"[{"Id": "m1", "MetricStat": {"Metric": {"Namespace": "A", "MetricName": "B",
        "Dimensions": [{"Name": "C", "Value": "D"}]}, "Period": 60, "Stat": "Sum"}, "ReturnData": false},
        {"Id": "e1", "Expression": "m1 * 2"}]"#;

    #[test]
    fn queries_are_a_list_or_what_the_call_takes_in_json_or_yaml() {
        let list = parse("q.json", GOOD).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(parse("q.json", &format!("{{\"MetricDataQueries\": {GOOD}}}")).unwrap(), list);
        let yaml = "MetricDataQueries:\n- {Id: e1, Expression: m1 * 2}\n";
        assert_eq!(parse("q.yaml", yaml).unwrap(), list[1..]);
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        let text = "- Id: M1\n  Expression: m1\n- Id: m2\n- Id: m2\n  Expression: [1]\n- Id: m2\n  MetricStat:\n    Metric: {}\n";
        let told: Vec<String> = parse("q.yaml", text).unwrap_err().iter().map(ToString::to_string).collect();
        let places: Vec<(&str, &str)> = told.iter().map(|told| told.split_once(": ").unwrap()).collect();
        assert_eq!(
            places,
            [
                ("q.yaml:1:7", "an Id begins with a small letter and goes on with letters, digits and _"),
                ("q.yaml:3:3", "a query has either a MetricStat or an Expression"),
                ("q.yaml:4:3", "invalid type: sequence, expected a string"),
                ("q.yaml:8:5", "the metric has no Namespace"),
                ("q.yaml:8:5", "the metric has no MetricName"),
                ("q.yaml:8:5", "there is no Stat"),
                ("q.yaml:6:7", "another query has the Id m2"),
            ]
        );
        for text in ["", "{}", "[]", "x", "{"] {
            assert_eq!(parse("q", text).unwrap_err().len(), 1, "{text}");
        }
    }
}
