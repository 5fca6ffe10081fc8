//! Records with a separator: csv (RFC 4180, data as it is but for a terminal, which no value may control) and text
//! (tabs, values escaped so that they can be read back). A spreadsheet may read a csv value that begins with `=` as
//! a formula; values are not changed to prevent that.

use std::io::{self, Write};

use super::escape::{escape, escape_record};

/// One csv record.
pub(super) fn write_csv<V: AsRef<str>>(
    mut into: impl Write,
    values: impl IntoIterator<Item = V>,
    terminal: bool,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for value in values {
        let value = value.as_ref();
        writer.write_field(if terminal { escape(value) } else { value.into() }.as_bytes())?;
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
        into.write_all(escape_record(value.as_ref()).as_bytes())?;
    }
    into.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_text_escapes() {
        let values = ["plain", "a,b", "say \"x\"", "two\nlines", "", "=1+1", "tab\t\u{1b}", r"C:\new"];
        let mut csv = Vec::new();
        write_csv(&mut csv, values, false).unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,=1+1,tab\t\u{1b},C:\\new\n"
        );
        let mut shown = Vec::new();
        write_csv(&mut shown, values, true).unwrap();
        assert_eq!(
            String::from_utf8(shown).unwrap(),
            "plain,\"a,b\",\"say \"\"x\"\"\",two\\nlines,,=1+1,tab\\t\\x1b,C:\\new\n"
        );
        let mut text = Vec::new();
        write_text(&mut text, values).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "plain\ta,b\tsay \"x\"\ttwo\\nlines\t\t=1+1\ttab\\t\\x1b\tC:\\\\new\n"
        );
    }

    #[test]
    fn an_empty_record_is_still_a_record() {
        let mut csv = Vec::new();
        write_csv(&mut csv, [""], false).unwrap();
        assert_eq!(csv, b"\"\"\n");
    }
}
