//! Rows of a CSV file as items: every cell is text, cells without a header are dropped, missing cells are empty.

use serde_json::{Map, Value};

/// Columns by name, in their order.
pub(super) struct Headers(Vec<String>);

impl Headers {
    pub fn new(names: Vec<String>) -> Result<Self, String> {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        match sorted.windows(2).any(|pair| pair.first() == pair.last()) {
            true => Err("CSV headers cannot contain duplicates.".to_owned()),
            false => Ok(Headers(names)),
        }
    }

    pub fn item(&self, cells: Vec<String>) -> Value {
        let cells = cells.into_iter().chain(std::iter::repeat_with(String::new));
        Value::Object(self.0.iter().cloned().zip(cells.map(Value::String)).collect::<Map<String, Value>>())
    }
}

/// The next row, after any empty lines; `None` at the end of the file. Quotes keep delimiters and line ends; a quote
/// that is written twice is one. A backslash keeps a backslash, a quote or a delimiter, and is dropped before anything
/// else.
///
/// Source of the rules: the guide of Step Functions, "How Step Functions parses input CSV files".
pub(super) fn row(bytes: &[u8], at: &mut usize, delimiter: u8) -> Result<Option<Vec<String>>, String> {
    while matches!(bytes.get(*at), Some(b'\n' | b'\r')) {
        *at += 1;
    }
    if *at >= bytes.len() {
        return Ok(None);
    }
    let mut cells = Vec::new();
    let mut cell: Vec<u8> = Vec::new();
    let mut quoted = false;
    loop {
        let byte = bytes.get(*at).copied();
        *at += 1;
        match byte {
            Some(b'\\') => {
                if let Some(kept) =
                    bytes.get(*at).filter(|next| matches!(next, b'\\' | b'"') || **next == delimiter)
                {
                    cell.push(*kept);
                    *at += 1;
                }
            }
            None if quoted => return Err("A quoted value of the CSV file has no end.".to_owned()),
            Some(b'"') if (quoted || !cell.is_empty()) && bytes.get(*at) == Some(&b'"') => {
                cell.push(b'"');
                *at += 1;
            }
            Some(b'"') if quoted => quoted = false,
            Some(byte) if quoted => cell.push(byte),
            Some(b'"') if cell.is_empty() => quoted = true,
            Some(byte) if byte == delimiter => cells.push(text(std::mem::take(&mut cell))?),
            Some(b'\r') if matches!(bytes.get(*at), Some(b'\n') | None) => {}
            None | Some(b'\n') => {
                cells.push(text(cell)?);
                return Ok(Some(cells));
            }
            Some(byte) => cell.push(byte),
        }
    }
}

fn text(cell: Vec<u8>) -> Result<String, String> {
    String::from_utf8(cell).map_err(|_| "The CSV file is not UTF-8.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_read_one_by_one() {
        let text = "a,\"b,\"\"c\"\"\nd\",\r\n\r\n,\nlast";
        let mut at = 0;
        let mut rows = Vec::new();
        while let Some(cells) = row(text.as_bytes(), &mut at, b',').unwrap() {
            rows.push(cells);
        }
        assert_eq!(rows, [vec!["a", "b,\"c\"\nd", ""], vec!["", ""], vec!["last"]]);
    }

    #[test]
    fn quotes_and_delimiters_are_kept_twice_written_or_behind_a_backslash() {
        for (line, cells) in [
            (r#"{""a"":""b""},c"#, vec![r#"{"a":"b"}"#, "c"]),
            (r#""{""a"":1}","""#, vec![r#"{"a":1}"#, ""]),
            (r"C:\\Program Files\\a.exe,1", vec![r"C:\Program Files\a.exe", "1"]),
            (r"a\,b,c", vec!["a,b", "c"]),
            (r#""a\,b","say \"no\"""#, vec!["a,b", r#"say "no""#]),
            (r"a\nb,\", vec!["anb", ""]),
        ] {
            assert_eq!(row(line.as_bytes(), &mut 0, b',').unwrap().unwrap(), cells, "{line}");
        }
    }

    #[test]
    fn a_quote_that_stays_open_is_refused() {
        assert!(row(b"a,\"b", &mut 0, b',').is_err());
    }

    #[test]
    fn cells_go_under_their_headers() {
        let headers = Headers::new(vec!["x".into(), "y".into()]).unwrap();
        assert_eq!(headers.item(vec!["1".into()]), json!({"x": "1", "y": ""}));
        assert_eq!(headers.item(vec!["1".into(), "2".into(), "3".into()]), json!({"x": "1", "y": "2"}));
        assert!(Headers::new(vec!["x".into(), "x".into()]).is_err());
    }
}
