//! ValidateStateMachineDefinition, by the engine. It needs no machine.

use super::wire::required;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::definition::{DEFINITION_LIMIT, MachineType, Severity, check};
use serde::Deserialize;
use serde_json::{Value, json};

const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validate {
    definition: Option<String>,
    r#type: Option<String>,
    severity: Option<String>,
    max_results: Option<i32>,
}

pub fn validate(input: Validate) -> Result<Value, ServiceError> {
    let definition = required(input.definition, "definition")?;
    if definition.len() > DEFINITION_LIMIT {
        let constraint = format!("have length less than or equal to {DEFINITION_LIMIT}");
        return Err(ServiceError::constraint(
            format!("{} bytes", definition.len()),
            "definition",
            constraint,
        ));
    }
    let kind = match input.r#type.as_deref() {
        None | Some("STANDARD") => MachineType::Standard,
        Some("EXPRESS") => MachineType::Express,
        Some(other) => {
            return Err(ServiceError::constraint(
                other,
                "type",
                "satisfy enum value set: [STANDARD, EXPRESS]",
            ));
        }
    };
    let has_warnings = match input.severity.as_deref() {
        None | Some("ERROR") => false,
        Some("WARNING") => true,
        Some(other) => {
            return Err(ServiceError::constraint(
                other,
                "severity",
                "satisfy enum value set: [ERROR, WARNING]",
            ));
        }
    };
    let most = match input.max_results {
        None | Some(0) => MOST,
        Some(most @ 1..=100) => usize::try_from(most).unwrap_or(MOST),
        Some(other) => {
            return Err(ServiceError::constraint(
                other,
                "maxResults",
                "have value less than or equal to 100",
            ));
        }
    };
    let (_, mut diagnostics) = check(&definition, kind);
    let is_wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    diagnostics.retain(|diagnostic| has_warnings || diagnostic.severity == Severity::Error);
    let is_truncated = diagnostics.len() > most;
    let diagnostics: Vec<Value> = diagnostics
        .into_iter()
        .take(most)
        .map(|diagnostic| {
            let severity = match diagnostic.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
            };
            json!({
                "severity": severity,
                "code": diagnostic.code,
                "message": diagnostic.message,
                "location": diagnostic.location,
            })
        })
        .collect();
    let result = if is_wrong { "FAIL" } else { "OK" };
    Ok(json!({"result": result, "diagnostics": diagnostics, "truncated": is_truncated}))
}
