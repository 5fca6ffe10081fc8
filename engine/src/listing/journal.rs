//! What a listing has found so far, in one file that only grows: every split of a range, and every page's rows behind what
//! the page did to its range. Whatever moment the writer dies at, what is whole is read back, and the listing goes on
//! behind it. The rows of a range stand in the order of its pages, so that ranges in the order of their keys give the rows
//! in the order of the keys. Owns the form of the file; what a row is it does not know.

use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::plan::{Marker, Split};

/// No line of the journal is longer: keys have 1,024 bytes.
const LONGEST_LINE: u64 = 64 * 1024;

/// Rows of one page, in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub offset: u64,
    pub length: u32,
    pub rows: u32,
}

/// A line of the file; the rows follow that of a page.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Line {
    Begin { of: String },
    Split { range: usize, at: String },
    Page { range: usize, next: Option<Next>, rows: u32, length: u32, hash: u64 },
}

#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Next {
    key: String,
    version: Option<String>,
}

/// What is read back.
#[derive(Debug)]
pub enum Event {
    Split(Split),
    Page { range: usize, next: Option<Marker> },
}

#[derive(Debug)]
pub struct Journal<F> {
    file: F,
    end: u64,
    /// By range.
    blocks: Vec<Vec<Block>>,
}

impl<F: Read + Write + Seek> Journal<F> {
    /// Begins an empty file; `of` says what of, in one line.
    pub fn begin(mut file: F, of: &str) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut journal = Journal { file, end: 0, blocks: Vec::new() };
        journal.append(&Line::Begin { of: of.to_owned() }, &[])?;
        Ok(journal)
    }

    /// Reads back a file that was begun; tells everything in it, in order. `None` if it was never begun. What is behind
    /// the last whole entry will be written over; the caller cuts it off at [`Journal::end`].
    pub fn read(mut file: F, mut tell: impl FnMut(Event)) -> io::Result<Option<(Self, String)>> {
        file.seek(SeekFrom::Start(0))?;
        let mut reader = io::BufReader::with_capacity(256 * 1024, &mut file);
        let mut rows = Vec::new();
        let (begun, mut end) = match line(&mut reader)? {
            Some((Line::Begin { of }, length)) => (of, length),
            _ => return Ok(None),
        };
        let mut blocks = Vec::new();
        while let Some((line, length)) = line(&mut reader)? {
            match line {
                Line::Begin { .. } => break,
                Line::Split { range, at } => tell(Event::Split(Split { range, at })),
                Line::Page { range, next, rows: count, length: bytes, hash } => {
                    rows.clear();
                    (&mut reader).take(bytes.into()).read_to_end(&mut rows)?;
                    if rows.len() != bytes as usize || hash != hash_of(range, next.as_ref(), &rows) {
                        break;
                    }
                    push(&mut blocks, range, Block { offset: end + length, length: bytes, rows: count });
                    let next = next.map(|Next { key, version }| Marker { key, version, token: None });
                    tell(Event::Page { range, next });
                    end += u64::from(bytes);
                }
            }
            end += length;
        }
        file.seek(SeekFrom::Start(end))?;
        Ok(Some((Journal { file, end, blocks }, begun)))
    }

    pub fn split(&mut self, split: &Split) -> io::Result<()> {
        self.append(&Line::Split { range: split.range, at: split.at.clone() }, &[])
    }

    /// `next` is absent where the range is over.
    pub fn page(&mut self, range: usize, next: Option<&Marker>, rows: &[u8], count: usize) -> io::Result<()> {
        let next = next.map(|marker| Next { key: marker.key.clone(), version: marker.version.clone() });
        let hash = hash_of(range, next.as_ref(), rows);
        let too_large = |_| io::Error::other("a page is too large");
        let length = u32::try_from(rows.len()).map_err(too_large)?;
        let count = u32::try_from(count).map_err(too_large)?;
        self.append(&Line::Page { range, next, rows: count, length, hash }, rows)?;
        if count > 0 {
            let offset = self.end - u64::from(length);
            push(&mut self.blocks, range, Block { offset, length, rows: count });
        }
        Ok(())
    }

    /// The rows of a range, in their order.
    pub fn blocks(&self, range: usize) -> &[Block] {
        self.blocks.get(range).map_or(&[], Vec::as_slice)
    }

    /// Of all ranges.
    pub fn total_rows(&self) -> u64 {
        self.blocks.iter().flatten().map(|block| u64::from(block.rows)).sum()
    }

    /// The rows of one page.
    pub fn rows(&mut self, block: Block, into: &mut Vec<u8>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(block.offset))?;
        into.clear();
        (&mut self.file).take(block.length.into()).read_to_end(into)?;
        if into.len() != block.length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// How long the file is, as far as it is whole.
    pub fn end(&self) -> u64 {
        self.end
    }

    fn append(&mut self, line: &Line, rows: &[u8]) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(rows);
        self.file.write_all(&bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }
}

