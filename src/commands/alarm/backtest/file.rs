//! An alarm in a file, in the service's words: read so that every mistake is found with its place.

use std::ffi::OsStr;
use std::path::Path;

use opsctl_engine::evaluation::alarm::check_metric;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::input::document::Document;
use crate::input::{Mistake, files};

/// The document of a metric alarm, in YAML or JSON; `-` is stdin.
pub async fn read(path: &Path) -> Result<Map<String, Value>> {
    let text = files::text(path, "the alarm").await?;
    Ok(understood(path, &text)?)
}

fn understood(path: &Path, text: &str) -> Result<Map<String, Value>, Error> {
    let file = files::named(path);
    let wrong = |mistakes: Vec<Mistake>| {
        let message = match mistakes.len() {
            1 => format!("the alarm in {file} is wrong"),
            count => format!("the alarm in {file} is wrong in {count} places"),
        };
        files::mistaken(message, mistakes)
    };
    let is_json = path.extension() == Some(OsStr::new("json")) || text.trim_start().starts_with('{');
    let document = if is_json { Document::read_json(&file, text) } else { Document::read(&file, text) };
    let document = document.map_err(|mistake| wrong(vec![mistake]))?;
    let value = document.value();
    for (member, kind) in [("AlarmRule", "composite"), ("ScheduledQueryConfiguration", "log")] {
        if value.get(member).is_some() {
            let message = format!("{file} has a {kind} alarm: it has no values of a metric");
            return Err(Error::usage(message));
        }
    }
    let mut faults: Vec<_> = check_metric(&value)
        .into_iter()
        .map(|fault| {
            let path: Vec<&str> = fault.path.iter().map(String::as_str).collect();
            (document.place(&path), document.mistake(&fault.path, fault.is_of_name, fault.to_string()))
        })
        .collect();
    faults.sort_by_key(|(place, _)| *place);
    match value {
        Value::Object(members) if faults.is_empty() => Ok(members),
        _ => Err(wrong(faults.into_iter().map(|(_, mistake)| mistake).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    const GOOD: &str = "AlarmName: cpu\nNamespace: AWS/EC2\nMetricName: CPUUtilization\nStatistic: Average\n\
        Period: 300\nEvaluationPeriods: 3\nThreshold: 80\nComparisonOperator: GreaterThanThreshold\n";

    fn causes(file: &str, text: &str) -> Vec<String> {
        Report::new(&understood(Path::new(file), text).unwrap_err().into()).causes
    }

    #[test]
    fn a_document_is_read_from_yaml_and_json() {
        let yaml = understood(Path::new("a.yaml"), GOOD).unwrap();
        let json = Value::Object(yaml.clone()).to_string();
        assert_eq!(understood(Path::new("a.json"), &json).unwrap(), yaml);
        assert_eq!(yaml["Threshold"], 80);
    }

    #[test]
    fn every_mistake_is_found_with_its_place() {
        let text = GOOD
            .replace("Period: 300", "Period: 45")
            .replace("Threshold: 80", "Treshold: 80")
            .replace("GreaterThanThreshold", "GreaterThan");
        let causes = causes("a.yaml", &text);
        let places: Vec<&str> =
            causes.iter().map(|cause| cause.split(": ").next().unwrap_or_default()).collect();
        assert_eq!(places, ["a.yaml:5:9", "a.yaml:7:1", "a.yaml:8:21"], "{causes:#?}");
    }

    #[test]
    fn what_is_no_document_and_what_is_another_alarm_is_told() {
        assert!(causes("a.json", "{")[0].starts_with("a.json:1:"));
        assert!(causes("a.yaml", "- 1\n")[0].contains("must be an object"));
        let composite = understood(Path::new("a.yaml"), "AlarmRule: ALARM(a)\n").unwrap_err();
        assert_eq!(composite.to_string(), "a.yaml has a composite alarm: it has no values of a metric");
        let nan = GOOD.replace("80", ".nan");
        assert!(causes("a.yaml", &nan)[0].starts_with("a.yaml:7:"));
    }
}
