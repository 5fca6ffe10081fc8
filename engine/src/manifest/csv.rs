//! Comma-separated lines as RFC 4180 has them, one record at a time out of a buffer that is used again: quotes, doubled
//! quotes, LF and CRLF, a byte order mark, line breaks inside quotes. Knows nothing of what the fields mean.
//!
//! A quote is special only where a field begins, so that a key with a quote in it which nobody encoded is still one field.

use std::io::Read;

use super::error::{LineFault, ListError};

/// The longest record in bytes. A list of objects has none nearly so long, and a file without line breaks must not fill
/// the memory.
pub const MAX_RECORD: usize = 1 << 20;

const FIRST_BUFFER: usize = 128 * 1024;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads records; `advance`, then `row`. After a fault in a line it goes on with the line that follows.
#[derive(Debug)]
pub struct Csv<R> {
    input: R,
    buffer: Vec<u8>,
    /// What of the buffer is still to be taken: from `next` up to `filled`.
    next: usize,
    filled: usize,
    input_ended: bool,
    /// Of the record after this one, counted from 1.
    next_line: u64,
    /// A record that was too long: the rest of its line is passed over.
    skipping: bool,
    keeps_blank_lines: bool,
    has_byte_order_mark: bool,
    row: RowFacts,
    fields: Vec<Field>,
}

/// A field's place in the buffer.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    end: usize,
    quoted: bool,
    doubled: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct RowFacts {
    line: u64,
    ends: LineEnd,
}

/// How a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnd {
    #[default]
    Lf,
    CrLf,
    /// With the file, and without a line break.
    Missing,
}

/// One record, lent until the next is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    buffer: &'a [u8],
    fields: &'a [Field],
    /// Where it begins, counted from 1.
    pub line: u64,
    pub ends: LineEnd,
}

enum Scan {
    /// Of so many bytes, the line break included.
    Record(usize, LineEnd),
    More,
    Fault(LineFault),
}

impl<R: Read> Csv<R> {
    /// Leaves out lines with nothing in them.
    pub fn new(input: R) -> Self {
        Csv {
            input,
            buffer: Vec::new(),
            next: 0,
            filled: 0,
            input_ended: false,
            next_line: 1,
            skipping: false,
            keeps_blank_lines: false,
            has_byte_order_mark: false,
            row: RowFacts::default(),
            fields: Vec::new(),
        }
    }

    /// A line with nothing in it is a record of one empty field.
    pub fn keeping_blank_lines(self) -> Self {
        Csv { keeps_blank_lines: true, ..self }
    }

    /// Known after the first `advance`.
    pub fn has_byte_order_mark(&self) -> bool {
        self.has_byte_order_mark
    }

    /// Reads the next record; `false` at the end.
    pub fn advance(&mut self) -> Result<bool, ListError> {
        if self.buffer.is_empty() {
            self.begin()?;
        }
        if self.skipping {
            self.skip_line()?;
        }
        loop {
            if self.next == self.filled && self.input_ended {
                self.fields.clear();
                return Ok(false);
            }
            match self.scan() {
                Scan::Record(length, ends) => {
                    self.row = RowFacts { line: self.next_line, ends };
                    self.take(length);
                    if self.keeps_blank_lines || !self.is_blank() {
                        self.undouble();
                        return Ok(true);
                    }
                }
                Scan::More if self.filled - self.next >= MAX_RECORD => {
                    return Err(self.fault(LineFault::TooLong));
                }
                Scan::More => self.fill()?,
                Scan::Fault(fault) => return Err(self.fault(fault)),
            }
        }
    }

