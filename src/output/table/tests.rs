//! Layouts that hold for any text and any width.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::output::settings::Stream;

fn grid(texts: &[Vec<String>], cut: bool) -> Grid {
    let columns = texts.first().map_or(0, Vec::len);
    let piece =
        |text: &String| Piece::new(&Cell::Text(text.clone()), TimeForm::Absolute(&jiff::tz::TimeZone::UTC));
    Grid {
        heads: (0..columns).map(|index| Head::new(&format!("C{index}"), cut)).collect(),
        rows: texts.iter().map(|row| row.iter().map(piece).collect()).collect(),
    }
}

fn drawn(grid: Grid, stream: Stream, header: bool) -> String {
    let mut written = Vec::new();
    grid.write(&mut written, &stream, header).unwrap();
    String::from_utf8(written).unwrap()
}

fn texts() -> impl Strategy<Value = Vec<Vec<String>>> {
    let text = prop_oneof!["[a-z ]{0,40}", "\\PC{0,20}", any::<String>(), Just("👩‍💻日本".repeat(9))];
    (1..5_usize).prop_flat_map(move |columns| {
        prop::collection::vec(prop::collection::vec(text.clone(), columns), 1..6)
    })
}

proptest! {
    #[test]
    fn a_fitted_table_is_no_wider_than_the_terminal(texts in texts(), width in 1..120_usize, unicode: bool, color: bool) {
        let columns = texts[0].len();
        let rows = texts.len();
        let stream = Stream { terminal: true, color, width: Some(width), unicode, ..Stream::default() };
        let table = drawn(grid(&texts, true), stream, true);
        prop_assert_eq!(table.lines().count(), rows + 2);
        let least = columns * 8 + (columns - 1) * 2;
        if !color {
            for line in table.lines() {
                prop_assert!(line.width() <= width.max(least), "{} > {width}: {line}", line.width());
            }
        }
    }

    #[test]
    fn off_a_terminal_every_row_is_one_line_with_every_value_whole(texts in texts(), header: bool) {
        let table = drawn(grid(&texts, true), Stream { width: Some(1), ..Stream::default() }, header);
        let lines: Vec<&str> = table.lines().skip(usize::from(header)).collect();
        prop_assert_eq!(lines.len(), texts.len());
        for (line, row) in lines.iter().zip(&texts) {
            for text in row {
                prop_assert!(line.contains(escape(text).trim_end_matches(' ')));
            }
        }
    }
}

#[test]
fn numbers_are_set_to_the_right_and_empty_cells_do_not_matter() {
    let number = |text: &str| Cell::Number(text.parse().unwrap());
    let cells = [
        [number("5"), Cell::from("a"), number("1.5")],
        [Cell::Empty, number("7"), number("-10")],
        [number("100"), Cell::Empty, number("0")],
    ];
    let piece = |cell: &Cell| Piece::new(cell, TimeForm::Absolute(&jiff::tz::TimeZone::UTC));
    let grid = || Grid {
        heads: ["N", "MIXED", "F"].into_iter().map(|title| Head::new(title, false)).collect(),
        rows: cells.iter().map(|row| row.iter().map(piece).collect()).collect(),
    };
    insta::assert_snapshot!(drawn(grid(), Stream::default(), true), @"
      N  MIXED    F
      5  a      1.5
         7      -10
    100           0
    ");
    let terminal = Stream { terminal: true, unicode: true, ..Stream::default() };
    insta::assert_snapshot!(drawn(grid(), terminal, true), @"
      N  MIXED    F
    ───────────────
      5  a      1.5
         7      -10
    100           0
    ");
    insta::assert_snapshot!(drawn(grid(), terminal, false), @"
      5  a  1.5
         7  -10
    100       0
    ");
}
