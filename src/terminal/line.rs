//! A line while it is typed: what the keys do to its text. Pure; it draws nothing.

use unicode_segmentation::UnicodeSegmentation as _;
use zeroize::Zeroizing;

use super::keys::Key;

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub enum Edit {
    Changed,
    /// Enter.
    Done,
    /// Escape, or Ctrl-D on an empty line: no answer.
    End,
    /// Not a key of the line's.
    Other,
}

/// It may be a secret: gone from memory with the value.
#[derive(Debug, Default)]
pub struct Line(Zeroizing<String>);

impl Line {
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(&mut self.0)
    }

    pub fn key(&mut self, key: Key) -> Edit {
        match key {
            Key::Enter => return Edit::Done,
            Key::Escape => return Edit::End,
            Key::Control('d') if self.0.is_empty() => return Edit::End,
            Key::Control('u') => self.0.clear(),
            Key::Control('w') => self.cut_word(),
            Key::Backspace => self.cut_to(self.0.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)),
            Key::Char(character) => self.push(character),
            _ => return Edit::Other,
        }
        Edit::Changed
    }

    fn push(&mut self, character: char) {
        if self.0.len() + character.len_utf8() > self.0.capacity() {
            // A string that grows leaves its old bytes behind.
            let mut grown = Zeroizing::new(String::with_capacity((self.0.capacity() * 2).max(64)));
            grown.push_str(&self.0);
            self.0 = grown;
        }
        self.0.push(character);
    }

    fn cut_word(&mut self) {
        let word = self.0.trim_end();
        self.cut_to(word.rfind(char::is_whitespace).map_or(0, |at| at + 1));
    }

    fn cut_to(&mut self, at: usize) {
        self.0.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &mut Line, text: &str) {
        for character in text.chars() {
            assert_eq!(line.key(Key::Char(character)), Edit::Changed);
        }
    }

    #[test]
    fn keys_change_the_end_of_the_line() {
        let mut line = Line::default();
        typed(&mut line, "web one");
        line.key(Key::Backspace);
        assert_eq!(line.text(), "web on");
        line.key(Key::Control('w'));
        assert_eq!(line.text(), "web ");
        line.key(Key::Control('w'));
        assert_eq!(line.text(), "");
        typed(&mut line, "ae\u{301}👩‍💻");
        line.key(Key::Backspace);
        line.key(Key::Backspace);
        assert_eq!(line.text(), "a", "what looks like one letter is one");
        line.key(Key::Control('u'));
        assert_eq!(line.text(), "");
        line.key(Key::Backspace);
        assert_eq!(line.text(), "");
    }

    #[test]
    fn a_line_is_done_or_not_answered_at_all() {
        let mut line = Line::default();
        for (key, edit) in [
            (Key::Enter, Edit::Done),
            (Key::Escape, Edit::End),
            (Key::Control('d'), Edit::End),
            (Key::Other, Edit::Other),
        ] {
            assert_eq!(line.key(key), edit, "{key:?}");
        }
        typed(&mut line, "x");
        assert_eq!(line.key(Key::Control('d')), Edit::Other, "only an empty line ends by Ctrl-D");
    }

    #[test]
    fn a_long_line_is_kept_whole() {
        let mut line = Line::default();
        let text = "日本語 and more ".repeat(100);
        typed(&mut line, &text);
        assert_eq!(*line.take(), text);
        assert_eq!(line.text(), "");
    }
}
