//! A page of a listing as S3 answers it in XML, read in one pass and without a tree: objects, versions and delete markers
//! with what manifests are chosen by, and where the listing goes on. Takes anything; what is not a whole page is refused.

use memchr::{memchr, memmem};
use thiserror::Error;

use super::plan::{Marker, Request};
use crate::manifest::ObjectRecord;

/// One page, apart from the text it came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    text: String,
    entries: Vec<Entry>,
    /// What keys were rolled up into.
    folders: Vec<Span>,
    truncated: bool,
    token: Option<String>,
    next_key: Option<String>,
    next_version: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Entry {
    key: Span,
    version: Option<Span>,
    class: Option<Span>,
    size: Option<u64>,
    modified: Option<i64>,
    latest: Option<bool>,
    delete_marker: bool,
}

/// Where something is in the text of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PageError {
    #[error("the answer is no page of a listing")]
    NoListing,
    #[error("the page breaks off")]
    CutShort,
    #[error("a key on the page is not UTF-8")]
    NotUtf8,
    #[error("the page has an object without a key")]
    NoKey,
    #[error("there is more than this page, but it does not say where")]
    NoNext,
}

impl Page {
    pub fn parse(body: &[u8]) -> Result<Self, PageError> {
        let mut parser = Parser {
            body,
            at: 0,
            encoded: memmem::find(body, b"<EncodingType>url").is_some(),
            scratch: Vec::new(),
            page: Page::default(),
        };
        parser.document()?;
        Ok(parser.page)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// In the order of the page.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| self.text(entry.key))
    }

    /// Keys, and what others were rolled up into, in their order; of a page that was asked for by folders.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.keys().collect();
        names.extend(self.folders.iter().map(|span| self.text(*span)));
        names.sort_unstable();
        names
    }

    /// Nothing is left behind this page.
    pub fn is_last(&self) -> bool {
        !self.truncated
    }

    /// In the order of the page.
    pub fn records<'a>(&'a self, bucket: &'a str) -> impl Iterator<Item = ObjectRecord<'a>> {
        self.entries.iter().map(move |entry| ObjectRecord {
            bucket,
            key: self.text(entry.key),
            version_id: entry.version.map(|span| self.text(span)),
            is_latest: entry.latest,
            is_delete_marker: entry.delete_marker,
            size: entry.size,
            last_modified: entry.modified,
            etag: None,
            storage_class: entry.class.map(|span| self.text(span)),
        })
    }

    /// Where the listing goes on behind this page, the answer to `request`. A place that is no further than the request
    /// was would be asked for for ever.
    pub fn next(&self, request: &Request) -> Result<Option<Marker>, PageError> {
        if !self.truncated {
            return Ok(None);
        }
        let last = self.entries.last();
        let before = request.after.as_ref();
        let key = match (&self.next_key, last, before) {
            (Some(key), ..) => key.clone(),
            (None, Some(last), _) => self.text(last.key).to_owned(),
            (None, None, before) => before.map(|before| before.key.clone()).unwrap_or_default(),
        };
        let version = match (&self.next_key, last) {
            (Some(_), _) => self.next_version.clone(),
            (None, Some(last)) => last.version.map(|span| self.text(span).to_owned()),
            (None, None) => None,
        };
        let marker = Marker { key, version, token: self.token.clone() };
        if before.is_some_and(|before| *before == marker) || before.is_none() && marker == Marker::default() {
            return Err(PageError::NoNext);
        }
        Ok(Some(marker))
    }

    fn text(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

struct Parser<'a> {
    body: &'a [u8],
    at: usize,
    /// Keys and markers are spelled as in an address.
    encoded: bool,
    scratch: Vec<u8>,
    page: Page,
}

