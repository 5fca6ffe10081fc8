//! `--input`: JSON as it is typed, in a file or on stdin.

use std::path::Path;

use opsctl_engine::asl::{PAYLOAD_LIMIT, Payload};

use crate::error::{Error, Result};
use crate::input::files;
use crate::input::json;

/// Without one, an empty object.
pub async fn read(given: Option<&str>) -> Result<Payload> {
    let (name, text) = match given {
        None => return Ok(Payload::empty()),
        Some("-") => ("stdin", files::text(Path::new("-"), "the input from").await?),
        Some(given) => match given.strip_prefix('@') {
            Some(path) => (path, files::text(Path::new(path), "the input").await?),
            None => ("--input", given.to_owned()),
        },
    };
    parse(name, &text)
}

fn parse(name: &str, text: &str) -> Result<Payload> {
    let value =
        json::value(name, text).map_err(|mistake| files::mistaken("the input is not JSON", vec![mistake]))?;
    let payload = Payload::new(value);
    match too_large(&payload) {
        Some(message) => {
            Err(Error::usage(message).because(format!("an execution takes at most {PAYLOAD_LIMIT}")).into())
        }
        None => Ok(payload),
    }
}

/// Larger inputs than the service takes are none here either.
pub fn too_large(input: &Payload) -> Option<String> {
    let length = input.length();
    (length > PAYLOAD_LIMIT).then(|| format!("the input is too large: {length} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    #[test]
    fn what_is_no_input_is_told_with_its_place() {
        assert_eq!(parse("--input", " {\"a\": [1]} ").unwrap().text(), "{\"a\":[1]}");
        for (text, cause) in [
            ("", "--input:1:1: EOF while parsing a value"),
            ("{\"a\": 1,\n 'b': 2}", "--input:2:2: key must be a string"),
            ("{\"a\"", "--input:1:4: EOF while parsing an object"),
            ("{\"é\": nul}", "--input:1:10: expected ident"),
            ("1 2", "--input:1:3: trailing characters"),
            (&"[".repeat(1000), "--input:1:128: recursion limit exceeded"),
        ] {
            let report = Report::new(&parse("--input", text).unwrap_err());
            assert_eq!(report.causes, [cause], "{text}");
        }
        let large = format!("\"{}\"", "x".repeat(PAYLOAD_LIMIT));
        assert_eq!(
            Report::new(&parse("--input", &large).unwrap_err()).message,
            "the input is too large: 262146 bytes"
        );
    }
}
