//! JSON that is handed to the service, as it is typed, in a file or on stdin. The text goes out as it came in.

use std::path::Path;

use opsctl_engine::asl::PAYLOAD_LIMIT;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::input::{files, json};

/// What `-` stands for.
const STDIN: &str = "-";

/// A text, and what it says.
#[derive(Debug)]
pub struct Json {
    pub text: String,
    pub value: Value,
}

/// Whether it is read from stdin, which gives one thing only.
pub fn is_stdin(given: &str) -> bool {
    given == STDIN
}

/// JSON, `@FILE` or `-`; `option` is where it was given, `what` is what it is: "the input".
pub async fn read(given: &str, option: &str, what: &str) -> Result<Json> {
    let (name, text) = match given.strip_prefix('@') {
        _ if is_stdin(given) => ("stdin", files::text(Path::new(STDIN), what).await?),
        Some(path) => (path, files::text(Path::new(path), what).await?),
        None => (option, given.to_owned()),
    };
    checked(name, text, what)
}

fn checked(name: &str, text: String, what: &str) -> Result<Json> {
    if text.len() > PAYLOAD_LIMIT {
        let message = format!("{what} is too large: {} bytes", text.len());
        return Err(Error::usage(message)
            .because(format!("the service takes at most {PAYLOAD_LIMIT}"))
            .hint("large data goes into an object of S3, and its place into the JSON")
            .into());
    }
    match json::value(name, &text) {
        Ok(value) => Ok(Json { text, value }),
        Err(mistake) => Err(files::mistaken(format!("{what} is not JSON"), vec![mistake]).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    #[test]
    fn json_goes_out_as_it_came_in_and_other_texts_do_not() {
        let checked = |text: &str| checked("--input", text.to_owned(), "the input");
        let given = " {\"b\": 1e3,\n \"a\": [1]} ";
        assert_eq!(checked(given).unwrap().text, given);
        for (text, cause) in [
            ("", "--input:1:1: EOF while parsing a value"),
            ("{\"a\": 1,\n 'b': 2}", "--input:2:2: key must be a string"),
            ("{\"a\"", "--input:1:4: EOF while parsing an object"),
            ("{\"é\": nul}", "--input:1:10: expected ident"),
            ("1 2", "--input:1:3: trailing characters"),
            (&"[".repeat(1000), "--input:1:128: recursion limit exceeded"),
        ] {
            let report = Report::new(&checked(text).unwrap_err());
            assert_eq!(
                (report.message.as_str(), report.causes),
                ("the input is not JSON", vec![cause.to_owned()])
            );
        }
        let whole = format!("\"{}\"", "x".repeat(PAYLOAD_LIMIT - 2));
        assert!(checked(&whole).is_ok());
        let report = Report::new(&checked(&format!("{whole} ")).unwrap_err());
        assert_eq!(report.message, format!("the input is too large: {} bytes", PAYLOAD_LIMIT + 1));
    }
}
