//! A list to choose one line from by typing a part of it: what keys do and what is seen of it. Pure; `dialog` has
//! the terminal.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};
use unicode_width::UnicodeWidthStr;

use super::Size;
use super::dialog::Frame;
use super::fit;
use super::keys::Key;
use super::line::{Edit, Line};
use crate::output::escape;

/// Choices shown at once.
const LINES: usize = 10;

/// What can be chosen.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is typed at.
    pub line: String,
    /// What else there is to know of it, shown while it is under the cursor.
    pub preview: String,
}

/// What a key led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Stay,
    Take(usize),
    GiveUp,
}

pub struct Picker {
    what: String,
    /// Escaped: names come from AWS.
    choices: Vec<Choice>,
    haystacks: Vec<Utf32String>,
    typed: Line,
    /// Indices of the choices that match, the best first.
    found: Vec<usize>,
    cursor: usize,
    matcher: Matcher,
    unicode: bool,
}

impl Picker {
    pub fn new(what: &str, choices: &[Choice], unicode: bool) -> Self {
        let escaped = |text: &str| escape(text).into_owned();
        let choices: Vec<Choice> = choices
            .iter()
            .map(|choice| Choice { line: escaped(&choice.line), preview: escaped(&choice.preview) })
            .collect();
        Picker {
            what: what.to_owned(),
            haystacks: choices.iter().map(|choice| choice.line.as_str().into()).collect(),
            typed: Line::default(),
            found: (0..choices.len()).collect(),
            choices,
            cursor: 0,
            matcher: Matcher::new(Config::DEFAULT),
            unicode,
        }
    }

    pub fn key(&mut self, key: Key, size: Size) -> Step {
        let page = room(size);
        match key {
            Key::Up | Key::Control('p') => self.move_to(self.cursor.saturating_sub(1)),
            Key::Down | Key::Control('n') => self.move_to(self.cursor + 1),
            Key::PageUp => self.move_to(self.cursor.saturating_sub(page)),
            Key::PageDown => self.move_to(self.cursor.saturating_add(page)),
            Key::Home => self.move_to(0),
            Key::End => self.move_to(usize::MAX),
            _ => match self.typed.key(key) {
                Edit::Changed => self.search(),
                Edit::Done => {
                    return self.found.get(self.cursor).map_or(Step::Stay, |index| Step::Take(*index));
                }
                Edit::End => return Step::GiveUp,
                Edit::Other => {}
            },
        }
        Step::Stay
    }

    fn move_to(&mut self, cursor: usize) {
        self.cursor = cursor.min(self.found.len().saturating_sub(1));
    }

    fn search(&mut self) {
        self.cursor = 0;
        let pattern = Pattern::parse(self.typed.text(), CaseMatching::Smart, Normalization::Smart);
        let mut scored: Vec<(u32, usize)> = (self.haystacks.iter().enumerate())
            .filter_map(|(index, line)| Some((pattern.score(line.slice(..), &mut self.matcher)?, index)))
            .collect();
        scored.sort_unstable_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.found = scored.into_iter().map(|(_, index)| index).collect();
    }

    /// The prompt, the choices around the cursor, the preview of the one under it.
    pub fn frame(&self, size: Size) -> Frame {
        let width = usize::from(size.cols).saturating_sub(1).max(1);
        let room = room(size);
        let ellipsis = if self.unicode { "…" } else { "~" };
        let prompt = format!("{} ({}/{}) > ", self.what, self.found.len(), self.choices.len());
        let prompt = format!("{prompt}{}", escape(self.typed.text()));
        let prompt = fit::tail(&prompt, width);
        let mut lines = vec![prompt.to_owned()];
        // The cursor's page: lines stay where they are while it moves within.
        let first = self.cursor / room * room;
        for (row, index) in self.found.iter().enumerate().skip(first).take(room) {
            let mark = if row == self.cursor { "> " } else { "  " };
            let line = self.choices.get(*index).map_or("", |choice| &choice.line);
            lines.push(fit::head(&format!("{mark}{line}"), width, ellipsis));
        }
        let preview = self.found.get(self.cursor).and_then(|index| self.choices.get(*index));
        if let Some(preview) = preview.map(|choice| &choice.preview)
            && !preview.is_empty()
            && lines.len() < usize::from(size.rows).saturating_sub(1)
        {
            let bar = if self.unicode { "│ " } else { "| " };
            lines.push(fit::head(&format!("{bar}{preview}"), width, ellipsis));
        }
        Frame { cursor: prompt.width(), lines }
    }
}