/// What stands between two angle brackets.
enum Tag<'a> {
    Open(&'a [u8]),
    /// An element without content.
    Empty(&'a [u8]),
    Close,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<(), PageError> {
        match self.tag()? {
            Some(Tag::Open(b"ListBucketResult" | b"ListVersionsResult")) => {}
            Some(Tag::Empty(b"ListBucketResult" | b"ListVersionsResult")) => return Ok(()),
            _ => return Err(PageError::NoListing),
        }
        loop {
            match self.tag()?.ok_or(PageError::CutShort)? {
                Tag::Open(b"Contents" | b"Version") => self.entry(false)?,
                Tag::Open(b"DeleteMarker") => self.entry(true)?,
                Tag::Open(b"CommonPrefixes") => self.folder()?,
                Tag::Open(b"IsTruncated") => self.page.truncated = self.content()?.trim_ascii() == b"true",
                Tag::Open(b"NextContinuationToken") => self.page.token = Some(self.string(false)?),
                Tag::Open(b"NextKeyMarker") => self.page.next_key = Some(self.string(true)?),
                Tag::Open(b"NextVersionIdMarker") => self.page.next_version = Some(self.string(false)?),
                Tag::Open(_) => self.skip()?,
                Tag::Empty(_) => {}
                Tag::Close => return Ok(()),
            }
        }
    }

    fn entry(&mut self, delete_marker: bool) -> Result<(), PageError> {
        let mut entry = Entry { delete_marker, ..Entry::default() };
        let mut key = None;
        loop {
            match self.tag()?.ok_or(PageError::CutShort)? {
                Tag::Open(b"Key") => key = Some(self.span(true)?),
                Tag::Open(b"VersionId") => entry.version = Some(self.span(false)?),
                Tag::Open(b"StorageClass") => entry.class = Some(self.class()?),
                Tag::Open(b"Size") => entry.size = number(self.content()?),
                Tag::Open(b"LastModified") => entry.modified = moment(self.content()?),
                Tag::Open(b"IsLatest") => entry.latest = Some(self.content()?.trim_ascii() == b"true"),
                Tag::Open(_) => self.skip()?,
                Tag::Empty(_) => {}
                Tag::Close => break,
            }
        }
        entry.key = key.ok_or(PageError::NoKey)?;
        self.page.entries.push(entry);
        Ok(())
    }

    fn folder(&mut self) -> Result<(), PageError> {
        loop {
            match self.tag()?.ok_or(PageError::CutShort)? {
                Tag::Open(b"Prefix") => {
                    let span = self.span(true)?;
                    self.page.folders.push(span);
                }
                Tag::Open(_) => self.skip()?,
                Tag::Empty(_) => {}
                Tag::Close => return Ok(()),
            }
        }
    }

    /// The next tag; declarations and comments are passed over.
    fn tag(&mut self) -> Result<Option<Tag<'a>>, PageError> {
        loop {
            let rest = self.body.get(self.at..).unwrap_or_default();
            let Some(open) = memchr(b'<', rest) else { return Ok(None) };
            let rest = rest.get(open + 1..).unwrap_or_default();
            let length = memchr(b'>', rest).ok_or(PageError::CutShort)?;
            self.at += open + 1 + length + 1;
            let inside = rest.get(..length).unwrap_or_default();
            return Ok(Some(match inside {
                [b'?' | b'!', ..] => continue,
                [b'/', ..] => Tag::Close,
                [name @ .., b'/'] => Tag::Empty(word(name)),
                name => Tag::Open(word(name)),
            }));
        }
    }

    /// The text of the element that was opened, up to its end.
    fn content(&mut self) -> Result<&'a [u8], PageError> {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let length = memchr(b'<', rest).ok_or(PageError::CutShort)?;
        self.at += length;
        match self.tag()? {
            Some(Tag::Close) => Ok(rest.get(..length).unwrap_or_default()),
            _ => Err(PageError::NoListing),
        }
    }

    /// Passes over what is in the element that was opened.
    fn skip(&mut self) -> Result<(), PageError> {
        let mut depth = 1u32;
        while depth > 0 {
            match self.tag()?.ok_or(PageError::CutShort)? {
                Tag::Open(_) => depth = depth.saturating_add(1),
                Tag::Close => depth -= 1,
                Tag::Empty(_) => {}
            }
        }
        Ok(())
    }

    fn string(&mut self, key: bool) -> Result<String, PageError> {
        let span = self.span(key)?;
        let text = self.page.text(span).to_owned();
        self.page.text.truncate(span.start as usize);
        Ok(text)
    }

    /// Most objects have the class of the one before.
    fn class(&mut self) -> Result<Span, PageError> {
        let start = self.page.text.len();
        let span = self.span(false)?;
        let last = self.page.entries.last().and_then(|entry| entry.class);
        if let Some(last) = last.filter(|last| self.page.text(*last) == self.page.text(span)) {
            self.page.text.truncate(start);
            return Ok(last);
        }
        Ok(span)
    }

    /// The text of the element that was opened, decoded and kept.
    fn span(&mut self, key: bool) -> Result<Span, PageError> {
        let raw = self.content()?;
        let encoded = key && self.encoded;
        let plain =
            memchr(b'&', raw).is_none() && !(encoded && raw.iter().any(|byte| matches!(byte, b'%' | b'+')));
        let bytes = if plain {
            raw
        } else {
            self.scratch.clear();
            unescape(raw, &mut self.scratch);
            if encoded {
                decode(&mut self.scratch);
            }
            &self.scratch
        };
        let text = str::from_utf8(bytes).map_err(|_| PageError::NotUtf8)?;
        let start = self.page.text.len();
        self.page.text.push_str(text);
        let place = |at: usize| u32::try_from(at).map_err(|_| PageError::NoListing);
        Ok(Span { start: place(start)?, end: place(self.page.text.len())? })
    }
}

