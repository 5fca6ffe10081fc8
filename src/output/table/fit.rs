//! Cutting: the columns that may be cut share what the others leave, the widest giving first, and none goes below a
//! few letters. A terminal too narrow even for that breaks lines itself; nothing is dropped.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::Grid;
use super::terminal::GAP;

/// A cut column keeps at least this.
const LEAST: usize = 6;

pub(super) fn fit(grid: &mut Grid, limit: usize, header: bool, unicode: bool) {
    let widths = grid.widths(header);
    let Some(cap) = cap(&widths, &grid.heads.iter().map(|head| head.cut).collect::<Vec<_>>(), limit) else {
        return;
    };
    let ellipsis = if unicode { "…" } else { "..." };
    let Grid { heads, rows } = grid;
    for (index, head) in heads.iter_mut().enumerate().filter(|(_, head)| head.cut) {
        cut(&mut head.title, cap, ellipsis);
        for piece in rows.iter_mut().filter_map(|row| row.get_mut(index)) {
            cut(&mut piece.text, cap, ellipsis);
        }
    }
}

/// The width no cut column may exceed, if anything must be cut at all.
fn cap(widths: &[usize], may_cut: &[bool], limit: usize) -> Option<usize> {
    let gaps = GAP * widths.len().saturating_sub(1);
    let total = widths.iter().fold(gaps, |sum, width| sum.saturating_add(*width));
    if total <= limit {
        return None;
    }
    let (mut cut, mut fixed) = (Vec::new(), gaps);
    for (width, may_cut) in widths.iter().zip(may_cut) {
        if *may_cut {
            cut.push(*width);
        } else {
            fixed = fixed.saturating_add(*width);
        }
    }
    let mut room = limit.saturating_sub(fixed);
    cut.sort_unstable();
    // Narrow columns keep what they need; the rest is shared evenly among the wider ones.
    for (index, width) in cut.iter().enumerate() {
        let share = room / (cut.len() - index);
        if *width > share {
            return Some(share.max(LEAST));
        }
        room -= width;
    }
    None
}

/// Cuts `text` to `width` columns between graphemes, the ellipsis included.
fn cut(text: &mut String, width: usize, ellipsis: &str) {
    if text.width() <= width {
        return;
    }
    let room = width.saturating_sub(ellipsis.width());
    let (mut used, mut end) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        end = at + grapheme.len();
    }
    text.truncate(end);
    text.push_str(ellipsis);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_columns_give_first() {
        let cases = [
            ("fits", [10, 10], [true, true], 22, None),
            ("one too many", [10, 10], [true, true], 21, Some(9)),
            ("the narrow one keeps its width", [4, 40], [true, true], 30, Some(24)),
            ("nothing may be cut", [40, 40], [false, false], 30, None),
            ("fixed columns take theirs", [20, 40], [false, true], 40, Some(18)),
            ("one column wide", [20, 40], [false, true], 1, Some(LEAST)),
        ];
        for (name, widths, may_cut, limit, expected) in cases {
            assert_eq!(cap(&widths, &may_cut, limit), expected, "{name}");
        }
    }

    #[test]
    fn text_is_cut_between_graphemes_and_columns() {
        let cases = [
            ("abcdefgh", 8, "…", "abcdefgh"),
            ("abcdefghi", 8, "…", "abcdefg…"),
            ("abcdefghi", 8, "...", "abcde..."),
            ("漢字漢字", 6, "…", "漢字…"),
            ("👩‍💻👩‍💻👩‍💻👩‍💻", 6, "…", "👩‍💻👩‍💻…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "…", "e\u{301}…"),
            ("abc", 0, "…", "…"),
        ];
        for (text, width, ellipsis, expected) in cases {
            let mut actual = text.to_owned();
            cut(&mut actual, width, ellipsis);
            assert_eq!(actual, expected, "{text} at {width}");
        }
    }
}
