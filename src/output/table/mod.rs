//! Tables and detail lines for people. Off a terminal a table is plain columns: nothing cut, no colour, the same
//! bytes everywhere. On a terminal it is fitted to the width and drawn lightly, unless a value is wider than any table.

mod fit;
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

/// Spaces between columns.
const GAP: usize = 2;
/// Columns of a value that comfy-table can draw on one line: it counts them in 16 bits.
const WIDEST: usize = 60_000;
const TITLE: Style = Style::new().bold();

/// A table before it is laid out: every text escaped, one line each.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Piece>>,
}

#[derive(Debug)]
pub(super) struct Head {
    title: Piece,
    cut: bool,
}

impl Head {
    pub(super) fn new(title: &str, cut: bool) -> Self {
        Head { title: Piece::text(escape(title).into_owned()), cut }
    }
}

/// A cell's text with what the layout needs to know.
#[derive(Debug)]
pub(super) struct Piece {
    text: String,
    /// In columns of the terminal.
    width: usize,
    tone: Tone,
    number: bool,
}

impl Piece {
    pub(super) fn new(cell: &Cell, times: TimeForm<'_>) -> Self {
        let text = escape(&cell.show(times)).into_owned();
        Piece { tone: cell.tone(), number: matches!(cell, Cell::Number(_)), ..Piece::text(text) }
    }

    fn text(text: String) -> Self {
        Piece { width: text.width(), text, tone: Tone::Plain, number: false }
    }

    /// The colour of its tone.
    fn style(&self, color: bool) -> Style {
        match self.tone {
            _ if !color || self.text.is_empty() => Style::new(),
            Tone::Plain => Style::new(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Attention => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Muted => Style::new().effects(Effects::DIMMED),
        }
    }
}

impl Grid {
    /// `header`: whether the titles are shown.
    pub(super) fn write(mut self, mut into: impl Write, stream: &Stream, header: bool) -> io::Result<()> {
        if self.heads.is_empty() {
            return Ok(());
        }
        if let Some(limit) = stream.limit() {
            self.cut_to(limit, header, stream.unicode);
        }
        let widths = self.widths(header);
        if stream.terminal && widths.iter().all(|width| *width <= WIDEST) {
            return terminal::write(&self, into, stream, header);
        }
        let layout: Vec<(usize, bool)> = widths.into_iter().zip(self.numeric()).collect();
        if header {
            let bold = if stream.color { TITLE } else { Style::new() };
            write_row(&mut into, self.heads.iter().map(|head| (&head.title, bold)), &layout)?;
        }
        for row in &self.rows {
            write_row(&mut into, row.iter().map(|piece| (piece, piece.style(stream.color))), &layout)?;
        }
        Ok(())
    }

    /// What each column needs to show everything.
    fn widths(&self, header: bool) -> Vec<usize> {
        let title = |head: &Head| if header { head.title.width } else { 0 };
        let mut widths: Vec<usize> = self.heads.iter().map(title).collect();
        for row in &self.rows {
            for (width, piece) in widths.iter_mut().zip(row) {
                *width = piece.width.max(*width);
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

/// One line, without white space at its end.
fn write_row<'a>(
    into: &mut impl Write,
    pieces: impl Iterator<Item = (&'a Piece, Style)>,
    layout: &[(usize, bool)],
) -> io::Result<()> {
    // Spaces that are due before the next text.
    let mut due = 0;
    for ((piece, style), (width, numeric)) in pieces.zip(layout) {
        let fill = width.saturating_sub(piece.width);
        let (before, after) = if *numeric { (fill, 0) } else { (0, fill) };
        if piece.text.is_empty() {
            due += fill;
        } else {
            write_spaces(into, due + before)?;
            write!(into, "{style}{}{style:#}", piece.text)?;
            due = after;
        }
        due += GAP;
    }
    into.write_all(b"\n")
}

/// Any number of them: the width of a format has a limit.
fn write_spaces(into: &mut impl Write, count: usize) -> io::Result<()> {
    const SPACES: [u8; 64] = [b' '; 64];
    (0..count).step_by(SPACES.len()).try_for_each(|written| {
        let some = SPACES.get(..count - written).unwrap_or(&SPACES);
        into.write_all(some)
    })
}

/// `Header: value` lines, the values under each other.
pub(super) fn write_details(mut into: impl Write, details: &[(&str, Piece)], color: bool) -> io::Result<()> {
    let widest = details.iter().map(|(header, _)| header.width()).max().unwrap_or(0);
    for (header, piece) in details {
        if piece.text.is_empty() {
            writeln!(into, "{header}:")?;
        } else {
            let style = piece.style(color);
            write!(into, "{header}:")?;
            write_spaces(&mut into, widest - header.width() + 1)?;
            writeln!(into, "{style}{}{style:#}", piece.text)?;
        }
    }
    Ok(())
}
