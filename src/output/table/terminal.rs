//! A table on a terminal: a rule under bold titles, states in colour. Whoever calls has fitted it to the width.

use std::io::{self, Write};

use anstyle::Style;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::{GAP, Grid, TITLE};
use crate::output::settings::Stream;

// No junctions: with them the crate puts a column of its own between ours.
const UNICODE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));
const ASCII: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

pub(super) fn write(grid: &Grid, mut into: impl Write, stream: &Stream, header: bool) -> io::Result<()> {
    let mut table = Table::new();
    // The cells fit already: with an arrangement of its own the crate would wrap them.
    table
        .load_style(if stream.unicode { UNICODE } else { ASCII })
        .set_content_arrangement(ContentArrangement::Disabled);
    if header {
        let bold = if stream.color { TITLE } else { Style::new() };
        table.set_header(grid.heads.iter().map(|head| format!("{bold}{}{bold:#}", head.title.text)));
    }
    for row in &grid.rows {
        table.add_row(row.iter().map(|piece| {
            let style = piece.style(stream.color);
            Cell::new_owned(format!("{style}{}{style:#}", piece.text))
        }));
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
