//! What CreateStateMachine is asked beside a definition, and why it refuses that.

use serde_json::Value;

/// A refusal in the service's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The name of the exception.
    pub code: &'static str,
    pub message: String,
}

/// Checks a request (JSON as on the wire) apart from its definition and from what exists already.
pub fn check_request(request: &Value) -> Result<(), Refusal> {
    let is_published = request.get("publish") == Some(&Value::Bool(true));
    if request.get("versionDescription").is_some_and(|description| !description.is_null()) && !is_published {
        let message = "Version description can only be set when publish is true".to_owned();
        return Err(Refusal { code: "ValidationException", message });
    }
    let Some(logging) = request.get("loggingConfiguration").filter(|logging| !logging.is_null()) else {
        return Ok(());
    };
    let destinations = logging.get("destinations").and_then(Value::as_array).map_or(0, Vec::len);
    let is_off = logging.get("level").is_none_or(|level| level == "OFF");
    if destinations > 1 || (destinations == 0 && !is_off) {
        let message = "Invalid Logging Configuration: Must specify exactly one Log Destination.".to_owned();
        return Err(Refusal { code: "InvalidLoggingConfiguration", message });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_are_checked_without_their_definition() {
        let group = json!({"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:a:*"}});
        for (request, code) in [
            (json!({}), None),
            (json!({"publish": true, "versionDescription": "first"}), None),
            (json!({"versionDescription": "first"}), Some("ValidationException")),
            (json!({"loggingConfiguration": {"level": "OFF"}}), None),
            (json!({"loggingConfiguration": {"level": "ALL", "destinations": [group]}}), None),
            (json!({"loggingConfiguration": {"level": "ALL"}}), Some("InvalidLoggingConfiguration")),
            (
                json!({"loggingConfiguration": {"level": "ALL", "destinations": [group, group]}}),
                Some("InvalidLoggingConfiguration"),
            ),
        ] {
            let refused = check_request(&request).err().map(|refusal| refusal.code);
            assert_eq!(refused, code, "{request}");
        }
    }
}
