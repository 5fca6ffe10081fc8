//! Secrets out of log lines, by the names they are written under.

use std::borrow::Cow;

/// Lower case. What follows one of them, after quotes and separators, is a secret.
const NAMES: &[&str] = &[
    "secretaccesskey",
    "secret_access_key",
    "sessiontoken",
    "session_token",
    "x-amz-security-token",
    "x-amz-signature",
    "signature",
    "tokenvalue",
    "token_value",
    "accesstoken",
    "access_token",
    "refreshtoken",
    "refresh_token",
    "clientsecret",
    "client_secret",
    "plaintext",
    "kmsciphertextkey",
    "proxy-authorization",
];

const MASK: &str = "***";

/// `text` with every named secret replaced by `***`.
pub fn redact(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some((start, name)) = next_name(&lower, at) {
        let after = start + name.len();
        let value = skip_to_value(text, after);
        let end = value_end(text, value);
        // A name that nothing is assigned to, such as `SignedHeaders=x-amz-security-token, ...`.
        if value > after && end > value {
            out.push_str(text.get(copied..value).unwrap_or_default());
            out.push_str(MASK);
            copied = end;
        }
        at = end.max(after);
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

fn next_name(lower: &str, from: usize) -> Option<(usize, &'static str)> {
    let rest = lower.get(from..)?;
    let found = NAMES.iter().filter_map(|name| Some((rest.find(name)?, *name)));
    // The longest name at the first place.
    let (at, name) = found.min_by_key(|(at, name)| (*at, std::cmp::Reverse(name.len())))?;
    Some((from + at, name))
}

/// Over quotes, separators and the wrappers of Rust's debug form: `": "`, `=`, `: Some("`, `: [`.
fn skip_to_value(text: &str, after: usize) -> usize {
    let rest = text.get(after..).unwrap_or_default();
    let mut skipped = 0;
    let mut assigned = false;
    loop {
        let rest = rest.get(skipped..).unwrap_or_default();
        if let Some(stripped) =
            ["Some(", "HeaderValue(", "Blob", "Sensitive("].iter().find(|word| rest.starts_with(**word))
        {
            skipped += stripped.len();
            continue;
        }
        match rest.chars().next() {
            Some(':' | '=') => assigned = true,
            Some('"' | '\\' | '\'' | '(' | '[' | '{') => {}
            Some(' ') if assigned => {}
            _ => break,
        }
        skipped += 1;
    }
    if assigned { after + skipped } else { after }
}

fn value_end(text: &str, value: usize) -> usize {
    let rest = text.get(value..).unwrap_or_default();
    let end =
        |character: char| matches!(character, '"' | '\\' | '\'' | '&' | ')' | ']' | '}' | ',' | ' ' | '\n');
    value + rest.find(end).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_are_named() {
        for (line, expected) in [
            (r#"{"TokenValue":"AAEAAbc==","x":1}"#, r#"{"TokenValue":"***","x":1}"#),
            (r#"body: {\"TokenValue\":\"AAE\"}"#, r#"body: {\"TokenValue\":\"***\"}"#),
            (
                r#""authorization": "AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host;x-amz-security-token, Signature=0a1b""#,
                r#""authorization": "AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host;x-amz-security-token, Signature=***""#,
            ),
            (r#""x-amz-security-token": "IQoJ""#, r#""x-amz-security-token": "***""#),
            ("GET /?X-Amz-Signature=0a1b&x=1", "GET /?X-Amz-Signature=***&x=1"),
            (r#"token_value: Some("AAEA")"#, r#"token_value: Some("***")"#),
            (r#"secret_access_key: "wJalr""#, r#"secret_access_key: "***""#),
            ("nothing secret here", "nothing secret here"),
        ] {
            assert_eq!(redact(line), expected);
        }
    }

    #[test]
    fn two_secrets_in_a_line_are_both_masked() {
        assert_eq!(redact("SessionToken=a SecretAccessKey=b"), "SessionToken=*** SecretAccessKey=***");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_redacted_without_a_panic(text in "\\PC*") {
            redact(&text);
        }

        #[test]
        fn a_token_never_survives(token in "[A-Za-z0-9+/=]{8,64}", form in 0..4) {
            let line = match form {
                0 => format!(r#"{{"SessionId":"s","TokenValue":"{token}"}}"#),
                1 => format!("TokenValue={token}"),
                2 => format!(r#"token_value: Some("{token}")"#),
                _ => format!(r#"x-amz-security-token: "{token}""#),
            };
            proptest::prop_assert!(!redact(&line).contains(&token));
        }
    }
}
