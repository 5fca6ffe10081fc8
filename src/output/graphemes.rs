//! How much of a text has room on a terminal: whole graphemes, so that wide letters and joined emoji stay whole.

use unicode_width::UnicodeWidthStr as _;

/// How many bytes of the first of these graphemes fit into `room` columns.
pub fn fitting<'a>(graphemes: impl Iterator<Item = &'a str>, room: usize) -> usize {
    let mut used = 0;
    let fits = |grapheme: &&str| {
        used += grapheme.width();
        used <= room
    };
    graphemes.take_while(fits).map(str::len).sum()
}
