//! Bytes of several programs on one stream: whole lines, each with the name of its program before it. Memory is bounded:
//! a line that is too long becomes several.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::escape::escape;

/// What is held of a line that has not ended.
const LONGEST: usize = 64 * 1024;
const COLORS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::BrightCyan,
];

/// What lines begin with, one for each name, all of one width.
pub fn line_prefixes(names: &[&str], color: bool) -> Vec<Vec<u8>> {
    let names: Vec<_> = names.iter().map(|name| escape(name)).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or_default();
    let prefix = |(name, color_of): (_, &AnsiColor)| {
        let name: &str = name;
        let style = if color { color_of.on_default() } else { Style::new() };
        let padding = width - name.width();
        format!("{style}{name}{:padding$} |{style:#} ", "").into_bytes()
    };
    names.iter().map(AsRef::as_ref).zip(COLORS.iter().cycle()).map(prefix).collect()
}

/// One program's lines.
#[derive(Debug, Default)]
pub struct Lines {
    prefix: Vec<u8>,
    /// A line that has not ended, its prefix before it.
    open: Vec<u8>,
}

impl Lines {
    pub fn beginning_with(prefix: Vec<u8>) -> Self {
        Lines { prefix, open: Vec::new() }
    }

    /// The lines that end in `bytes`.
    pub fn take(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        while !bytes.is_empty() {
            if self.open.is_empty() {
                self.open.extend_from_slice(&self.prefix);
            }
            let room = (LONGEST + self.prefix.len()).saturating_sub(self.open.len());
            let end = bytes.iter().take(room).position(|byte| *byte == b'\n');
            let (line, rest) = bytes.split_at(end.map_or(room.min(bytes.len()), |end| end + 1));
            self.open.extend_from_slice(line);
            // One byte more shows whether a full line ends just here.
            if end.is_none() && rest.is_empty() {
                break;
            }
            bytes = rest;
            if end.is_none() {
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
                self.open.push(b'\n');
            }
            whole.append(&mut self.open);
        }
        whole
    }

    /// The last line, ended.
    pub fn finish(&mut self) -> Vec<u8> {
        if !self.open.is_empty() {
            self.open.push(b'\n');
        }
        std::mem::take(&mut self.open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(prefix: &str, pieces: &[&[u8]]) -> Vec<u8> {
        let mut lines = Lines::beginning_with(prefix.into());
        let mut shown: Vec<u8> = pieces.iter().flat_map(|piece| lines.take(piece)).collect();
        shown.extend(lines.finish());
        shown
    }

    #[test]
    fn every_line_has_its_prefix_and_its_end() {
        for (name, pieces, expected) in [
            ("one", &["a\n"][..], "> a\n"),
            ("cut", &["a", "b\nc"], "> ab\n> c\n"),
            ("empty lines", &["\n\n"], "> \n> \n"),
            ("a return is no end", &["1%\r2%\r\n"], "> 1%\r2%\r\n"),
            ("nothing", &["", ""], ""),
        ] {
            let pieces: Vec<&[u8]> = pieces.iter().map(|piece| piece.as_bytes()).collect();
            assert_eq!(String::from_utf8(lines("> ", &pieces)).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_none_is_made() {
        for (name, length) in [("just full", 0), ("one more", 1), ("twice", LONGEST + 3)] {
            let text = vec![b'x'; LONGEST + length];
            let pieces: Vec<&[u8]> = text.chunks(1000).chain([&b"\ny"[..]]).collect();
            let shown = lines(">", &pieces);
            let parts: Vec<&[u8]> = shown.split_inclusive(|byte| *byte == b'\n').collect();
            assert!(parts.iter().all(|part| part.starts_with(b">") && part.len() <= LONGEST + 2), "{name}");
            assert_eq!(parts.len(), 2 + length.div_ceil(LONGEST), "{name}");
            let content: usize = parts.iter().map(|part| part.len() - 2).sum();
            assert_eq!(content, text.len() + 1, "{name}");
        }
    }

    #[test]
    fn prefixes_are_aligned_harmless_and_coloured_on_request() {
        let prefixes = |color| {
            let prefixes = line_prefixes(&["web-1", "d\u{1b}[2J", "名"], color);
            prefixes.into_iter().map(|prefix| String::from_utf8(prefix).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(prefixes(false), ["web-1    | ", "d\\x1b[2J | ", "名       | "]);
        assert_eq!(prefixes(true)[0], "\u{1b}[36mweb-1    |\u{1b}[0m ");
    }

    proptest! {
        #[test]
        fn without_a_prefix_only_a_last_line_end_is_added(
            text in "[a\n]{0,60}", cuts in prop::collection::vec(1..9usize, 1..9)
        ) {
            let mut rest = text.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (piece, tail) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            prop_assert_eq!(lines("", &pieces), format!("{text}{end}").into_bytes());
        }
    }
}
