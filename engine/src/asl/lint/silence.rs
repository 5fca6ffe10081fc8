//! Comments that silence rules: `opsctl-lint: ignore RULE[, RULE]` in a `Comment` holds for the object it is in and
//! for all that is inside.

use std::collections::HashMap;

use serde_json::Value;

use super::Finding;
use super::rule::{CODES, RULES, UNKNOWN_RULE};
use crate::nearest;

const MARK: &str = "opsctl-lint:";

/// The ids that the comment of an object silences, by the pointer of the object.
type Silences = HashMap<String, Vec<String>>;

/// Takes out the findings that are silenced, and adds those about silences that mean nothing.
pub(super) fn apply(raw: &Value, findings: &mut Vec<Finding>) {
    let mut silences = Silences::new();
    collect(raw, String::new(), &mut silences, findings);
    if !silences.is_empty() {
        findings.retain(|finding| !is_silenced(finding, &silences));
    }
}

fn is_silenced(finding: &Finding, silences: &Silences) -> bool {
    let location = finding.location.as_deref().unwrap_or_default();
    let around = location.match_indices('/').map(|(at, _)| &location[..at]);
    let mut around = around.chain([location, ""]);
    around.any(|at| silences.get(at).is_some_and(|ids| ids.iter().any(|id| id == finding.id)))
}

/// Everything that can be silenced: the rules, and the codes of the service.
pub fn ids() -> impl Iterator<Item = &'static str> {
    RULES.into_iter().chain(CODES).map(|rule| rule.id)
}

/// What is said of a name that is none of them.
fn not_known(id: &str) -> String {
    let near = nearest(id, ids());
    let advice = near.map(|near| format!(": did you mean '{near}'?")).unwrap_or_default();
    format!("there is no rule '{id}'{advice}")
}

fn collect(value: &Value, at: String, silences: &mut Silences, findings: &mut Vec<Finding>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(comment) if name == "Comment" => {
                        let ignored = ignored(comment);
                        let unknown = ignored.iter().filter(|id| !ids().any(|known| known == id.as_str()));
                        findings.extend(unknown.map(|id| Finding {
                            id: UNKNOWN_RULE.id,
                            severity: UNKNOWN_RULE.severity,
                            message: not_known(id),
                            location: Some(format!("{at}/Comment")),
                        }));
                        if !ignored.is_empty() {
                            silences.insert(at.clone(), ignored);
                        }
                    }
                    Value::Object(_) | Value::Array(_) => {
                        collect(field, format!("{at}/{name}"), silences, findings);
                    }
                    _ => {}
                }
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{number}"), silences, findings);
            }
        }
        _ => {}
    }
}

/// The ids after the mark, up to the end of the sentence.
fn ignored(comment: &str) -> Vec<String> {
    let Some((_, after)) = comment.split_once(MARK) else { return Vec::new() };
    let Some(list) = after.trim_start().strip_prefix("ignore") else { return Vec::new() };
    let list = list.split(['.', ';', '\n']).next().unwrap_or_default();
    list.split([',', ' ']).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}
