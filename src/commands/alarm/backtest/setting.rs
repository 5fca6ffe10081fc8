//! `--set threshold=90,evaluation-periods=5`: what one more setting has that is not the alarm's own.

use std::fmt;
use std::str::FromStr;

use opsctl_engine::evaluation::alarm::check_metric;
use opsctl_engine::{advice, evaluation::data::Statistic};
use serde_json::{Map, Value};

use crate::commands::alarm::configuration::members;
use crate::error::Error;

/// The names are those of the flags of the AWS CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Threshold,
    Comparison,
    EvaluationPeriods,
    DatapointsToAlarm,
    TreatMissingData,
    Period,
    Statistic,
}

const FIELDS: [(&str, Field); 7] = [
    ("threshold", Field::Threshold),
    ("comparison", Field::Comparison),
    ("evaluation-periods", Field::EvaluationPeriods),
    ("datapoints-to-alarm", Field::DatapointsToAlarm),
    ("treat-missing-data", Field::TreatMissingData),
    ("period", Field::Period),
    ("statistic", Field::Statistic),
];

#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    fields: Vec<(Field, Value)>,
    text: String,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut fields: Vec<(Field, Value)> = Vec::new();
        for part in text.split(',') {
            let (name, value) =
                part.split_once('=').ok_or_else(|| format!("`{part}` does not look like threshold=90"))?;
            let known = FIELDS.iter().find(|(known, _)| *known == name.trim_end_matches("-operator"));
            let Some((_, field)) = known else {
                let names = FIELDS.map(|(name, _)| name);
                return Err(format!(
                    "`{name}` cannot be set{}; it is one of {}",
                    advice(name, names),
                    names.join(", ")
                ));
            };
            if fields.iter().any(|(given, _)| given == field) {
                return Err(format!("{name} is given twice"));
            }
            fields.push((*field, read(*field, value).map_err(|why| format!("{name}: {why}"))?));
        }
        Ok(Setting { fields, text: text.replace(',', ", ") })
    }
}

