//! Values in a file: csv with a header, or a JSON object a line. Every fault is found in one reading.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::StandardUnit;
use jiff::Timestamp;
use opsctl_engine::evaluation::data::{self, MetricDatum};
use serde_json::{Map, Value};

use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::input::Mistake;
use crate::metrics::{Datum, Dimension};
use crate::output::advice;

const FIELDS: [&str; 7] = ["namespace", "metric", "value", "time", "unit", "resolution", "dimensions"];
/// Faults that are told one by one.
const TOLD: usize = 50;

/// What stands for what a record lacks, and then what a record says.
#[derive(Debug, Clone, Default)]
pub struct Described {
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, String>,
    pub time: Option<Timestamp>,
    pub unit: Option<String>,
    pub resolution: Option<u32>,
}

impl Described {
    pub fn datum(self, value: f64) -> Datum {
        let dimension = |(name, value)| data::Dimension { name, value };
        let datum = MetricDatum {
            metric_name: self.metric,
            dimensions: self.dimensions.into_iter().map(dimension).collect(),
            timestamp: self.time,
            value: Some(value),
            unit: self.unit,
            storage_resolution: self.resolution,
            ..MetricDatum::default()
        };
        Datum { namespace: self.namespace, datum }
    }
}

/// How many there are, and the first of them.
type Mistakes = (usize, Vec<Mistake>);

/// The values with their lines.
pub fn read(
    file: &str,
    text: &str,
    defaults: &Described,
    now: Timestamp,
) -> Result<Vec<(usize, Datum)>, Mistakes> {
    let mut reading = Reading { file, defaults, now, data: Vec::new(), mistakes: Vec::new(), count: 0 };
    match text.trim_start().starts_with('{') {
        true => reading.objects(text),
        false => reading.table(text),
    }
    if reading.count == 0 && reading.data.is_empty() {
        reading.fault(1, "there is no value");
    }
    if reading.count > 0 { Err((reading.count, reading.mistakes)) } else { Ok(reading.data) }
}

struct Reading<'a> {
    file: &'a str,
    defaults: &'a Described,
    now: Timestamp,
    data: Vec<(usize, Datum)>,
    mistakes: Vec<Mistake>,
    count: usize,
}

impl Reading<'_> {
    fn fault(&mut self, line: usize, message: impl Into<String>) {
        self.fault_at(line, 1, message);
    }

    fn fault_at(&mut self, line: usize, column: usize, message: impl Into<String>) {
        self.count += 1;
        if self.mistakes.len() < TOLD {
            self.mistakes.push(Mistake::new(self.file, line, column, message));
        }
    }

    fn objects(&mut self, text: &str) {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(record)) => self.record(number, &record),
                Ok(_) => self.fault(number, "each line is a JSON object"),
                Err(error) => {
                    let message = error.to_string();
                    let message = message.split(" at line ").next().unwrap_or(&message);
                    self.fault_at(number, error.column().max(1), message);
                }
            }
        }
    }

    fn table(&mut self, text: &str) {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut header: Option<Vec<String>> = None;
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(1, |at| line_of(text, at));
                    self.fault(line, error.to_string());
                    return;
                }
            };
            let line = record.position().map_or(1, |at| line_of(text, at));
            let Some(names) = &header else {
                let names: Vec<String> = record.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
                for name in names.iter().filter(|name| !FIELDS.contains(&name.as_str())) {
                    self.fault(line, format!("no field is called {name}{}", advice(name, FIELDS)));
                }
                header = Some(names);
                continue;
            };
            if record.len() != names.len() {
                let (has, all) = (record.len(), names.len());
                self.fault(line, format!("it has {has} fields, and the header has {all}"));
                continue;
            }
            let cells = names
                .iter()
                .zip(record.iter())
                .filter(|(name, cell)| !cell.trim().is_empty() && FIELDS.contains(&name.as_str()));
            let members: Map<String, Value> =
                cells.map(|(name, cell)| (name.clone(), Value::from(cell.trim()))).collect();
            self.record(line, &members);
        }
    }

    fn record(&mut self, line: usize, record: &Map<String, Value>) {
        let mut faults = Vec::new();
        for name in record.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
            faults.push(format!("no field is called {name}{}", advice(name, FIELDS)));
        }
        let mut said = self.defaults.clone();
        let mut value = f64::NAN;
        let mut take = |taken: Result<(), String>| {
            if let Err(fault) = taken {
                faults.push(fault);
            }
        };
        let member = |name: &str| record.get(name).filter(|value| !value.is_null());
        match member("value") {
            Some(given) => take(number(given, "value").map(|number| value = number)),
            None => take(Err("it has no value".to_owned())),
        }
        if let Some(value) = member("namespace") {
            take(text(value, "namespace").map(|text| said.namespace = text));
        }
        if let Some(value) = member("metric") {
            take(text(value, "metric").map(|text| said.metric = text));
        }
        if let Some(value) = member("time") {
            take(time(value).map(|time| said.time = Some(time)));
        }
        if let Some(value) = member("unit") {
            take(text(value, "unit").and_then(|text| unit(&text)).map(|unit| said.unit = Some(unit)));
        }
        if let Some(value) = member("resolution") {
            let read = match value {
                Value::Number(number) => resolution(&number.to_string()),
                other => text(other, "resolution").and_then(|text| resolution(&text)),
            };
            take(read.map(|resolution| said.resolution = Some(resolution)));
        }
        if let Some(value) = member("dimensions") {
            take(dimensions(value).map(|own| said.dimensions.extend(own)));
        }
        let datum = said.datum(value);
        if faults.is_empty() {
            faults = datum.faults(self.now);
        }
        match faults.is_empty() {
            true => self.data.push((line, datum)),
            false => faults.into_iter().for_each(|fault| self.fault(line, fault)),
        }
    }
}

