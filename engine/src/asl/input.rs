//! The input of an execution as text: its JSON, or what is wrong with it in the words of the service, which are those of
//! the parser it uses.

use serde_json::Value;

/// Reads the text of an input; the error is the service's sentence without its frame.
pub fn parse(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) if text.trim().is_empty() => Err("Invalid execution input.".to_owned()),
        Err(error) => Err(Scanner { rest: text }.fault().unwrap_or_else(|| error.to_string())),
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    Value,
    /// A value, or the end of the list.
    Item,
    Name,
    /// A name, or the end of the object.
    Field,
    Colon,
    Comma,
    End,
}

struct Scanner<'a> {
    rest: &'a str,
}

const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

impl Scanner<'_> {
    /// The first thing in the text that is not what it has to be.
    fn fault(&mut self) -> Option<String> {
        // What is open: an object or a list.
        let mut open: Vec<char> = Vec::new();
        let mut expected = Expected::Value;
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
            let Some(letter) = self.rest.chars().next() else {
                return (expected != Expected::End).then(|| match open.last() {
                    Some('{') => "Unexpected end-of-input: expected close marker for Object".to_owned(),
                    Some(_) => "Unexpected end-of-input: expected close marker for Array".to_owned(),
                    None => "Unexpected end-of-input".to_owned(),
                });
            };
            let unexpected = |why: &str| {
                Some(format!("Unexpected character ('{letter}' (code {})): {why}", u32::from(letter)))
            };
            match (expected, letter) {
                (Expected::Item, ']') | (Expected::Field, '}') => {
                    self.skip(1);
                    open.pop();
                    expected = after(&open);
                }
                (Expected::Value | Expected::Item, '{' | '[') => {
                    self.skip(1);
                    open.push(letter);
                    expected = if letter == '{' { Expected::Field } else { Expected::Item };
                }
                (Expected::Value | Expected::Item, _) => {
                    if let Some(fault) = self.scalar(letter) {
                        return fault;
                    }
                    expected = after(&open);
                }
                (Expected::Name | Expected::Field, '"') => {
                    if !self.text() {
                        return Some("Unexpected end-of-input in field name".to_owned());
                    }
                    expected = Expected::Colon;
                }
                (Expected::Name | Expected::Field, _) => {
                    return unexpected("was expecting double-quote to start field name");
                }
                (Expected::Colon, ':') => {
                    self.skip(1);
                    expected = Expected::Value;
                }
                (Expected::Colon, _) => {
                    return unexpected("was expecting a colon to separate field name and value");
                }
                (Expected::Comma, ',') => {
                    self.skip(1);
                    expected = if open.last() == Some(&'{') { Expected::Name } else { Expected::Value };
                }
                (Expected::Comma, '}' | ']') if (letter == '}') == (open.last() == Some(&'{')) => {
                    self.skip(1);
                    open.pop();
                    expected = after(&open);
                }
                (Expected::Comma, _) => {
                    let kind = if open.last() == Some(&'{') { "Object" } else { "Array" };
                    return unexpected(&format!("was expecting comma to separate {kind} entries"));
                }
                (Expected::End, _) => return unexpected("expected end of input"),
            }
        }
    }

    /// Goes over a value that is no list and no object; the inner nothing is a fault without words of its own.
    fn scalar(&mut self, letter: char) -> Option<Option<String>> {
        if letter == '"' {
            let is_whole = self.text();
            return (!is_whole).then(|| {
                Some("Unexpected end-of-input: was expecting closing quote for a string value".to_owned())
            });
        }
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
        let is_number = letter == '-' || letter.is_ascii_digit();
        let end = match is_number {
            true => self.rest.find(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter)),
            false => self.rest.find(|letter: char| !is_part(letter)),
        };
        let token = self.rest.get(..end.unwrap_or(self.rest.len())).unwrap_or_default();
        let is_right = matches!(token, "null" | "true" | "false")
            || (is_number && serde_json::from_str::<Value>(token).is_ok());
        let fault = match token {
            _ if is_right => None,
            "" => Some(Some(format!(
                "Unexpected character ('{letter}' (code {})): expected a valid value {VALUES}",
                u32::from(letter)
            ))),
            _ if is_number => Some(None),
            token => Some(Some(format!("Unrecognized token '{token}': was expecting {VALUES}"))),
        };
        let length = token.len();
        self.skip(length);
        fault
    }

    /// Goes over a text in quotes; `false` when it does not end.
    fn text(&mut self) -> bool {
        let mut is_escaped = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(1) {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    self.skip(at + 1);
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

fn after(open: &[char]) -> Expected {
    if open.is_empty() { Expected::End } else { Expected::Comma }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn inputs_are_read_or_refused_in_the_words_of_the_service() {
        for (text, why) in [
            ("", "Invalid execution input."),
            (
                "not some json",
                "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            ),
            (
                "{'not': 'json'",
                "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
            ),
            (
                "{\"a\" 1}",
                "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            ),
            (
                "{\"a\": 1 \"b\"",
                "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
            ),
            ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"),
            ("[1, {\"a\": [true", "Unexpected end-of-input: expected close marker for Array"),
            (
                "{\"a\":1,}",
                "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            ),
            (
                "%",
                "Unexpected character ('%' (code 37)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), why, "{text}");
        }
        for text in ["2", "\"text\"", "null", " {\"a\": [1.5e3, {}, []]} "] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_bad_text_is_refused_with_words(text in "[\\[\\]{}\",:a1 .\\\\é'-]{0,24}") {
            if let Err(why) = parse(&text) {
                prop_assert!(!why.is_empty());
            }
        }
    }
}
