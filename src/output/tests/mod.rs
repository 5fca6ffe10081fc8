//! Every shape in every format, as a command would use them. Here: a writer that can be read, and the model shown.

mod details;
mod gathered;
mod lists;
mod queries;
mod streams;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::Serialize;

use super::{Cell, Column, Format, Output, OutputSettings, Reporter, ReporterSettings, Stream, Tone};
use crate::error::Report;

/// A writer whose bytes can be looked at afterwards.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Written {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    name: Option<String>,
    state: &'static str,
    cores: Option<u64>,
    seen: Timestamp,
}

const COLUMNS: &[Column<Node>] = &[
    Column::new("id", "ID", |node| (&node.id).into()),
    Column::new("name", "NAME", |node: &Node| node.name.as_ref().into()).cut(),
    Column::new("state", "STATE", |node| {
        Cell::state(node.state, if node.state == "online" { Tone::Good } else { Tone::Bad })
    }),
    Column::new("cores", "CORES", |node| node.cores.into()),
    Column::new("seen", "SEEN", |node| node.seen.into()),
    Column::new("named", "NAMED", |node: &Node| node.name.is_some().into()).hidden(),
];

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn node(id: &str, name: Option<&str>, cores: Option<u64>, state: &'static str, seen: &str) -> Node {
    Node { id: id.to_owned(), name: name.map(str::to_owned), state, cores, seen: time(seen) }
}

fn nodes() -> Vec<Node> {
    vec![
        node("i-0a1b2c3d4e5f60718", Some("web-1"), Some(2), "online", "2026-11-20T09:59:30Z"),
        node(
            "i-0a1b2c3d4e5f60719",
            Some("a longer name, with \"quotes\", that may be cut"),
            Some(16),
            "lost",
            "2026-11-18T08:00:00Z",
        ),
        node("mi-0123456789abcdef0", None, None, "online", "2026-11-20T10:05:00.25Z"),
    ]
}

/// Names as somebody could choose them who wishes us ill, or is just far away.
fn hostile() -> Vec<Node> {
    let names = [
        "\u{1b}[31mred\u{1b}[0m",
        "line\nbreak\ttab",
        "exe\u{202e}gpj.\u{2066}x\u{200f}",
        "日本語のサーバー",
        "👩‍💻👨‍👩‍👧‍👦 team",
        "e\u{301}te\u{301}",
        "=HYPERLINK(\"x\")",
        "\u{9b}2J\u{7f}\0",
    ];
    let node = |name| node("i-1", Some(name), Some(1), "online", "2026-11-20T10:00:00Z");
    names.into_iter().map(node).collect()
}

fn settings(format: Format) -> OutputSettings {
    OutputSettings::new(format, Stream::default(), Some(time("2026-11-20T10:00:00Z")))
}

fn terminal(format: Format, width: usize) -> OutputSettings {
    let stdout = Stream { terminal: true, width: Some(width), unicode: true, ..Stream::default() };
    OutputSettings { stdout, ..settings(format) }
}

/// Any writer for stdout; nobody reads stderr.
fn output_to(writer: impl Write + Send + 'static, settings: OutputSettings) -> Output {
    Output::to(writer, settings, reporter_to(io::sink()))
}

fn reporter_to(stderr: impl Write + Send + 'static) -> Reporter {
    let settings = ReporterSettings {
        quiet: false,
        verbosity: 0,
        progress: false,
        stderr: Stream::default(),
        format: Format::Table,
    };
    Reporter::to(stderr, settings)
}

/// What appears on stdout.
fn shown(settings: OutputSettings, show: impl FnOnce(&Output) -> crate::error::Result<()>) -> String {
    let written = Written::default();
    show(&output_to(written.clone(), settings)).unwrap();
    written.text()
}

fn list(settings: OutputSettings) -> String {
    shown(settings, |output| output.list("nodes", COLUMNS, nodes()))
}

/// The report of a list that is refused, before anything is written.
fn refused(settings: OutputSettings) -> Report {
    let written = Written::default();
    let error = output_to(written.clone(), settings).stream::<Node>("nodes", COLUMNS).err().unwrap();
    assert_eq!(written.text(), "");
    Report::new(&error)
}

const FORMATS: [Format; 6] =
    [Format::Table, Format::Json, Format::Ndjson, Format::Yaml, Format::Csv, Format::Text];
