//! Fitting a terminal: the columns that may be cut share what the others leave, the widest giving first, and none goes
//! below a few letters. Where even that is too wide, columns are left out from the right; the first, which says what
//! a row is about, stays whole and the terminal breaks its lines.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::{GAP, Grid, Piece};
use crate::output::graphemes;
use crate::output::settings::Stream;

/// A cut column keeps at least this.
const LEAST: usize = 8;

impl Grid {
    /// Leaves out the columns on the right that no cutting makes fit. How many stay.
    pub(in crate::output) fn keep_what_fits(&mut self, stream: &Stream, header: bool) -> usize {
        if let Some(limit) = stream.limit() {
            let fitting = fitting(&self.widths(header), &self.may_cut(), limit);
            self.heads.truncate(fitting);
            self.rows.iter_mut().for_each(|row| row.truncate(fitting));
        }
        self.heads.len()
    }

    /// Cuts what may be cut to `limit` columns of the terminal.
    pub(super) fn cut_to(&mut self, limit: usize, header: bool, unicode: bool) {
        let Some(cap) = cap(&self.widths(header), &self.may_cut(), limit) else { return };
        let ellipsis = if unicode { "…" } else { "..." };
        let Grid { heads, rows } = self;
        for (index, head) in heads.iter_mut().enumerate().filter(|(_, head)| head.cut) {
            head.title.cut(cap, ellipsis);
            for piece in rows.iter_mut().filter_map(|row| row.get_mut(index)) {
                piece.cut(cap, ellipsis);
            }
        }
    }

    fn may_cut(&self) -> Vec<bool> {
        self.heads.iter().map(|head| head.cut).collect()
    }
}

impl Piece {
    fn cut(&mut self, width: usize, ellipsis: &str) {
        if self.width > width {
            cut(&mut self.text, width, ellipsis);
            self.width = self.text.width();
        }
    }
}

/// How many columns from the left fit when all that may be cut are cut to their least; one at least.
fn fitting(widths: &[usize], may_cut: &[bool], limit: usize) -> usize {
    let least = |(width, may_cut): (&usize, &bool)| if *may_cut { LEAST.min(*width) } else { *width };
    let mut used = 0_usize;
    let ends = widths.iter().zip(may_cut).map(least).map(|least| {
        let end = used.saturating_add(least);
        used = end.saturating_add(GAP);
        end
    });
    ends.take_while(|end| *end <= limit).count().max(1)
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

/// Cuts `text`, which is wider, to `width` columns between graphemes, the ellipsis included.
fn cut(text: &mut String, width: usize, ellipsis: &str) {
    let room = width.saturating_sub(ellipsis.width());
    text.truncate(graphemes::fitting(text.graphemes(true), room));
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
    fn columns_are_left_out_from_the_right_and_never_the_first() {
        let cases = [
            ("all fit", [19, 20, 6], [false, true, false], 60, 3),
            ("all fit when cut to their least", [19, 20, 6], [false, true, false], 37, 3),
            ("one too many", [19, 20, 6], [false, true, false], 36, 2),
            ("a narrow one needs no more than it has", [19, 3, 6], [false, true, false], 32, 3),
            ("only the first", [19, 20, 6], [false, true, false], 28, 1),
            ("not even the first", [19, 20, 6], [false, true, false], 1, 1),
            ("a first one that may be cut", [40, 20, 6], [true, true, false], 26, 3),
        ];
        for (name, widths, may_cut, limit, expected) in cases {
            assert_eq!(fitting(&widths, &may_cut, limit), expected, "{name}");
        }
    }

    #[test]
    fn text_is_cut_between_graphemes_and_columns() {
        let cases = [
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