fn read(field: Field, text: &str) -> Result<Value, String> {
    Ok(match field {
        Field::Threshold => members::number(text)?.into(),
        Field::EvaluationPeriods | Field::DatapointsToAlarm => members::whole(text)?.into(),
        Field::Period => members::seconds(text)?.into(),
        Field::Comparison => members::comparison(text)?.into(),
        Field::TreatMissingData => members::missing_data(text)?.into(),
        Field::Statistic => members::statistic(text)?.into(),
    })
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Setting {
    /// The alarm under this setting, which the service would take.
    pub fn apply(&self, document: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
        let mut changed = document.clone();
        for (field, value) in &self.fields {
            self.put(*field, value.clone(), &mut changed)?;
        }
        // What the alarm has already is the service's own matter.
        let known = check_metric(&Value::Object(document.clone()));
        let mut faults = check_metric(&Value::Object(changed.clone()));
        faults.retain(|fault| !known.contains(fault));
        if faults.is_empty() {
            return Ok(changed);
        }
        let faults = faults.iter().map(ToString::to_string).collect();
        Err(Error::usage(format!("--set {}: no alarm can be so", self.text)).because_of(faults))
    }

    fn put(&self, field: Field, value: Value, into: &mut Map<String, Value>) -> Result<(), Error> {
        let name = match field {
            Field::Threshold => "Threshold",
            Field::Comparison => "ComparisonOperator",
            Field::DatapointsToAlarm => "DatapointsToAlarm",
            Field::TreatMissingData => "TreatMissingData",
            Field::EvaluationPeriods => {
                // An alarm on all of its periods stays one.
                if into.get("DatapointsToAlarm") == into.get("EvaluationPeriods")
                    && !self.has(Field::DatapointsToAlarm)
                {
                    into.remove("DatapointsToAlarm");
                }
                "EvaluationPeriods"
            }
            Field::Period => return self.of_data(into, "Period", &value, true),
            Field::Statistic => return self.of_data(into, "Stat", &value, false),
        };
        into.insert(name.to_owned(), value);
        Ok(())
    }

    fn has(&self, field: Field) -> bool {
        self.fields.iter().any(|(given, _)| *given == field)
    }

    /// What says which data is judged: of a single metric, or of all queries, or of the one that is judged.
    fn of_data(
        &self,
        into: &mut Map<String, Value>,
        member: &str,
        value: &Value,
        of_all: bool,
    ) -> Result<(), Error> {
        let band = into.get("ThresholdMetricId").cloned();
        let Some(queries) = into.get_mut("Metrics").and_then(Value::as_array_mut).filter(|it| !it.is_empty())
        else {
            let is_plain =
                value.as_str().is_none_or(|name| name.parse().is_ok_and(|it: Statistic| !it.is_extended()));
            let name = match member {
                "Period" => "Period",
                _ => {
                    into.remove("Statistic");
                    into.remove("ExtendedStatistic");
                    if is_plain { "Statistic" } else { "ExtendedStatistic" }
                }
            };
            into.insert(name.to_owned(), value.clone());
            return Ok(());
        };
        for query in queries {
            let returns = query.get("ReturnData").and_then(Value::as_bool).unwrap_or(true);
            let is_judged = returns && query.get("Id") != band.as_ref();
            match query.get_mut("MetricStat").and_then(Value::as_object_mut) {
                Some(stat) if of_all || is_judged => {
                    stat.insert(member.to_owned(), value.clone());
                }
                None if is_judged && !of_all => {
                    return Err(Error::usage(format!("--set {}: an expression has no statistic", self.text)));
                }
                _ => {
                    if let Some(period) = query.get_mut("Period").filter(|_| of_all) {
                        *period = value.clone();
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;
    use serde_json::json;

    fn alarm() -> Map<String, Value> {
        let document = json!({ "AlarmName": "a", "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 3, "DatapointsToAlarm": 3, "Threshold": 5.0,
            "ComparisonOperator": "GreaterThanThreshold" });
        document.as_object().unwrap().clone()
    }

    fn set(text: &str) -> Map<String, Value> {
        text.parse::<Setting>().unwrap().apply(&alarm()).unwrap()
    }

    #[test]
    fn a_setting_changes_what_it_names() {
        let changed = set("threshold=9.5,evaluation-periods=5,treat-missing-data=breaching");
        assert_eq!((&changed["Threshold"], &changed["EvaluationPeriods"]), (&json!(9.5), &json!(5)));
        assert_eq!(
            (changed.get("DatapointsToAlarm"), &changed["TreatMissingData"]),
            (None, &json!("breaching"))
        );
        assert_eq!(set("evaluation-periods=5,datapoints-to-alarm=3")["DatapointsToAlarm"], 3);
        let changed = set("statistic=p99,period=300,comparison=LessThanThreshold");
        assert_eq!((changed.get("Statistic"), &changed["ExtendedStatistic"]), (None, &json!("p99")));
        assert_eq!(changed["Period"], 300);
        assert_eq!(set("comparison-operator=LessThanThreshold")["ComparisonOperator"], "LessThanThreshold");
        // As `alarm create` takes them.
        let changed = set("comparison=>=,period=5m,treat-missing-data=notbreaching");
        assert_eq!(changed["ComparisonOperator"], "GreaterThanOrEqualToThreshold");
        assert_eq!((&changed["Period"], &changed["TreatMissingData"]), (&json!(300), &json!("notBreaching")));
    }

    #[test]
    fn of_queries_all_have_the_period_and_the_judged_one_the_statistic() {
        let stat = |id: &str, data: bool| {
            json!({ "Id": id, "ReturnData": data, "MetricStat": { "Stat": "Sum", "Period": 60,
                "Metric": { "Namespace": "N", "MetricName": "M" } } })
        };
        let mut document = alarm();
        for member in ["Namespace", "MetricName", "Statistic", "Period"] {
            document.remove(member);
        }
        document.insert("Metrics".into(), json!([stat("m1", false), { "Id": "e1", "Expression": "m1 * 2" }]));
        let setting: Setting = "period=300".parse().unwrap();
        assert_eq!(setting.apply(&document).unwrap()["Metrics"][0]["MetricStat"]["Period"], 300);
        let setting: Setting = "statistic=Average".parse().unwrap();
        let error = setting.apply(&document).unwrap_err().to_string();
        assert_eq!(error, "--set statistic=Average: an expression has no statistic");
        document.insert("Metrics".into(), json!([stat("m1", true)]));
        assert_eq!(setting.apply(&document).unwrap()["Metrics"][0]["MetricStat"]["Stat"], "Average");
    }

    #[test]
    fn what_no_alarm_can_be_is_told() {
        for (text, expected) in [
            ("threshold", "does not look like"),
            ("treshold=1", "did you mean `threshold`"),
            ("threshold=NaN", "no finite number"),
            ("threshold=x", "no number"),
            ("period=often", "period: "),
            ("comparison=more", "comparison: "),
            ("treat-missing-data=no", "treat-missing-data: "),
            ("statistic=Mean", "statistic: "),
            ("threshold=1,threshold=2", "given twice"),
        ] {
            let error = text.parse::<Setting>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let error =
            "datapoints-to-alarm=9,period=45".parse::<Setting>().unwrap().apply(&alarm()).unwrap_err();
        let causes = Report::new(&error.into()).causes;
        assert!(
            causes.len() == 2 && causes.iter().any(|it| it.starts_with("DatapointsToAlarm")),
            "{causes:?}"
        );
    }
}
