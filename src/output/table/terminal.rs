//! A table on a terminal: fitted to its width, with a rule under bold titles, and states in colour.

use std::io::{self, Write};

use anstyle::Style;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::{Grid, fit, paint};
use crate::output::settings::Stream;

// No junctions: with them the crate puts a column of its own between ours.
const UNICODE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));
const ASCII: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));
/// Spaces between columns.
pub(super) const GAP: usize = 2;

pub(super) fn write(mut grid: Grid, mut into: impl Write, stream: &Stream, header: bool) -> io::Result<()> {
    if let Some(width) = stream.limit() {
        fit::fit(&mut grid, width, header, stream.unicode);
    }
    let mut table = Table::new();
    // The cells fit already: with an arrangement of its own the crate would wrap them.
    table
        .load_style(if stream.unicode { UNICODE } else { ASCII })
        .set_content_arrangement(ContentArrangement::Disabled);
    if header {
        let bold = if stream.color { Style::new().bold() } else { Style::new() };
        table.set_header(grid.heads.iter().map(|head| format!("{bold}{}{bold:#}", head.title)));
    }
    for row in &grid.rows {
        table.add_row(row.iter().map(|piece| Cell::new_owned(paint(piece, stream.color))));
    }
    let last = grid.heads.len().saturating_sub(1);
    for (index, (column, numeric)) in table.column_iter_mut().zip(grid.numeric()).enumerate() {
        column.set_padding((0, if index == last { 0 } else { GAP as u16 }));
        if numeric {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().try_for_each(|line| writeln!(into, "{}", line.trim_end()))
}
