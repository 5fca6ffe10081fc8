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
    "tasktoken",
    "task_token",
    "tokenvalue",
    "token_value",
    "tokencode",
    "token_code",
    "accesstoken",
    "access_token",
    "refreshtoken",
    "refresh_token",
    "clientsecret",
    "client_secret",
    "plaintext",
    "kmsciphertextkey",
    "x-amz-sso_bearer_token",
    "secretstring",
    "password",
    "proxy-authorization",
    AUTHORIZATION,
];

/// Only a name of secrets before one of the schemes: the parts of a signature have names of their own.
const AUTHORIZATION: &str = "authorization";
const SCHEMES: &[&str] = &["basic ", "bearer "];

const MASK: &str = "***";

/// `text` with every named secret replaced by `***`.
pub fn redact(text: &str) -> Cow<'_, str> {
    match without_named(text) {
        Cow::Borrowed(text) => without_passwords(text),
        Cow::Owned(text) => Cow::Owned(without_passwords(&text).into_owned()),
    }
}

fn without_named(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some((start, name)) = next_name(&lower, at) {
        let after = start + name.len();
        let first = skip_to_value(text, after);
        let scheme =
            SCHEMES.iter().find(|scheme| lower.get(first..).is_some_and(|rest| rest.starts_with(**scheme)));
        let value = first + scheme.map_or(0, |scheme| scheme.len());
        let end = value_end(text, value);
        // A name that nothing is assigned to, such as `SignedHeaders=x-amz-security-token, ...`.
        if first > after && end > value && (name != AUTHORIZATION || scheme.is_some()) {
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

/// `text` without the user names and passwords of its addresses: those of proxies have them.
fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, mark) in text.match_indices("://") {
        let start = at + mark.len();
        let rest = text.get(start..).unwrap_or_default();
        let authority =
            rest.find(|c: char| c.is_whitespace() || "/?#\"'\\<>(){}[],".contains(c)).unwrap_or(rest.len());
        let user = rest.get(..authority).and_then(|authority| authority.rfind('@'));
        if let Some(user) = user.filter(|user| *user > 0 && start >= copied) {
            out.push_str(text.get(copied..start).unwrap_or_default());
            out.push_str(MASK);
            copied = start + user;
        }
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
    let end = |character: char| "\"\\'&)]}, \r\n".contains(character);
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
            (r#"{"authorization": "Bearer abc.def"}"#, r#"{"authorization": "Bearer ***"}"#),
            ("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n", "Proxy-Authorization: Basic ***\r\n"),
            ("via http://me:p%40ss@proxy.example:3128/", "via http://***@proxy.example:3128/"),
            ("http://me@a/ and https://b/x@y", "http://***@a/ and https://b/x@y"),
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
        fn a_token_never_survives(token in "[A-Za-z0-9+/=]{8,64}", form in 0..5) {
            let line = match form {
                0 => format!(r#"{{"SessionId":"s","TokenValue":"{token}"}}"#),
                1 => format!("TokenValue={token}"),
                2 => format!(r#"token_value: Some("{token}")"#),
                3 => format!("proxy-authorization: Basic {token}"),
                _ => format!(r#"x-amz-security-token: "{token}""#),
            };
            proptest::prop_assert!(!redact(&line).contains(&token));
        }
    }
}
