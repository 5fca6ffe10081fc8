//! Findings as SARIF 2.1.0, which code hosts show beside the code.

use std::collections::BTreeMap;
use std::path::Path;

use opsctl_engine::asl::lint::Severity;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::rules;
use super::view::Finding;

/// What does not stand for itself in the path of a URI.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'[')
    .add(b']')
    .add(b'\\')
    .add(b'^')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

pub fn document(findings: &[Finding]) -> String {
    // The rules that found something, and each rule's number among them.
    let found: BTreeMap<&str, Severity> =
        findings.iter().map(|finding| (finding.rule.as_str(), finding.severity)).collect();
    let rules: Vec<Value> = found.iter().map(|(id, severity)| rule(id, *severity)).collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| result(finding, found.keys().position(|id| *id == finding.rule).unwrap_or_default()))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "opsctl", "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"), "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(id: &str, severity: Severity) -> Value {
    let summary = rules::all().find(|rule| rule.id == id).map(|rule| rule.summary);
    json!({
        "id": id,
        "shortDescription": {"text": summary.unwrap_or_default()},
        "defaultConfiguration": {"level": severity.name()},
    })
}

fn result(finding: &Finding, rule: usize) -> Value {
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&finding.file)},
        "region": {"startLine": finding.line, "startColumn": finding.column},
    }});
    let place = [&finding.machine, &finding.location].into_iter().flatten().map(String::as_str);
    let name: String = place.collect::<Vec<_>>().join(":");
    if !name.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": name}]);
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.severity.name(),
        "message": {"text": finding.message},
        "locations": [location],
    })
}

/// Relative paths stay so: hosts resolve them against the repository.
fn uri(file: &str) -> String {
    let path = utf8_percent_encode(file.strip_prefix("./").unwrap_or(file), ESCAPED).to_string();
    if Path::new(file).is_absolute() { format!("file://{path}") } else { path }
}
