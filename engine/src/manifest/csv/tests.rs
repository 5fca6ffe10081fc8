use proptest::prelude::*;

use super::*;

/// Gives so many bytes a read.
struct Dripping<'a>(&'a [u8], usize);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len());
        let mut part = self.0.get(..count).unwrap_or(self.0);
        let read = part.read(buffer)?;
        self.0 = &self.0[read..];
        Ok(read)
    }
}

type Read1 = Result<(u64, Vec<String>), String>;

fn rows_of(mut csv: Csv<impl Read>) -> Vec<Read1> {
    let mut rows = Vec::new();
    loop {
        match csv.advance() {
            Ok(true) => {
                let row = csv.row();
                let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
                rows.push(Ok((row.line, row.fields().map(text).collect())));
            }
            Ok(false) => return rows,
            Err(error) => rows.push(Err(error.to_string())),
        }
    }
}

fn rows(text: &[u8]) -> Vec<Read1> {
    let rows = rows_of(Csv::new(text));
    for drip in [1, 2, 7] {
        assert_eq!(rows_of(Csv::new(Dripping(text, drip))), rows, "{drip} bytes at a time");
    }
    rows
}

fn row(line: u64, fields: &[&str]) -> Read1 {
    Ok((line, fields.iter().map(|field| (*field).to_owned()).collect()))
}

#[test]
fn records_are_as_rfc_4180_has_them() {
    let cases: [(&str, &[u8], Vec<Read1>); 12] = [
        ("nothing", b"", vec![]),
        ("plain", b"a,b\nc,d\n", vec![row(1, &["a", "b"]), row(2, &["c", "d"])]),
        ("no last line break", b"a,b\nc,d", vec![row(1, &["a", "b"]), row(2, &["c", "d"])]),
        ("crlf", b"a,b\r\nc,\"d\"\r\n", vec![row(1, &["a", "b"]), row(2, &["c", "d"])]),
        ("empty fields", b",\n,,\n", vec![row(1, &["", ""]), row(2, &["", "", ""])]),
        ("trailing comma at the end", b"a,", vec![row(1, &["a", ""])]),
        ("quotes", b"\"a,b\",\"say \"\"hi\"\"\"\n", vec![row(1, &["a,b", "say \"hi\""])]),
        ("a quoted line break", b"\"a\nb\",c\nd,e\n", vec![row(1, &["a\nb", "c"]), row(3, &["d", "e"])]),
        ("a quote inside a field", b"a\"b,c\"\n", vec![row(1, &["a\"b", "c\""])]),
        ("blank lines", b"\n\r\na\n\n", vec![row(3, &["a"])]),
        ("a quoted nothing", b"\"\"\n\"\"", vec![row(1, &[""]), row(2, &[""])]),
        ("a byte order mark", b"\xef\xbb\xbfa,b\n", vec![row(1, &["a", "b"])]),
    ];
    for (name, text, expected) in cases {
        assert_eq!(rows(text), expected, "{name}");
    }
}

#[test]
fn a_line_knows_its_quotes_and_its_end() {
    let mut csv = Csv::new(&b"\xef\xbb\xbfa,\"b\"\r\n\nc"[..]).keeping_blank_lines();
    assert!(csv.advance().unwrap());
    assert!(csv.has_byte_order_mark());
    let row = csv.row();
    assert_eq!((row.is_quoted(0), row.is_quoted(1), row.is_quoted(2)), (false, true, false));
    assert_eq!((row.ends, row.field(2)), (LineEnd::CrLf, None));
    assert!(csv.advance().unwrap());
    assert_eq!((csv.row().len(), csv.row().line, csv.row().ends), (1, 2, LineEnd::Lf));
    assert!(csv.advance().unwrap());
    assert_eq!(csv.row().ends, LineEnd::Missing);
    assert!(!csv.advance().unwrap());
    assert!(csv.row().is_empty());
}

#[test]
fn after_a_fault_the_next_line_is_read() {
    let text_after = "line 1: there is text between a closing quote and the next comma".to_owned();
    assert_eq!(rows(b"\"a\"b,c\nd\n"), [Err(text_after), row(2, &["d"])]);
    let unclosed = "line 2: a quote is opened and never closed".to_owned();
    assert_eq!(rows(b"a\nb,\"c\nd\n"), [row(1, &["a"]), Err(unclosed), row(3, &["d"])]);
    let at_the_end = "line 1: a quote is opened and never closed".to_owned();
    assert_eq!(rows(b"\"a"), [Err(at_the_end)]);
}

#[test]
fn a_line_without_end_fills_no_memory() {
    let mut csv = Csv::new(std::io::repeat(b'k').take(64 << 20).chain(&b"\na,b\n"[..]));
    let error = csv.advance().unwrap_err().to_string();
    assert_eq!(error, "line 1: it is over 1 MiB long, as no line of a list of objects is");
    assert!(csv.advance().unwrap());
    assert_eq!((csv.row().line, csv.row().field(1)), (2, Some(&b"b"[..])));
    assert!(csv.buffer.len() <= 2 * MAX_RECORD, "{}", csv.buffer.len());
}

#[test]
fn records_longer_than_the_first_buffer_are_whole() {
    let long = "x".repeat(MAX_RECORD - 100);
    let text = format!("a,{long}\nb,\"{long}\"\nc,d\n");
    let read = rows_of(Csv::new(Dripping(text.as_bytes(), 50_000)));
    assert_eq!(read, [row(1, &["a", &long]), row(2, &["b", &long]), row(3, &["c", "d"])]);
}

/// Byte by byte, whole in memory, and for text without faults.
fn naive(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), Vec::new());
    let (mut quoted, mut at) = (false, 0);
    while at < text.len() {
        match text[at] {
            b'"' if quoted && text.get(at + 1) == Some(&b'"') => {
                field.push(b'"');
                at += 1;
            }
            b'"' => quoted = !quoted,
            b',' if !quoted => row.push(std::mem::take(&mut field)),
            b'\r' if !quoted => {}
            b'\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            byte => field.push(byte),
        }
        at += 1;
    }
    rows
}

proptest! {
    #[test]
    fn sound_text_is_read_as_by_a_naive_parser(
        table in prop::collection::vec(prop::collection::vec("[a-c,\"\r\n ]{0,8}", 2..5), 0..20),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        drip in 1usize..40,
    ) {
        let mut text = Vec::new();
        for row in &table {
            for (index, field) in row.iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                write_field(field.as_bytes(), &mut text);
            }
            text.extend_from_slice(line_end.as_bytes());
        }
        let mut csv = Csv::new(Dripping(&text, drip));
        let mut read = Vec::new();
        while csv.advance().unwrap() {
            read.push(csv.row().fields().map(<[u8]>::to_vec).collect::<Vec<_>>());
        }
        prop_assert_eq!(&read, &naive(&text));
        let bytes = |row: &Vec<String>| row.iter().map(|field| field.clone().into_bytes()).collect::<Vec<_>>();
        prop_assert_eq!(read, table.iter().map(bytes).collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_read_to_the_end(text in "[a\",\r\n]{0,60}", drip in 1usize..9) {
        let at_once = rows_of(Csv::new(text.as_bytes()));
        prop_assert_eq!(&rows_of(Csv::new(Dripping(text.as_bytes(), drip))), &at_once);
        prop_assert!(at_once.len() <= text.len() + 1);
    }
}
