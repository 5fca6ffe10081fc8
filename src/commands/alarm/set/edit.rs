//! `FIELD=VALUE`: what it does to the document of an alarm.

use serde_json::{Map, Value, json};

use crate::commands::alarm::configuration::members::{Form, MEMBERS, Member};
use crate::commands::alarm::model::AlarmType;
use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::error::Error;
use crate::output::advice;

const DIMENSION: &str = "dimension.";

#[derive(Debug)]
pub enum Edit {
    Set(&'static Member, String),
    Clear(&'static Member),
    /// To a list, or from it.
    Add(&'static Member, String),
    Remove(&'static Member, String),
    /// Without a value, it is taken away.
    Dimension(String, Option<String>),
}

/// All of a line; everything that is wrong with it is told.
pub fn read(fields: &[String]) -> Result<Vec<Edit>, Error> {
    let (mut edits, mut reasons, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for text in fields {
        match Edit::read(text) {
            Ok(edit) => {
                // A list can be added to more than once.
                if let Some(key) = edit.key() {
                    if seen.contains(&key) {
                        reasons.push(format!("{key} is given twice"));
                    }
                    seen.push(key);
                }
                edits.push(edit);
            }
            Err(reason) => reasons.push(reason),
        }
    }
    match reasons.is_empty() {
        true => Ok(edits),
        false => Err(Error::usage("what is to be cannot be read").because_of(reasons)),
    }
}

impl Edit {
    fn read(text: &str) -> Result<Self, String> {
        let Some((left, value)) = text.split_once('=') else {
            return Err(format!("{text} is not FIELD=VALUE"));
        };
        if let Some(name) = left.strip_prefix(DIMENSION).filter(|name| !name.is_empty()) {
            return Ok(Edit::Dimension(name.to_owned(), (!value.is_empty()).then(|| value.to_owned())));
        }
        let name = left.strip_suffix(['+', '-']).unwrap_or(left);
        let member = Member::named(name).ok_or_else(|| unknown(name))?;
        if name != left {
            if member.form != Form::Arns {
                return Err(format!("{left}=: only lists of actions are added to and taken from"));
            }
            let value = value.to_owned();
            return Ok(if left.ends_with('+') {
                Edit::Add(member, value)
            } else {
                Edit::Remove(member, value)
            });
        }
        if value.is_empty() {
            return Ok(Edit::Clear(member));
        }
        member.set(value, &mut Map::new()).map_err(|reason| format!("{name}: {reason}"))?;
        Ok(Edit::Set(member, value.to_owned()))
    }

    /// What may be edited so but once.
    fn key(&self) -> Option<String> {
        match self {
            Edit::Set(member, _) | Edit::Clear(member) => Some(member.field.to_owned()),
            Edit::Dimension(name, _) => Some(format!("{DIMENSION}{name}")),
            Edit::Add(..) | Edit::Remove(..) => None,
        }
    }

    pub fn apply(&self, alarm_type: AlarmType, document: &mut Map<String, Value>) -> Result<(), String> {
        match self {
            Edit::Set(member, _) | Edit::Clear(member) | Edit::Add(member, _) | Edit::Remove(member, _)
                if !member.is_of(alarm_type) =>
            {
                Err(format!("{} is no field of a {alarm_type} alarm", member.field))
            }
            Edit::Set(member, value) => member.set(value, document),
            Edit::Clear(member) => {
                member.clear(document);
                Ok(())
            }
            Edit::Add(member, arn) => {
                with_list(document, member.name, |list| {
                    if !list.iter().any(|other| other == arn) {
                        list.push(arn.as_str().into());
                    }
                });
                Ok(())
            }
            Edit::Remove(member, arn) => with_list(document, member.name, |list| {
                let count = list.len();
                list.retain(|other| other != arn);
                match list.len() == count {
                    true => Err(format!("{arn} is not among the {}", member.field)),
                    false => Ok(()),
                }
            }),
            Edit::Dimension(name, value) => dimension(document, name, value.as_deref()),
        }
    }
}

fn unknown(name: &str) -> String {
    let fields = || MEMBERS.iter().map(|member| member.field);
    match advice(name, fields().chain([DIMENSION])) {
        near if near.is_empty() => {
            format!("there is no field {name}: they are {}", fields().collect::<Vec<_>>().join(", "))
        }
        near => format!("there is no field {name}{near}"),
    }
}

/// The list of this name, which is there from then on.
fn with_list<T>(
    document: &mut Map<String, Value>,
    name: &str,
    change: impl FnOnce(&mut Vec<Value>) -> T,
) -> T {
    let mut items = match document.remove(name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let done = change(&mut items);
    document.insert(name.to_owned(), items.into());
    done
}

fn dimension(document: &mut Map<String, Value>, name: &str, value: Option<&str>) -> Result<(), String> {
    if !document.contains_key("MetricName") {
        return Err(format!("{DIMENSION}{name}: only an alarm of one metric has dimensions of its own"));
    }
    with_list(document, "Dimensions", |dimensions| {
        let count = dimensions.len();
        dimensions.retain(|it| it.get("Name").is_none_or(|it| it != name));
        match value {
            Some(value) => dimensions.push(json!({ "Name": name, "Value": value })),
            None if dimensions.len() == count => {
                return Err(format!("{DIMENSION}{name}: there is no such dimension"));
            }
            None => {}
        }
        Ok(())
    })
}

/// The fields, as far as their `=`.
pub fn fields() -> ArgValueCompleter {
    completion::fixed(|| MEMBERS.iter().map(|member| Candidate::new(format!("{}=", member.field))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    fn edited(alarm_type: AlarmType, before: Value, fields: &[&str]) -> Result<Value, Vec<String>> {
        let fields: Vec<String> = fields.iter().map(|it| (*it).to_owned()).collect();
        let edits = read(&fields).map_err(|error| Report::new(&error.into()).causes)?;
        let mut document = before.as_object().unwrap().clone();
        let faults: Vec<String> =
            edits.iter().filter_map(|edit| edit.apply(alarm_type, &mut document).err()).collect();
        if faults.is_empty() { Ok(Value::Object(document)) } else { Err(faults) }
    }

    #[test]
    fn lists_grow_and_shrink_and_dimensions_go_by_name() {
        let before = json!({ "AlarmActions": ["a", "b"], "MetricName": "M", "Dimensions": [{ "Name": "Q", "Value": "1" }] });
        for (fields, expected) in [
            (&["alarm-actions+=c", "alarm-actions+=a"][..], json!({ "AlarmActions": ["a", "b", "c"] })),
            (&["alarm-actions-=a"], json!({ "AlarmActions": ["b"] })),
            (&["AlarmActions=x,y"], json!({ "AlarmActions": ["x", "y"] })),
            (&["ok-actions+=c"], json!({ "OKActions": ["c"] })),
            (
                &["dimension.Q=2", "dimension.R=3"],
                json!({ "Dimensions": [{ "Name": "Q", "Value": "2" }, { "Name": "R", "Value": "3" }] }),
            ),
            (&["dimension.Q="], json!({ "Dimensions": [] })),
        ] {
            let mut all = before.clone();
            all.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
            assert_eq!(edited(AlarmType::Metric, before.clone(), fields), Ok(all), "{fields:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_all_at_once() {
        let fields = ["threshold", "treshold=1", "threshold=NaN", "period+=1", "unit=A", "Unit=B"];
        let expected = [
            "threshold is not FIELD=VALUE",
            "there is no field treshold; did you mean `threshold`?",
            "threshold: `NaN` is no finite number",
            "period+=: only lists of actions are added to and taken from",
            "unit is given twice",
        ];
        assert_eq!(edited(AlarmType::Metric, json!({}), &fields), Err(expected.map(str::to_owned).into()));
    }

    #[test]
    fn what_an_alarm_does_not_have_is_not_changed() {
        for (fields, expected) in [
            (&["rule=TRUE"][..], "rule is no field of a metric alarm"),
            (&["alarm-actions-=a"], "a is not among the alarm-actions"),
            (&["dimension.Q=1"], "dimension.Q: only an alarm of one metric has dimensions of its own"),
        ] {
            assert_eq!(
                edited(AlarmType::Metric, json!({}), fields),
                Err(vec![expected.to_owned()]),
                "{fields:?}"
            );
        }
        let error = edited(AlarmType::Metric, json!({ "MetricName": "M" }), &["dimension.Q="]).unwrap_err();
        assert_eq!(error, ["dimension.Q: there is no such dimension"]);
    }
}