/// The name of an element, without attributes.
fn word(inside: &[u8]) -> &[u8] {
    let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
    inside.get(..end).unwrap_or_default()
}

/// Undoes XML's five names and its numbers; what is neither stays as it is.
fn unescape(raw: &[u8], into: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest) {
        into.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let end = memchr(b';', rest.get(..12).unwrap_or(rest));
        let found = end.and_then(|end| character(rest.get(1..end)?).map(|char| (char, end)));
        let Some((char, end)) = found else {
            into.push(b'&');
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        into.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    into.extend_from_slice(rest);
}

fn character(name: &[u8]) -> Option<char> {
    Some(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', hex @ ..] => {
            char::from_u32(u32::from_str_radix(str::from_utf8(hex).ok()?, 16).ok()?)?
        }
        [b'#', digits @ ..] => char::from_u32(str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    })
}

/// Undoes `%20` and `+`, in place; a percent sign that is followed by anything else stays.
fn decode(text: &mut Vec<u8>) {
    let hex =
        |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).map(|digit| digit as u8);
    let (mut from, mut to) = (0, 0);
    while let Some(byte) = text.get(from).copied() {
        let (decoded, length) = match byte {
            b'+' => (b' ', 1),
            b'%' => match (hex(text.get(from + 1)), hex(text.get(from + 2))) {
                (Some(high), Some(low)) => (high << 4 | low, 3),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        if let Some(place) = text.get_mut(to) {
            *place = decoded;
        }
        from += length;
        to += 1;
    }
    text.truncate(to);
}

fn number(text: &[u8]) -> Option<u64> {
    str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

/// `2026-11-22T10:00:00.000Z` in milliseconds since 1970.
fn moment(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let digits = |from: usize, to: usize| {
        let mut value = 0i64;
        for byte in text.get(from..to)? {
            value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        Some(value)
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !marks.iter().all(|(at, mark)| text.get(*at) == Some(mark)) || text.last() != Some(&b'Z') {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let millis = match text.get(19) {
        Some(b'.') => digits(20, 23)?,
        _ => 0,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970, of a year that begins in March: the day that leaps is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>data-1</Name><Prefix/>"#;

    fn request(after: Option<Marker>) -> Request {
        Request { range: 0, root: 0, after, epoch: 0, split: None, folder: None }
    }

    #[test]
    fn folders_stand_among_the_keys_in_their_order() {
        let body = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
             <Contents><Key>b</Key></Contents><Contents><Key>d</Key></Contents>\
             <CommonPrefixes><Prefix>a%2F</Prefix></CommonPrefixes>\
             <CommonPrefixes><Owner/><Prefix>c+c%2F</Prefix></CommonPrefixes></ListBucketResult>";
        let page = Page::parse(body.as_bytes()).unwrap();
        assert_eq!(page.names(), ["a/", "b", "c c/", "d"]);
        assert_eq!((page.len(), page.is_last()), (2, true));
    }

    #[test]
    fn a_page_of_objects_is_read() {
        let body = format!(
            "{HEAD}<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
             <NextContinuationToken>1/x&amp;y==</NextContinuationToken>\n\
             <Contents><Key>a+b%20c%2B%01%E2%82%AC</Key><LastModified>2026-11-22T10:00:00.250Z</LastModified>\
             <ETag>&quot;x&quot;</ETag><Size>12</Size><Owner><ID>1</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>\
             <Contents><Key>b</Key><LastModified>1970-01-01T00:00:00Z</LastModified><Size>0</Size>\
             <RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus>\
             <StorageClass>GLACIER</StorageClass></Contents></ListBucketResult>"
        );
        let page = Page::parse(body.as_bytes()).unwrap();
        let records: Vec<_> = page.records("data-1").collect();
        assert_eq!(
            records,
            [
                ObjectRecord {
                    bucket: "data-1",
                    key: "a b c+\u{1}€",
                    size: Some(12),
                    last_modified: Some(1_795_341_600_250),
                    storage_class: Some("STANDARD"),
                    ..ObjectRecord::default()
                },
                ObjectRecord {
                    bucket: "data-1",
                    key: "b",
                    size: Some(0),
                    last_modified: Some(0),
                    storage_class: Some("GLACIER"),
                    ..ObjectRecord::default()
                },
            ]
        );
        let next = page.next(&request(None)).unwrap().unwrap();
        assert_eq!((next.key.as_str(), next.token.as_deref()), ("b", Some("1/x&y==")));
    }

    #[test]
    fn a_page_of_versions_has_delete_markers_in_their_place() {
        let body = "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a&amp;b</NextKeyMarker>\
            <NextVersionIdMarker>v2</NextVersionIdMarker>\
            <DeleteMarker><Key>a&amp;b</Key><VersionId>v3</VersionId><IsLatest>true</IsLatest></DeleteMarker>\
            <Version><Key>a&amp;b</Key><VersionId>v2</VersionId><IsLatest>false</IsLatest><Size>1</Size></Version>\
            </ListVersionsResult>";
        let page = Page::parse(body.as_bytes()).unwrap();
        let seen: Vec<_> =
            page.records("b").map(|it| (it.key, it.version_id, it.is_delete_marker, it.is_latest)).collect();
        assert_eq!(seen, [("a&b", Some("v3"), true, Some(true)), ("a&b", Some("v2"), false, Some(false))]);
        let next = page.next(&request(None)).unwrap().unwrap();
        assert_eq!(next, Marker { key: "a&b".to_owned(), version: Some("v2".to_owned()), token: None });
        assert_eq!(page.next(&request(Some(next))), Err(PageError::NoNext));
    }

    #[test]
    fn keys_that_are_not_encoded_stay_as_they_are() {
        let body =
            "<ListBucketResult><Contents><Key>a+b%20&#x263A;&lt;&bogus;&</Key></Contents></ListBucketResult>";
        let page = Page::parse(body.as_bytes()).unwrap();
        assert_eq!(page.keys().collect::<Vec<_>>(), ["a+b%20☺<&bogus;&"]);
    }

    #[test]
    fn what_is_no_whole_page_is_refused() {
        for (name, body, error) in [
            ("nothing", "", PageError::NoListing),
            ("a failure", "<Error><Code>InternalError</Code></Error>", PageError::NoListing),
            ("a page of the web", "<!DOCTYPE html><html></html>", PageError::NoListing),
            ("half", "<ListBucketResult><Contents><Key>a</Key>", PageError::CutShort),
            ("half a tag", "<ListBucketResult><Contents><Key>a</K", PageError::CutShort),
            (
                "no key",
                "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
                PageError::NoKey,
            ),
        ] {
            assert_eq!(Page::parse(body.as_bytes()), Err(error), "{name}");
        }
        let stuck =
            Page::parse(b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>").unwrap();
        assert_eq!(stuck.next(&request(None)), Err(PageError::NoNext));
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (text, expected) in [
            ("2000-02-29T23:59:59.999Z", Some(951_868_799_999)),
            ("1969-12-31T23:59:59.000Z", Some(-1000)),
            ("2026-11-22", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-22T10:00:00+01:00", None),
        ] {
            assert_eq!(moment(text.as_bytes()), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_is_read_or_refused(body in "(<[/?!]?(Contents|Key|Version|ListBucketResult|x)/?>|&[a-z#0-9]{0,4};?|%[0-9a-f]{0,2}|[a-z]){0,60}") {
            let _ = Page::parse(body.as_bytes());
            let _ = Page::parse(format!("<ListBucketResult>{body}").as_bytes());
        }
    }
}
