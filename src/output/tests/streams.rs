//! What is written when, and what happens when stdout does not take it.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::error::Kind;

/// Takes this many bytes, then fails as told.
struct Failing(usize, io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(self.1.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn items_are_written_at_once_where_the_format_allows_it() {
    for (format, streams) in FORMATS.into_iter().zip([false, false, true, false, true, true]) {
        let written = Written::default();
        let output = output_to(written.clone(), settings(format));
        let mut list = output.stream("nodes", COLUMNS).unwrap();
        assert!(list.push(nodes()[0].clone()).unwrap().is_continue());
        assert_eq!(written.text().contains("web-1"), streams, "{format:?}");
        list.finish().unwrap();
        assert!(written.text().contains("web-1"), "{format:?}");
    }
}

#[test]
fn a_list_in_pieces_is_the_same_list() {
    for format in FORMATS {
        let pieces = shown(settings(format), |output| {
            let mut list = output.stream("nodes", COLUMNS)?;
            let _ = list.extend(nodes()[..2].to_vec())?;
            let _ = list.push(nodes()[2].clone())?;
            list.finish()
        });
        assert_eq!(pieces, list(settings(format)));
    }
}

#[test]
fn no_more_is_wanted_when_the_limit_is_reached() {
    for (limit, sort, expected) in [
        (2, None, ControlFlow::Break(())),
        (4, None, ControlFlow::Continue(())),
        (2, Some("id"), ControlFlow::Continue(())),
    ] {
        let settings =
            OutputSettings { limit: Some(limit), sort: sort.map(str::to_owned), ..settings(Format::Ndjson) };
        let output = output_to(io::sink(), settings);
        let mut list = output.stream("nodes", COLUMNS).unwrap();
        assert_eq!(list.extend(nodes()).unwrap(), expected, "{limit} {sort:?}");
        list.finish().unwrap();
    }
}

#[test]
fn a_closed_stdout_ends_quietly_in_every_format() {
    for format in FORMATS {
        let output = output_to(Failing(10, io::ErrorKind::BrokenPipe), settings(format));
        let mut list = output.stream("nodes", COLUMNS).unwrap();
        let flow = list.extend(nodes()).unwrap();
        assert_eq!(flow.is_break(), format.streams(), "{format:?}");
        list.finish().unwrap();
        assert!(output.closed(), "{format:?}");
        output.text("more").unwrap();
        assert!(output.raw().write(b"more").unwrap().is_break());
    }
}

#[test]
fn a_full_disk_is_an_error_in_every_format() {
    for format in FORMATS {
        let output = output_to(Failing(10, io::ErrorKind::StorageFull), settings(format));
        let report = Report::new(&output.list("nodes", COLUMNS, nodes()).unwrap_err());
        assert_eq!(
            (report.kind, report.message.as_str()),
            (Kind::Failed, "cannot write to stdout"),
            "{format:?}"
        );
        assert!(!output.closed(), "{format:?}");
    }
    let output = output_to(Failing(0, io::ErrorKind::StorageFull), settings(Format::Table));
    assert!(output.item("node", COLUMNS, &nodes()[0]).is_err());
    assert!(output.text("x").is_err());
    assert!(output.raw().write(b"x").is_err());
}

#[test]
fn session_bytes_pass_untouched_and_at_once() {
    let written = Written::default();
    let raw = output_to(written.clone(), settings(Format::Table)).raw();
    assert!(raw.write(b"\x1b[31mprompt$ ").unwrap().is_continue());
    assert_eq!(written.text(), "\u{1b}[31mprompt$ ");
}

#[test]
fn tasks_can_share_the_streams() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Output>();
    shared::<crate::output::RawOutput>();
    shared::<crate::output::Reporter>();
    shared::<OutputSettings>();
}

/// Counts how many of it are alive.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(alive: &'a AtomicUsize, most: &AtomicUsize) -> Self {
        most.fetch_max(alive.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        Counted(alive)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Serialize for Counted<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

#[test]
fn a_streamed_list_holds_one_item_at_a_time() {
    for format in [Format::Ndjson, Format::Csv, Format::Text] {
        let (alive, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let columns = [Column::new("x", "X", |_: &Counted<'_>| Cell::Empty)];
        let output = output_to(io::sink(), settings(format));
        let mut list = output.stream("things", &columns).unwrap();
        let _ = list.extend((0..1000).map(|_| Counted::new(&alive, &most))).unwrap();
        list.finish().unwrap();
        assert_eq!(most.load(Ordering::Relaxed), 1, "{format:?}");
    }
}
