//! Records with a separator: csv (RFC 4180, data as it is) and text (tabs, values escaped). A spreadsheet may
//! read a csv value that begins with `=` as a formula; values are not changed to prevent that.

use std::io::{self, Write};

use super::escape::escape;

/// One csv record.
pub(super) fn write_csv<V: AsRef<str>>(
    mut into: impl Write,
    values: impl IntoIterator<Item = V>,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for value in values {
        writer.write_field(value.as_ref())?;
    }
    writer.write_record(None::<&[u8]>)?;
    let record = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    into.write_all(&record)
}

/// One line of text.
pub(super) fn write_text<V: AsRef<str>>(
    mut into: impl Write,
    values: impl IntoIterator<Item = V>,
) -> io::Result<()> {
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            into.write_all(b"\t")?;
        }
        into.write_all(escape(value.as_ref()).as_bytes())?;
    }
    into.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_text_escapes() {
        let values = ["plain", "a,b", "say \"x\"", "two\nlines", "", "=1+1", "tab\t\u{1b}"];
        let mut csv = Vec::new();
        write_csv(&mut csv, values).unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,=1+1,tab\t\u{1b}\n"
        );
        let mut text = Vec::new();
        write_text(&mut text, values).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "plain\ta,b\tsay \"x\"\ttwo\\nlines\t\t=1+1\ttab\\t\\x1b\n"
        );
    }

    #[test]
    fn an_empty_record_is_still_a_record() {
        let mut csv = Vec::new();
        write_csv(&mut csv, [""]).unwrap();
        assert_eq!(csv, b"\"\"\n");
    }
}