/// How many choices there is room for between prompt and preview; a row more keeps the screen from scrolling.
fn room(size: Size) -> usize {
    LINES.min(usize::from(size.rows).saturating_sub(3)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { cols: 80, rows: 24 };

    fn choice(line: &str, preview: &str) -> Choice {
        Choice { line: line.to_owned(), preview: preview.to_owned() }
    }

    fn nodes() -> Vec<Choice> {
        [
            choice("web-1  i-0aaa", "Amazon Linux 2023, agent 3.3, a node with much to tell"),
            choice("web-2  i-0bbb", "Debian 13"),
            choice("db-1  i-0ccc", ""),
        ]
        .to_vec()
    }

    fn picker() -> Picker {
        Picker::new("node", &nodes(), true)
    }

    fn press(picker: &mut Picker, text: &str) {
        for character in text.chars() {
            assert_eq!(picker.key(Key::Char(character), SIZE), Step::Stay);
        }
    }

    #[test]
    fn typing_narrows_and_enter_takes() {
        let mut picker = picker();
        press(&mut picker, "w2");
        assert_eq!(picker.key(Key::Enter, SIZE), Step::Take(1));
    }

    #[test]
    fn the_cursor_stays_in_the_list() {
        let mut picker = picker();
        for _ in 0..9 {
            picker.key(Key::Down, SIZE);
        }
        assert_eq!(picker.key(Key::Enter, SIZE), Step::Take(2));
        press(&mut picker, "no such node");
        assert_eq!(picker.key(Key::Enter, SIZE), Step::Stay);
        picker.key(Key::Control('u'), SIZE);
        assert_eq!(picker.key(Key::Enter, SIZE), Step::Take(0));
    }

    #[test]
    fn pages_and_ends() {
        let many: Vec<Choice> = (0..35).map(|n| choice(&format!("node-{n}"), "")).collect();
        let mut picker = Picker::new("node", &many, true);
        for (key, taken) in [
            (Key::PageDown, 10),
            (Key::PageDown, 20),
            (Key::PageUp, 10),
            (Key::End, 34),
            (Key::PageDown, 34),
            (Key::Home, 0),
            (Key::PageUp, 0),
        ] {
            picker.key(key, SIZE);
            assert_eq!(picker.key(Key::Enter, SIZE), Step::Take(taken), "{key:?}");
            let cursor = picker.frame(SIZE).lines.into_iter().find(|line| line.starts_with("> "));
            assert_eq!(cursor.unwrap(), format!("> node-{taken}"), "the cursor is in sight");
        }
    }

    #[test]
    fn escape_and_control_d_give_up() {
        for key in [Key::Escape, Key::Control('d')] {
            assert_eq!(picker().key(key, SIZE), Step::GiveUp);
        }
    }

    #[test]
    fn the_line_under_the_cursor_has_a_preview() {
        let mut picker = picker();
        let size = Size { cols: 40, rows: 24 };
        insta::assert_snapshot!(picker.frame(size).lines.join("\n"), @r"
        node (3/3) > 
        > web-1  i-0aaa
          web-2  i-0bbb
          db-1  i-0ccc
        │ Amazon Linux 2023, agent 3.3, a node…
        ");
        press(&mut picker, "web");
        picker.key(Key::Down, size);
        insta::assert_snapshot!(picker.frame(size).lines.join("\n"), @r"
        node (2/3) > web
          web-1  i-0aaa
        > web-2  i-0bbb
        │ Debian 13
        ");
    }

    #[test]
    fn without_unicode_the_signs_are_ascii() {
        let picker = Picker::new("node", &nodes(), false);
        let shown = picker.frame(Size { cols: 30, rows: 24 }).lines.join("\n");
        assert!(shown.is_ascii(), "{shown}");
        assert!(shown.ends_with("| Amazon Linux 2023, agent 3~"), "{shown}");
    }

    #[test]
    fn every_size_is_drawn_within_its_bounds() {
        let hostile = [
            choice("evil\u{1b}[31m\u{202e}\nname", "two\nlines\u{7}"),
            choice(&"漢".repeat(10_000), &"👩‍💻".repeat(5_000)),
            choice("", ""),
        ];
        for (cols, rows) in [(0, 0), (1, 1), (2, 2), (3, 5), (40, 24), (200, 60)] {
            let size = Size { cols, rows };
            for unicode in [true, false] {
                let mut picker = Picker::new("node", &hostile, unicode);
                for _ in 0..3 {
                    let frame = picker.frame(size);
                    assert!(frame.lines.len() <= usize::from(rows).max(2), "{size:?}: {frame:?}");
                    for line in &frame.lines {
                        assert!(!line.contains(char::is_control), "{size:?}: {line:?}");
                        assert!(line.width() < usize::from(cols).max(2), "{size:?}: {line:?}");
                    }
                    picker.key(Key::Down, size);
                }
            }
        }
    }

    /// A keystroke must be answered before the next one comes, even unoptimised on a slow machine.
    #[test]
    fn thousands_of_lines_are_searched_in_no_time() {
        let many: Vec<Choice> =
            (0..10_000).map(|n| choice(&format!("web-{n}  i-0{n:016x}  10.0.0.1"), "x")).collect();
        let mut picker = Picker::new("node", &many, true);
        let start = std::time::Instant::now();
        press(&mut picker, "web-77 10");
        let each = start.elapsed() / 9;
        assert!(each < std::time::Duration::from_millis(500), "{each:?} for a keystroke");
        assert!((1..10_000).contains(&picker.found.len()), "{} are left", picker.found.len());
    }
}