/// The line of a record: its position is where the one before it ends, and empty lines may come between.
fn line_of(text: &str, position: &csv::Position) -> usize {
    let (line, byte) = (usize::try_from(position.line()), usize::try_from(position.byte()));
    let rest = byte.ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| b"\r\n".contains(byte)).filter(|byte| **byte == b'\n').count();
    line.unwrap_or(usize::MAX).saturating_add(empty)
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{name} is no text: {value}"))
}

fn number(value: &Value, name: &str) -> Result<f64, String> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number.ok_or_else(|| format!("{name} is no number: {value}"))
}

/// RFC 3339, or seconds since 1970.
fn time(value: &Value) -> Result<Timestamp, String> {
    let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let read = match seconds {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        None => value.as_str().and_then(|text| text.parse().ok()),
    };
    read.ok_or_else(|| format!("time is neither like 2026-11-22T10:00:00Z nor seconds since 1970: {value}"))
}

/// An object, or `NAME=VALUE;NAME=VALUE`.
fn dimensions(value: &Value) -> Result<BTreeMap<String, String>, String> {
    let form = || format!("dimensions are an object of texts, or NAME=VALUE;NAME=VALUE: {value}");
    match value {
        Value::Object(members) => {
            let one = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
            members.iter().map(one).collect::<Option<_>>().ok_or_else(form)
        }
        Value::String(text) => {
            let all: Result<Vec<Dimension>, _> = text.split(';').map(|pair| pair.trim().parse()).collect();
            let all = all.map_err(|_| form())?;
            Dimension::all(&all).map_err(|name| format!("the dimension {name} is given twice"))
        }
        _ => Err(form()),
    }
}

/// A unit of the service, in any case.
pub fn unit(text: &str) -> Result<String, String> {
    let found = StandardUnit::values().iter().find(|unit| unit.eq_ignore_ascii_case(text));
    found.map(|unit| (*unit).to_owned()).ok_or_else(|| {
        let near = advice(text, StandardUnit::values().iter().copied());
        format!("the service knows no unit {text}{near}")
    })
}

pub fn units() -> ArgValueCompleter {
    completion::fixed(|| StandardUnit::values().iter().copied().map(Candidate::new).collect())
}

