//! A configuration in a file, YAML or JSON, in the service's words: what `alarm show` gives, too. Every mistake is told
//! with its place.

use std::path::Path;

use opsctl_engine::document::Fault;
use serde_json::Value;

use super::Configuration;
use crate::error::{Error, Result};
use crate::input::document::Document;
use crate::input::{Mistake, files};

/// Reads the file of an alarm; `-` is stdin. A `name` stands for that in the file.
pub async fn read(path: &Path, name: Option<&str>) -> Result<Configuration> {
    let text = files::text(path, "the alarm").await?;
    Ok(parse(&files::named(path), &text, name)?)
}

fn parse(file: &str, text: &str, name: Option<&str>) -> Result<Configuration, Error> {
    let document = Document::read(file, text).map_err(|mistake| mistaken(file, vec![mistake]))?;
    let Value::Object(mut members) = document.value() else {
        let mistake = document.mistake(&[], false, "an alarm is written as members with values");
        return Err(mistaken(file, vec![mistake]));
    };
    if let Some(name) = name {
        members.insert("AlarmName".to_owned(), name.into());
    }
    let configuration = Configuration::from(members);
    let placed = |fault: &Fault| document.mistake(&fault.path, fault.is_of_name, fault.to_string());
    let mut mistakes: Vec<Mistake> = configuration.faults().iter().map(placed).collect();
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    if mistakes.is_empty() { Ok(configuration) } else { Err(mistaken(file, mistakes)) }
}

fn mistaken(file: &str, mistakes: Vec<Mistake>) -> Error {
    let message = match mistakes.len() {
        1 => format!("{file} has 1 fault"),
        count => format!("{file} has {count} faults"),
    };
    files::mistaken(message, mistakes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::alarm::model::AlarmType;
    use crate::error::Report;

    fn causes(text: &str) -> Vec<String> {
        Report::new(&parse("a.yaml", text, None).unwrap_err().into()).causes
    }

    #[test]
    fn yaml_and_json_are_read_and_the_name_may_come_from_elsewhere() {
        let rule =
            parse("a.yaml", "AlarmRule: ALARM(a) OR ALARM(b)\nStateValue: OK\n", Some("both")).unwrap();
        assert_eq!((rule.alarm_type, rule.name()), (AlarmType::Composite, "both"));
        assert!(!rule.document.contains_key("StateValue"));
        let json = r#"{"AlarmName": "r", "AlarmRule": "TRUE", "Newer": {"A": 1}}"#;
        assert_eq!(parse("a.json", json, None).unwrap().document["Newer"]["A"], 1);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "AlarmName: a\nNamespace: AWS/Lambda\nMetricName: Errors\nStatistc: Sum\nPeriod: 45\n\
            EvaluationPeriods: 3\nDatapointsToAlarm: 4\nThreshold: NaN\nComparisonOperator: Greater\n\
            AlarmActions:\n  - pager\n";
        let causes = causes(text);
        let expected = [
            "a.yaml:1:1: has neither Statistic nor ExtendedStatistic",
            "a.yaml:4:1: Statistc: unknown field; did you mean `Statistic`?",
            "a.yaml:5:9: Period: 45 is not 10, 20, 30 or a multiple of 60 seconds",
            "a.yaml:7:20: DatapointsToAlarm: 4 is more than 3, the EvaluationPeriods",
            "a.yaml:8:12: Threshold: `NaN` is no finite number",
            "a.yaml:9:21: ComparisonOperator: `Greater` is not one of",
            "a.yaml:11:5: AlarmActions[0]: `pager` is no action",
        ];
        assert_eq!(causes.len(), expected.len(), "{causes:#?}");
        for (cause, expected) in causes.iter().zip(expected) {
            assert!(cause.starts_with(expected), "{cause}");
        }
    }

    #[test]
    fn what_is_no_alarm_has_one_mistake() {
        assert_eq!(causes("- a\n"), ["a.yaml:1:1: an alarm is written as members with values"]);
        assert!(causes("a: [1\n")[0].starts_with("a.yaml:"), "{:?}", causes("a: [1\n"));
        assert_eq!(
            causes("AlarmName: a\nThreshold: .nan\n"),
            ["a.yaml:2:12: `.nan` is no number that JSON has; between quotes it is text"]
        );
    }
}
