//! Who may take the role of a job on: the document that says so, written and read.

use serde_json::{Value, json};

/// The principal that takes the role on.
pub const SERVICE: &str = "batchoperations.s3.amazonaws.com";

/// What it does then.
const ACTION: &str = "sts:AssumeRole";

/// The trust document: who may take the role on. With an account, only for jobs of that account and region.
pub fn trust(partition: &str, account: Option<&str>, region: &str) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": SERVICE },
        "Action": ACTION,
    });
    if let Some(account) = account {
        statement["Condition"] = json!({
            "StringEquals": { "aws:SourceAccount": account },
            "ArnLike": { "aws:SourceArn": format!("arn:{partition}:s3:{region}:{account}:job/*") },
        });
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// Whether a trust document, as JSON, lets the service take the role on. Conditions are not judged: what is refused under
/// one may be allowed.
///
/// Source of the rules: the guide of IAM on the elements of a policy. A statement, a principal and an action may stand
/// alone or in a list; actions are written in any case of letters and with wildcards.
pub fn trusts(document: &Value) -> bool {
    let statements = || each(document.get("Statement")).filter(|statement| applies(statement));
    let has_effect =
        |statement: &Value, wanted: &str| statement.get("Effect").and_then(Value::as_str) == Some(wanted);
    let is_allowed = statements().any(|statement| has_effect(statement, "Allow"));
    let is_refused =
        statements().any(|statement| has_effect(statement, "Deny") && statement.get("Condition").is_none());
    is_allowed && !is_refused
}

/// Whether a statement is about the service and what it does.
fn applies(statement: &Value) -> bool {
    let is_service = match statement.get("Principal") {
        Some(Value::Object(kinds)) => words(kinds.get("Service")).any(|name| name == "*" || name == SERVICE),
        everybody => words(everybody).any(|name| name == "*"),
    };
    let acts = match statement.get("Action") {
        None => statement.get("NotAction").is_some_and(|others| !names(others)),
        Some(actions) => names(actions),
    };
    is_service && acts
}

fn names(actions: &Value) -> bool {
    words(Some(actions)).any(|pattern| is_like(pattern, ACTION))
}

fn words(value: Option<&Value>) -> impl Iterator<Item = &str> {
    each(value).filter_map(Value::as_str)
}

/// What stands alone is a list of one.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let items = match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    items.iter()
}

/// Whether a pattern of a policy names an action: in any case of letters, `*` for any text and `?` for one character.
fn is_like(pattern: &str, action: &str) -> bool {
    let (mut pattern, mut action) = (pattern.as_bytes(), action.as_bytes());
    // Behind the last star, and what of the action it has not taken yet.
    let mut again: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), action.split_first()) {
            (Some((b'*', rest)), _) => {
                pattern = rest;
                again = Some((rest, action));
            }
            (Some((letter, after)), Some((found, rest)))
                if *letter == b'?' || letter.eq_ignore_ascii_case(found) =>
            {
                (pattern, action) = (after, rest);
            }
            (None, None) => return true,
            // The last star takes one more.
            _ => match again {
                Some((behind, [_, rest @ ..])) => {
                    (pattern, action) = (behind, rest);
                    again = Some((behind, rest));
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statements: Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    fn statement(effect: &str, principal: Value, action: Value) -> Value {
        json!({ "Effect": effect, "Principal": principal, "Action": action })
    }

    fn ours() -> Value {
        json!({ "Service": ["ec2.amazonaws.com", SERVICE] })
    }

    #[test]
    fn what_is_written_as_trust_is_trust() {
        assert!(trusts(&trust("aws", Some("111122223333"), "eu-west-1")));
        assert!(trusts(&trust("aws", None, "eu-west-1")));
    }

    #[test]
    fn a_document_is_read_as_iam_reads_it() {
        let assume = || json!("sts:AssumeRole");
        for (name, statements) in [
            (
                "a list of actions",
                json!([statement("Allow", ours(), json!(["sts:TagSession", "sts:AssumeRole"]))]),
            ),
            ("a statement alone", statement("Allow", ours(), assume())),
            ("any case", json!([statement("Allow", ours(), json!("STS:assumerole"))])),
            ("a star at the end", json!([statement("Allow", ours(), json!("sts:Assume*"))])),
            ("a star within", json!([statement("Allow", ours(), json!("s*:*sume*Role"))])),
            ("a question mark", json!([statement("Allow", ours(), json!("sts:Assume?ole"))])),
            ("every action", json!([statement("Allow", ours(), json!("*"))])),
            (
                "every action but",
                json!([{ "Effect": "Allow", "Principal": ours(), "NotAction": "sts:Tag*" }]),
            ),
            ("one service", json!([statement("Allow", json!({ "Service": SERVICE }), assume())])),
            ("every service", json!([statement("Allow", json!({ "Service": "*" }), assume())])),
            ("everybody", json!([statement("Allow", json!("*"), assume())])),
            ("everybody in a list", json!([statement("Allow", json!(["*"]), assume())])),
            (
                "refused to another",
                json!([
                    statement("Allow", ours(), assume()),
                    statement("Deny", json!({ "Service": "ec2.amazonaws.com" }), json!("*")),
                ]),
            ),
            (
                "refused under a condition",
                json!([
                    statement("Allow", ours(), assume()),
                    { "Effect": "Deny", "Principal": "*", "Action": "*", "Condition": { "Bool": {} } },
                ]),
            ),
        ] {
            assert!(trusts(&of(statements)), "{name}");
        }
        for (name, document) in [
            ("empty", json!({})),
            ("null", json!(null)),
            ("no statements", of(json!([]))),
            (
                "another service",
                of(json!([statement("Allow", json!({ "Service": "s3.amazonaws.com" }), assume())])),
            ),
            ("accounts are no services", of(json!([statement("Allow", json!({ "AWS": "*" }), assume())]))),
            ("another action", of(json!([statement("Allow", ours(), json!("sts:TagSession"))]))),
            (
                "a pattern of others",
                of(json!([statement("Allow", ours(), json!(["sts:Assume?", "sts:*Session"]))])),
            ),
            (
                "no wildcard of a name",
                of(json!([statement("Allow", json!({ "Service": "batch*" }), assume())])),
            ),
            (
                "every action but this",
                of(json!([{ "Effect": "Allow", "Principal": ours(), "NotAction": ["sts:assume*"] }])),
            ),
            ("no action", of(json!([{ "Effect": "Allow", "Principal": ours() }]))),
            (
                "refused",
                of(json!([
                    statement("Allow", ours(), assume()),
                    statement("Deny", ours(), json!("STS:Assume*")),
                ])),
            ),
            (
                "refused to everybody",
                of(json!([
                    statement("Allow", ours(), assume()),
                    statement("Deny", json!("*"), json!("sts:*"))
                ])),
            ),
        ] {
            assert!(!trusts(&document), "{name}");
        }
    }

    #[test]
    fn patterns_take_any_text() {
        for (pattern, action, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("**", "abc", true),
            ("a*c", "abbc", true),
            ("a*bc", "abbc", true),
            ("a*b", "abbc", false),
            ("?", "", false),
            ("a?", "A9", true),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(is_like(pattern, action), expected, "{pattern} {action}");
        }
    }
}
