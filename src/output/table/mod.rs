//! Tables and detail lines for people. Off a terminal a table is plain columns: nothing cut, no colour, the same
//! bytes everywhere. On a terminal it is fitted to the width and drawn lightly.

mod fit;
mod plain;
mod terminal;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use anstyle::{AnsiColor, Effects, Style};
use unicode_width::UnicodeWidthStr as _;

use super::cell::{Cell, Tone};
use super::escape::escape;
use super::settings::Stream;
use super::time::TimeForm;

/// A table before it is laid out: every text escaped, one line each.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Piece>>,
}

#[derive(Debug)]
pub(super) struct Head {
    title: String,
    cut: bool,
}

impl Head {
    pub(super) fn new(title: &str, cut: bool) -> Self {
        Head { title: escape(title).into_owned(), cut }
    }
}

/// A cell's text with what the layout needs to know.
#[derive(Debug)]
pub(super) struct Piece {
    text: String,
    tone: Tone,
    number: bool,
}

impl Piece {
    pub(super) fn new(cell: &Cell, times: TimeForm<'_>) -> Self {
        let text = escape(&cell.show(times)).into_owned();
        Piece { text, tone: cell.tone(), number: matches!(cell, Cell::Number(_)) }
    }

    fn width(&self) -> usize {
        self.text.width()
    }
}

impl Grid {
    /// `header`: whether the titles are shown.
    pub(super) fn write(self, into: impl Write, stream: &Stream, header: bool) -> io::Result<()> {
        if self.heads.is_empty() {
            Ok(())
        } else if stream.terminal {
            terminal::write(self, into, stream, header)
        } else {
            plain::write(&self, into, header)
        }
    }

    /// What each column needs to show everything.
    fn widths(&self, header: bool) -> Vec<usize> {
        let title = |head: &Head| if header { head.title.width() } else { 0 };
        let mut widths: Vec<usize> = self.heads.iter().map(title).collect();
        for row in &self.rows {
            for (width, piece) in widths.iter_mut().zip(row) {
                *width = piece.width().max(*width);
            }
        }
        widths
    }

    /// Columns of numbers (empty cells aside) are set to the right.
    fn numeric(&self) -> Vec<bool> {
        let column = |index: usize| self.rows.iter().filter_map(move |row| row.get(index));
        let numeric = |index: usize| {
            column(index).any(|piece| piece.number)
                && column(index).all(|piece| piece.number || piece.text.is_empty())
        };
        (0..self.heads.len()).map(numeric).collect()
    }
}

/// `Header: value` lines, the values under each other.
pub(super) fn write_details(mut into: impl Write, details: &[(&str, Piece)], color: bool) -> io::Result<()> {
    let widest = details.iter().map(|(header, _)| header.width()).max().unwrap_or(0);
    for (header, piece) in details {
        let line = format!("{header}:{:fill$} {}", "", paint(piece, color), fill = widest - header.width());
        writeln!(into, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The text in the colour of its tone.
fn paint(piece: &Piece, color: bool) -> String {
    let style = match piece.tone {
        _ if !color || piece.text.is_empty() => Style::new(),
        Tone::Plain => Style::new(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Attention => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
        Tone::Muted => Style::new().effects(Effects::DIMMED),
    };
    format!("{style}{}{style:#}", piece.text)
}
