//! Dots and lines in cells of a terminal: eight dots a cell in braille, one in ASCII. It knows nothing of values.

/// What a dot belongs to. Of several in one cell the last in this order is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ink {
    None,
    Limit,
    Line(usize),
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    dots: u8,
    ink: Ink,
}

#[derive(Debug)]
pub struct Canvas {
    columns: usize,
    rows: usize,
    is_ascii: bool,
    cells: Vec<Cell>,
}

/// Dots of a braille cell by column and row, as Unicode counts them.
const BRAILLE: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

impl Canvas {
    pub fn new(columns: usize, rows: usize, is_ascii: bool) -> Self {
        let cells = vec![Cell { dots: 0, ink: Ink::None }; columns.saturating_mul(rows)];
        Canvas { columns, rows, is_ascii, cells }
    }

    /// Dots across, and dots down.
    pub fn size(&self) -> (usize, usize) {
        if self.is_ascii { (self.columns, self.rows) } else { (self.columns * 2, self.rows * 4) }
    }

    /// What is outside is not drawn.
    pub fn dot(&mut self, x: i64, y: i64, ink: Ink) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let (column, row, bit) = match self.is_ascii {
            true => (x, y, 1),
            false => (x / 2, y / 4, BRAILLE[x % 2][y % 4]),
        };
        if column < self.columns
            && let Some(cell) = self.cells.get_mut(row * self.columns + column)
        {
            cell.dots |= bit;
            cell.ink = cell.ink.max(ink);
        }
    }

    /// From one dot to another, both with it. A limit is dotted: every second dot across is left out.
    pub fn line(&mut self, from: (i64, i64), to: (i64, i64), ink: Ink) {
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        let steps = width.abs().max(height.abs()).max(1);
        for step in 0..=steps {
            // To the nearest dot.
            let along = |length: i64| (2 * length * step + steps).div_euclid(2 * steps);
            let x = from.0 + along(width);
            if ink != Ink::Limit || x % 2 == 0 {
                self.dot(x, from.1 + along(height), ink);
            }
        }
    }

    /// The cells of a row: what they show, and whose that is.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (char, Ink)> {
        let start = row * self.columns;
        let cells = self.cells.get(start..start + self.columns).unwrap_or_default();
        cells.iter().map(|cell| (self.letter(*cell), cell.ink))
    }

    fn letter(&self, cell: Cell) -> char {
        match (cell.dots, self.is_ascii, cell.ink) {
            (0, ..) => ' ',
            (_, true, Ink::Limit) => '-',
            (_, true, _) => '*',
            (dots, false, _) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(canvas: &Canvas) -> String {
        let rows = 0..canvas.rows;
        rows.map(|row| canvas.row(row).map(|(letter, _)| letter).collect::<String>() + "\n").collect()
    }

    #[test]
    fn lines_are_whole_in_every_direction_and_stay_inside() {
        for is_ascii in [false, true] {
            let mut canvas = Canvas::new(4, 2, is_ascii);
            let (right, bottom) = canvas.size();
            let (right, bottom) = (right as i64 - 1, bottom as i64 - 1);
            canvas.line((0, bottom), (right, 0), Ink::Line(0));
            canvas.line((-5, 0), (-1, 0), Ink::Line(0));
            canvas.dot(right + 1, 0, Ink::Line(0));
            canvas.dot(0, bottom + 1, Ink::Line(0));
            assert_eq!(text(&canvas), if is_ascii { "  **\n**  \n" } else { "  ⡠⠊\n⡠⠊  \n" });
        }
    }

    #[test]
    fn a_line_hides_a_limit_and_no_other_line() {
        let mut canvas = Canvas::new(1, 1, false);
        canvas.dot(0, 0, Ink::Line(1));
        canvas.dot(1, 1, Ink::Limit);
        canvas.dot(0, 1, Ink::Line(0));
        assert_eq!(canvas.row(0).collect::<Vec<_>>(), [('⠓', Ink::Line(1))]);
    }
}