    /// The record that `advance` has read; without fields before the first and after the last.
    pub fn row(&self) -> Row<'_> {
        Row { buffer: &self.buffer, fields: &self.fields, line: self.row.line, ends: self.row.ends }
    }

    fn begin(&mut self) -> Result<(), ListError> {
        self.buffer = vec![0; FIRST_BUFFER];
        while self.filled < BYTE_ORDER_MARK.len() && !self.input_ended {
            self.fill()?;
        }
        self.has_byte_order_mark = self.unread().starts_with(BYTE_ORDER_MARK);
        if self.has_byte_order_mark {
            self.next = BYTE_ORDER_MARK.len();
        }
        Ok(())
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.next..self.filled).unwrap_or_default()
    }

    /// Finds the fields of the record that is next, and where it ends.
    fn scan(&mut self) -> Scan {
        self.fields.clear();
        let data = self.buffer.get(self.next..self.filled).unwrap_or_default();
        let base = self.next;
        let mut push = |start: usize, end: usize, quoted: bool, doubled: bool| {
            self.fields.push(Field { start: base + start, end: base + end, quoted, doubled });
        };
        let mut start = 0;
        loop {
            let rest = data.get(start..).unwrap_or_default();
            if rest.first() == Some(&b'"') {
                let (length, doubled) = match closing_quote(rest, self.input_ended) {
                    Ok(found) => found,
                    Err(scan) => return scan,
                };
                push(start + 1, start + length, true, doubled);
                let after = start + length + 1;
                match (data.get(after), data.get(after + 1)) {
                    (Some(b','), _) => start = after + 1,
                    (Some(b'\n'), _) => return Scan::Record(after + 1, LineEnd::Lf),
                    (Some(b'\r'), Some(b'\n')) => return Scan::Record(after + 2, LineEnd::CrLf),
                    (None, _) if self.input_ended => return Scan::Record(after, LineEnd::Missing),
                    (None, _) | (Some(b'\r'), None) if !self.input_ended => return Scan::More,
                    _ => return Scan::Fault(LineFault::TextAfterQuote),
                }
                continue;
            }
            match memchr::memchr2(b',', b'\n', rest) {
                Some(length) if rest.get(length) == Some(&b',') => {
                    push(start, start + length, false, false);
                    start += length + 1;
                }
                Some(length) => {
                    let returned = length > 0 && rest.get(length - 1) == Some(&b'\r');
                    push(start, start + length - usize::from(returned), false, false);
                    let ends = if returned { LineEnd::CrLf } else { LineEnd::Lf };
                    return Scan::Record(start + length + 1, ends);
                }
                None if self.input_ended => {
                    push(start, data.len(), false, false);
                    return Scan::Record(data.len(), LineEnd::Missing);
                }
                None => return Scan::More,
            }
        }
    }

    fn is_blank(&self) -> bool {
        matches!(self.fields.as_slice(), [field] if field.start == field.end && !field.quoted)
    }

    /// Passes over so many bytes and counts the lines in them.
    fn take(&mut self, length: usize) {
        // Only a quoted field has line breaks of its own.
        if self.fields.iter().any(|field| field.quoted) {
            let taken = self.buffer.get(self.next..self.next + length).unwrap_or_default();
            self.next_line += memchr::memchr_iter(b'\n', taken).count() as u64;
        } else {
            self.next_line += 1;
        }
        self.next += length;
    }

    /// Two quotes inside quotes are one; the field shrinks where it is.
    fn undouble(&mut self) {
        for field in self.fields.iter_mut().filter(|field| field.doubled) {
            let Some(text) = self.buffer.get_mut(field.start..field.end) else { continue };
            let (mut to, mut from) = (0, 0);
            while let Some(&byte) = text.get(from) {
                if let Some(place) = text.get_mut(to) {
                    *place = byte;
                }
                to += 1;
                from += if byte == b'"' { 2 } else { 1 };
            }
            field.end = field.start + to;
        }
    }

    /// Passes over the line that the record begins with; what follows it may be sound.
    fn fault(&mut self, fault: LineFault) -> ListError {
        self.fields.clear();
        let line = self.next_line;
        match memchr::memchr(b'\n', self.unread()) {
            Some(end) => self.next += end + 1,
            None => {
                self.next = self.filled;
                self.skipping = true;
            }
        }
        self.next_line += 1;
        ListError::Line { line, fault }
    }

    fn skip_line(&mut self) -> Result<(), ListError> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', self.unread()) {
                self.next += end + 1;
                break;
            }
            self.next = self.filled;
            if self.input_ended {
                break;
            }
            self.fill()?;
        }
        self.skipping = false;
        Ok(())
    }

    /// Moves what is unread to the front, makes room where there is none, and reads once.
    fn fill(&mut self) -> Result<(), ListError> {
        self.buffer.copy_within(self.next..self.filled, 0);
        self.filled -= self.next;
        self.next = 0;
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => self.input_ended = true,
                Ok(count) => self.filled += count.min(room.len()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ListError::Io(error)),
            }
            return Ok(());
        }
    }
}

/// How far the quote that closes the field is from the one that opens it, and whether there are doubled ones between.
fn closing_quote(text: &[u8], input_ended: bool) -> Result<(usize, bool), Scan> {
    let (mut from, mut doubled) = (1, false);
    loop {
        let Some(offset) = memchr::memchr(b'"', text.get(from..).unwrap_or_default()) else {
            return Err(if input_ended { Scan::Fault(LineFault::UnclosedQuote) } else { Scan::More });
        };
        let at = from + offset;
        match text.get(at + 1) {
            Some(b'"') => (from, doubled) = (at + 2, true),
            None if !input_ended => return Err(Scan::More),
            _ => return Ok((at, doubled)),
        }
    }
}

impl<'a> Row<'a> {
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Without the quotes round it; absent past the last.
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        let field = self.fields.get(index)?;
        self.buffer.get(field.start..field.end)
    }

    pub fn fields(&self) -> impl Iterator<Item = &'a [u8]> {
        let row = *self;
        (0..row.len()).filter_map(move |index| row.field(index))
    }

    /// Whether there were quotes round it.
    pub fn is_quoted(&self, index: usize) -> bool {
        self.fields.get(index).is_some_and(|field| field.quoted)
    }
}

/// Appends a field, in quotes where it needs them.
pub fn write_field(field: &[u8], out: &mut Vec<u8>) {
    if memchr::memchr3(b',', b'"', b'\n', field).is_none() && !field.contains(&b'\r') {
        return out.extend_from_slice(field);
    }
    out.push(b'"');
    for part in field.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests;
