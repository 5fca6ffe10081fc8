//! Cells that know in which directions lines leave them, with texts on top.

use super::super::text::{Line, Style, push, width};

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// By the directions of a cell.
const SOLID: [char; 16] = [' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼'];
const DASHED: [char; 16] = [' ', '╎', '╎', '╎', '╌', '┘', '┐', '┤', '╌', '└', '┌', '├', '╌', '┴', '┬', '┼'];
const ASCII: [char; 16] = [' ', '|', '|', '|', '-', '+', '+', '+', '-', '+', '+', '+', '-', '+', '+', '+'];
const ASCII_DASHED: [char; 16] =
    [' ', ':', ':', ':', '.', '+', '+', '+', '.', '+', '+', '+', '.', '+', '+', '+'];

#[derive(Debug, Clone, Copy)]
struct Cell {
    directions: u8,
    style: Style,
}

pub struct Canvas {
    pub is_ascii: bool,
    wide: usize,
    cells: Vec<Cell>,
    texts: Vec<Vec<(usize, String, Style)>>,
}

impl Canvas {
    pub fn new(wide: usize, high: usize, is_ascii: bool) -> Self {
        let blank = Cell { directions: 0, style: Style::Catch };
        Canvas { is_ascii, wide, cells: vec![blank; wide * high], texts: vec![Vec::new(); high] }
    }

    /// A line across or down, both ends included. Where others are they are joined.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32), style: Style) {
        if from.0 == to.0 {
            let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
            for y in top..bottom {
                self.add(from.0, y, DOWN, style);
                self.add(from.0, y + 1, UP, style);
            }
        } else {
            let (left, right) = (from.0.min(to.0), from.0.max(to.0));
            for x in left..right {
                self.add(x, from.1, RIGHT, style);
                self.add(x + 1, from.1, LEFT, style);
            }
        }
    }

    pub fn frame(&mut self, (left, top): (i32, i32), (right, bottom): (i32, i32), style: Style) {
        self.line((left, top), (right, top), style);
        self.line((left, bottom), (right, bottom), style);
        self.line((left, top), (left, bottom), style);
        self.line((right, top), (right, bottom), style);
        for x in left..=right {
            self.paint(x, top, style);
            self.paint(x, bottom, style);
        }
    }

    /// A text that stays within the canvas.
    pub fn text(&mut self, (x, y): (i32, i32), text: &str, style: Style) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if let Some(row) = self.texts.get_mut(y)
            && !text.is_empty()
            && x + width(text) <= self.wide
        {
            row.push((x, text.to_owned(), style));
        }
    }

    fn cell(&mut self, x: i32, y: i32) -> Option<&mut Cell> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.wide {
            return None;
        }
        self.cells.get_mut(y.checked_mul(self.wide)? + x)
    }

    /// The way of an error gives way to others it meets.
    fn add(&mut self, x: i32, y: i32, direction: u8, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.directions |= direction;
            if style != Style::Catch {
                cell.style = style;
            }
        }
    }

    fn paint(&mut self, x: i32, y: i32, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.style = style;
        }
    }

    pub fn lines(mut self) -> Vec<Line> {
        let wide = self.wide;
        let texts = std::mem::take(&mut self.texts);
        texts
            .into_iter()
            .enumerate()
            .map(|(y, mut texts)| {
                texts.sort_by_key(|(x, ..)| *x);
                let row = self.cells.get(y * wide..(y + 1) * wide).unwrap_or_default();
                self.row(row, texts)
            })
            .collect()
    }

    fn row(&self, row: &[Cell], texts: Vec<(usize, String, Style)>) -> Line {
        let mut line = Line::new();
        let mut x = 0;
        let mut texts = texts.into_iter().peekable();
        // Blanks wait until something follows them.
        let mut blanks = 0;
        while x < row.len() {
            if let Some((_, text, style)) = texts.next_if(|(at, ..)| *at <= x) {
                push(&mut line, &" ".repeat(std::mem::take(&mut blanks)), Style::Plain);
                push(&mut line, &text, style);
                x += width(&text);
                continue;
            }
            let cell = row[x];
            x += 1;
            if cell.directions == 0 {
                blanks += 1;
                continue;
            }
            let glyphs = match (self.is_ascii, cell.style) {
                (false, Style::Catch) => DASHED,
                (false, _) => SOLID,
                (true, Style::Catch) => ASCII_DASHED,
                (true, _) => ASCII,
            };
            push(&mut line, &" ".repeat(std::mem::take(&mut blanks)), Style::Plain);
            let glyph = glyphs[usize::from(cell.directions & 15)];
            push(&mut line, glyph.encode_utf8(&mut [0; 4]), cell.style);
        }
        line
    }
}