pub fn resolution(text: &str) -> Result<u32, String> {
    match text {
        "1" => Ok(1),
        "60" => Ok(60),
        _ => Err(format!("the resolution is 1 or 60 seconds, not {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn told(text: &str, defaults: &Described) -> Vec<String> {
        let (count, mistakes) = read("v", text, defaults, now()).unwrap_err();
        assert!(count >= mistakes.len());
        mistakes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_forms_are_read_and_the_line_stands_for_what_is_lacking() {
        let defaults = Described {
            namespace: "Shop".into(),
            dimensions: [("Stage".to_owned(), "prod".to_owned())].into(),
            unit: Some("Count".into()),
            ..Described::default()
        };
        let csv = "metric,value,time,dimensions,unit\nOrders,3,2026-11-22T11:00:00Z,Region=eu;Stage=test,bytes\n\nOrders,-4.5e1,,,\n";
        let json = "\n{\"metric\":\"Orders\",\"value\":3,\"time\":1795345200,\"dimensions\":{\"Region\":\"eu\",\"Stage\":\"test\"},\"unit\":\"Bytes\"}\n\n{\"metric\":\"Orders\",\"value\":\"-45\"}\n";
        let read = |text| read("v", text, &defaults, now()).unwrap();
        assert_eq!(read(csv), read(json));
        let data = read(csv);
        let told: Vec<String> =
            data.iter().map(|(line, it)| format!("{line} {}", serde_json::json!(it.datum))).collect();
        let [first, second] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(
            first,
            r#"2 {"MetricName":"Orders","Dimensions":[{"Name":"Region","Value":"eu"},{"Name":"Stage","Value":"test"}],"Timestamp":"2026-11-22T11:00:00Z","Value":3.0,"Unit":"Bytes"}"#
        );
        assert_eq!(
            second,
            r#"4 {"MetricName":"Orders","Dimensions":[{"Name":"Stage","Value":"prod"}],"Value":-45.0,"Unit":"Count"}"#
        );
        assert!(data.iter().all(|(_, it)| it.namespace == "Shop"));
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let defaults = Described { namespace: ":Shop".into(), ..Described::default() };
        let lines = [
            r#"{"metric":"M","value":"NaN","unit":"Secnds"}"#,
            r#"{"namespace":"S","metric":"M","value":1e109}"#,
            r#"{"namespace":"S","metric":"M","value":"inf","time":1}"#,
            r#"{"namespace":"S","value":1,"time":1795400000,"metrc":"M"}"#,
            r#"{"namespace":"S","metric":"","value":1,"time":"soon","dimensions":["a"]}"#,
            "{",
            "3",
            r#"{"metric":"M","value":1}"#,
        ];
        assert_eq!(
            told(&lines.join("\n"), &defaults),
            [
                "v:1:1: the service knows no unit Secnds; did you mean `Seconds`?",
                "v:2:1: Value: 1e109 is outside of -2^360 to 2^360",
                "v:3:1: Timestamp: 1970-01-01T00:00:01Z is more than two weeks ago: it would not be kept",
                "v:3:1: Value: inf is no value: NaN and infinity are not kept",
                "v:4:1: no field is called metrc; did you mean `metric`?",
                "v:5:1: time is neither like 2026-11-22T10:00:00Z nor seconds since 1970: \"soon\"",
                "v:5:1: dimensions are an object of texts, or NAME=VALUE;NAME=VALUE: [\"a\"]",
                "v:6:1: EOF while parsing an object",
                "v:7:1: each line is a JSON object",
                "v:8:1: Namespace: must not begin with a colon",
            ]
        );
        let told_of_csv = told("metric,valeu\nM,1\nM\n", &Described::default());
        assert_eq!(told_of_csv.len(), 3, "{told_of_csv:?}");
        assert!(told_of_csv[2].starts_with("v:3:1: it has 1 fields"), "{told_of_csv:?}");
    }

    #[test]
    fn of_many_faults_the_first_are_told() {
        let (count, mistakes) = read("v", &"{}\n".repeat(3000), &Described::default(), now()).unwrap_err();
        assert_eq!((count, mistakes.len()), (3000, TOLD));
        assert_eq!(told("", &Described::default()), ["v:1:1: there is no value"]);
    }
}
