//! Text cut to columns of a terminal, between graphemes: wide letters and joined emoji stay whole.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::output::fitting;

/// The beginning of `text` that has room, with `ellipsis` where something is missing.
pub fn head(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let ellipsis = if ellipsis.width() < width { ellipsis } else { "" };
    let room = width - ellipsis.width();
    let kept = fitting(text.graphemes(true), room);
    format!("{}{ellipsis}", &text[..kept])
}

/// The end of `text` that has room.
pub fn tail(text: &str, width: usize) -> &str {
    &text[text.len() - fitting(text.graphemes(true).rev(), width)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_cut_between_graphemes_and_columns() {
        for (text, width, ellipsis, expected) in [
            ("abc", 3, "…", "abc"),
            ("abcd", 3, "…", "ab…"),
            ("abcd", 3, "~", "ab~"),
            ("日本語", 5, "…", "日本…"),
            ("日本語", 4, "…", "日…"),
            ("👩‍💻👩‍💻👩‍💻", 5, "…", "👩‍💻👩‍💻…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "…", "e\u{301}…"),
            ("abc", 1, "…", "a"),
            ("abc", 0, "…", ""),
        ] {
            assert_eq!(head(text, width, ellipsis), expected, "{text} at {width}");
        }
    }

    #[test]
    fn the_tail_is_what_was_typed_last() {
        for (text, width, expected) in
            [("abc", 9, "abc"), ("abcd", 2, "cd"), ("日本語", 3, "語"), ("ab", 0, "")]
        {
            assert_eq!(tail(text, width), expected, "{text} at {width}");
        }
    }
}