fn push(blocks: &mut Vec<Vec<Block>>, range: usize, block: Block) {
    if block.rows == 0 {
        return;
    }
    if blocks.len() <= range {
        blocks.resize_with(range + 1, Vec::new);
    }
    if let Some(blocks) = blocks.get_mut(range) {
        blocks.push(block);
    }
}

/// The next line and its length; none where the file ends, or holds half a line.
fn line(reader: &mut impl BufRead) -> io::Result<Option<(Line, u64)>> {
    let mut text = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut text)?;
    if text.last() != Some(&b'\n') {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&text).ok().map(|line| (line, text.len() as u64)))
}

/// Over the rows and where they lead to: a block of zeros, as a machine that lost its power leaves it, is none.
fn hash_of(range: usize, next: Option<&Next>, rows: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&(range as u64).to_le_bytes());
    if let Some(Next { key, version }) = next {
        hash.update(key.as_bytes());
        hash.update(&[0xff]);
        hash.update(version.as_deref().unwrap_or_default().as_bytes());
    }
    hash.update(rows);
    hash.digest()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn written() -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut journal = Journal::begin(&mut file, "a list").unwrap();
        let marker = |key: &str| Marker { key: key.to_owned(), version: None, token: Some("t".to_owned()) };
        journal.page(0, Some(&marker("a\nb")), b"b,a\nb,a%0Ab\n", 2).unwrap();
        journal.split(&Split { range: 0, at: "m".to_owned() }).unwrap();
        journal.page(1, None, b"b,z\n", 1).unwrap();
        journal.page(0, None, b"", 0).unwrap();
        file.into_inner()
    }

    fn told(bytes: &[u8]) -> Option<Vec<String>> {
        let mut told = Vec::new();
        let read =
            Journal::read(Cursor::new(bytes.to_vec()), |event| told.push(format!("{event:?}"))).unwrap();
        let (mut journal, of) = read?;
        assert_eq!(of, "a list");
        assert!(journal.end() <= bytes.len() as u64);
        let mut rows = Vec::new();
        for range in 0..2 {
            for block in journal.blocks(range).to_vec() {
                journal.rows(block, &mut rows).unwrap();
                told.push(format!("{range}: {}", String::from_utf8_lossy(&rows)));
            }
        }
        Some(told)
    }

    #[test]
    fn what_is_whole_is_read_back_wherever_the_file_is_cut() {
        let bytes = written();
        let whole = told(&bytes).unwrap();
        assert_eq!(whole.len(), 6, "{whole:?}");
        assert_eq!(whole[4..], ["0: b,a\nb,a%0Ab\n".to_owned(), "1: b,z\n".to_owned()]);
        let mut events = Vec::new();
        for end in 0..bytes.len() {
            match told(&bytes[..end]) {
                None => assert!(events.is_empty()),
                Some(part) => {
                    let count = part.iter().filter(|line| !line.contains(": b,")).count();
                    assert_eq!(part[..count], whole[..count], "{end}");
                    events.push(count);
                }
            }
        }
        assert!(events.is_sorted() && events.first() == Some(&0) && events.last() == Some(&3), "{events:?}");
    }

    #[test]
    fn a_row_that_changed_ends_what_is_believed() {
        let mut bytes = written();
        let at = bytes.windows(4).position(|four| four == b"b,z\n").unwrap();
        bytes[at + 2] = 0;
        assert_eq!(told(&bytes).unwrap().len(), 3);
    }
}
