//! What of the nodes' output goes where: bytes as they are, lines with names, or records at the end. Writes nothing
//! itself.

use super::super::open::Target;
use super::record::Capture;
use super::remote::Stream;
use crate::output::{Lines, line_prefixes};

/// Bytes for the two streams, in the order they came.
pub type Chunk = Vec<(Stream, Vec<u8>)>;

pub enum Show {
    /// Of one node.
    Bytes,
    /// Of several.
    Lines(Vec<NodeLines>),
    Records(Vec<Capture>),
}

/// The two streams of a node.
#[derive(Default)]
pub struct NodeLines {
    stdout: Lines,
    stderr: Lines,
}

/// Whether names are written, and whether in colour.
pub struct Prefixes {
    pub shown: bool,
    pub stdout_color: bool,
    pub stderr_color: bool,
}

impl Show {
    pub fn lines(targets: &[Target], prefixes: &Prefixes) -> Show {
        if !prefixes.shown {
            return Show::Lines(targets.iter().map(|_| NodeLines::default()).collect());
        }
        let is_only = |name: &str| targets.iter().filter(|target| target.name == name).count() == 1;
        let name = |target: &'_ Target| match is_only(&target.name) {
            true => target.name.clone(),
            false => target.label.clone(),
        };
        let names: Vec<String> = targets.iter().map(name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let of_stdout = line_prefixes(&names, prefixes.stdout_color);
        let of_stderr = line_prefixes(&names, prefixes.stderr_color);
        let lines = of_stdout.into_iter().zip(of_stderr).map(|(stdout, stderr)| NodeLines {
            stdout: Lines::beginning_with(stdout),
            stderr: Lines::beginning_with(stderr),
        });
        Show::Lines(lines.collect())
    }

    /// Adds to `chunk` what is to be shown of it now.
    pub fn take(&mut self, node: usize, stream: Stream, data: &[u8], chunk: &mut Chunk) {
        match self {
            Show::Bytes => push(chunk, stream, data),
            Show::Lines(nodes) => {
                if let Some(lines) = nodes.get_mut(node) {
                    push(chunk, stream, &lines.of(stream).take(data));
                }
            }
            Show::Records(captures) => {
                let nodes = captures.len();
                if let Some(capture) = captures.get_mut(node) {
                    capture.take(stream, data, nodes);
                }
            }
        }
    }

    /// A node says nothing more.
    pub fn finish(&mut self, node: usize, chunk: &mut Chunk) {
        if let Show::Lines(nodes) = self
            && let Some(lines) = nodes.get_mut(node)
        {
            for stream in [Stream::Stdout, Stream::Stderr] {
                push(chunk, stream, &lines.of(stream).finish());
            }
        }
    }
}

impl NodeLines {
    fn of(&mut self, stream: Stream) -> &mut Lines {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }
}

fn push(chunk: &mut Chunk, stream: Stream, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    match chunk.last_mut() {
        Some((last, bytes)) if *last == stream => bytes.extend_from_slice(data),
        _ => chunk.push((stream, data.to_vec())),
    }
}
