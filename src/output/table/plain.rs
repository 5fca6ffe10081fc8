//! A table off a terminal: columns two spaces apart, no trailing white space. Our own few lines rather than
//! comfy-table: a value may be longer than the 65,535 columns at which that one breaks lines.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::Grid;

pub(super) fn write(grid: &Grid, mut into: impl Write, header: bool) -> io::Result<()> {
    let widths = grid.widths(header);
    let numeric = grid.numeric();
    let mut line = String::new();
    let mut write_row = |texts: &mut dyn Iterator<Item = &str>| {
        line.clear();
        for ((text, width), numeric) in texts.zip(&widths).zip(&numeric) {
            let fill = width.saturating_sub(text.width());
            if *numeric {
                line.extend(std::iter::repeat_n(' ', fill));
                line.push_str(text);
            } else {
                line.push_str(text);
                line.extend(std::iter::repeat_n(' ', fill));
            }
            line.push_str("  ");
        }
        writeln!(into, "{}", line.trim_end_matches(' '))
    };
    if header {
        write_row(&mut grid.heads.iter().map(|head| head.title.as_str()))?;
    }
    grid.rows.iter().try_for_each(|row| write_row(&mut row.iter().map(|piece| piece.text.as_str())))
}
