//! A list to choose one line from by typing a part of it. On stderr, so that stdout stays the answer's; the
//! terminal is whole again on every way out.

use std::io::Write;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, event, queue, terminal as screen};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::RawMode;
use crate::error::{Error, Result};
use crate::output::{Reporter, escape};

/// Lines shown at once.
const LINES: usize = 10;

/// The index of the chosen line; `None` when the choice was given up.
pub async fn pick(what: &str, lines: &[String], reporter: &Reporter) -> Result<Option<usize>> {
    let lines: Vec<String> = lines.iter().map(|line| escape(line).into_owned()).collect();
    let what = what.to_owned();
    let mut screen = std::io::BufWriter::new(reporter.log());
    let picked = tokio::task::spawn_blocking(move || choose(&what, &lines, &mut screen)).await;
    match picked {
        Ok(picked) => picked.map_err(|error| Error::failed("cannot use the terminal").because(error).into()),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Ok(None),
    }
}

fn choose(what: &str, lines: &[String], out: &mut impl Write) -> std::io::Result<Option<usize>> {
    let _raw = RawMode::enter()?;
    let mut choice = Choice::new(lines);
    let picked = loop {
        choice.draw(what, screen::size().unwrap_or((80, 24)), out)?;
        let Event::Key(key) = event::read()? else { continue };
        match choice.key(key) {
            Step::Stay => {}
            Step::Take(index) => break Some(index),
            Step::GiveUp => break None,
        }
    };
    choice.clear(out)?;
    Ok(picked)
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Stay,
    Take(usize),
    GiveUp,
}

struct Choice<'a> {
    lines: &'a [String],
    typed: String,
    /// Indices of the lines that match, the best first.
    found: Vec<usize>,
    cursor: usize,
    matcher: Matcher,
    drawn: u16,
}

impl<'a> Choice<'a> {
    fn new(lines: &'a [String]) -> Self {
        Choice {
            lines,
            typed: String::new(),
            found: (0..lines.len()).collect(),
            cursor: 0,
            matcher: Matcher::new(Config::DEFAULT),
            drawn: 0,
        }
    }

    fn key(&mut self, key: KeyEvent) -> Step {
        if key.kind == KeyEventKind::Release {
            return Step::Stay;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => {
                return self.found.get(self.cursor).map_or(Step::Stay, |index| Step::Take(*index));
            }
            KeyCode::Esc => return Step::GiveUp,
            KeyCode::Char('c' | 'd') if control => return Step::GiveUp,
            KeyCode::Up => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Char('p') if control => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Down => self.down(),
            KeyCode::Char('n') if control => self.down(),
            KeyCode::Char('u') if control => self.retype(String::new()),
            KeyCode::Char(character) if !control => self.retype(format!("{}{character}", self.typed)),
            KeyCode::Backspace => {
                let mut typed = self.typed.clone();
                typed.pop();
                self.retype(typed);
            }
            _ => {}
        }
        Step::Stay
    }

    fn down(&mut self) {
        self.cursor = (self.cursor + 1).min(self.found.len().saturating_sub(1));
    }

    fn retype(&mut self, typed: String) {
        self.typed = typed;
        self.cursor = 0;
        let pattern = Pattern::parse(&self.typed, CaseMatching::Smart, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = (self.lines.iter().enumerate())
            .filter_map(|(index, line)| {
                let haystack = nucleo_matcher::Utf32Str::new(line, &mut buffer);
                Some((pattern.score(haystack, &mut self.matcher)?, index))
            })
            .collect();
        scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.found = scored.into_iter().map(|(_, index)| index).collect();
    }

    fn draw(&mut self, what: &str, (columns, rows): (u16, u16), out: &mut impl Write) -> std::io::Result<()> {
        self.clear(out)?;
        let width = usize::from(columns).max(1);
        let room = LINES.min(usize::from(rows).saturating_sub(2)).max(1);
        let first = self.cursor.saturating_sub(room - 1);
        let prompt = format!("{what} ({}/{}) > {}", self.found.len(), self.lines.len(), self.typed);
        write!(out, "{}", fit(&prompt, width.saturating_sub(1)))?;
        let shown: Vec<usize> = self.found.iter().copied().skip(first).take(room).collect();
        for (row, index) in shown.iter().enumerate() {
            let mark = if first + row == self.cursor { "> " } else { "  " };
            let line = self.lines.get(*index).map_or("", String::as_str);
            write!(out, "\r\n{}", fit(&format!("{mark}{line}"), width.saturating_sub(1)))?;
        }
        let below = u16::try_from(shown.len()).unwrap_or(0);
        if below > 0 {
            queue!(out, cursor::MoveUp(below))?;
        }
        let column = fit(&prompt, width.saturating_sub(1)).width();
        queue!(out, cursor::MoveToColumn(u16::try_from(column).unwrap_or(0)))?;
        self.drawn = below;
        out.flush()
    }

    fn clear(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        queue!(out, cursor::MoveToColumn(0), screen::Clear(screen::ClearType::FromCursorDown))?;
        self.drawn = 0;
        out.flush()
    }
}

/// As much of `text` as has room.
fn fit(text: &str, width: usize) -> String {
    let mut used = 0;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= width
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<String> {
        ["web-1  i-0aaa", "web-2  i-0bbb", "db-1  i-0ccc"].map(str::to_owned).to_vec()
    }

    fn press(choice: &mut Choice<'_>, text: &str) {
        for character in text.chars() {
            assert_eq!(choice.key(KeyCode::Char(character).into()), Step::Stay);
        }
    }

    #[test]
    fn typing_narrows_and_enter_takes() {
        let lines = lines();
        let mut choice = Choice::new(&lines);
        press(&mut choice, "w2");
        assert_eq!(choice.key(KeyCode::Enter.into()), Step::Take(1));
    }

    #[test]
    fn the_cursor_stays_in_the_list() {
        let lines = lines();
        let mut choice = Choice::new(&lines);
        for _ in 0..9 {
            choice.key(KeyCode::Down.into());
        }
        assert_eq!(choice.key(KeyCode::Enter.into()), Step::Take(2));
        press(&mut choice, "no such node");
        assert_eq!(choice.key(KeyCode::Enter.into()), Step::Stay);
        choice.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(choice.key(KeyCode::Enter.into()), Step::Take(0));
    }

    #[test]
    fn escape_and_control_c_give_up() {
        let lines = lines();
        let mut choice = Choice::new(&lines);
        assert_eq!(choice.key(KeyCode::Esc.into()), Step::GiveUp);
        assert_eq!(choice.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Step::GiveUp);
    }

    #[test]
    fn every_width_is_drawn_without_a_panic() {
        let lines = lines();
        for columns in [0, 1, 2, 40, 200] {
            for rows in [0, 1, 2, 24] {
                let mut out = Vec::new();
                Choice::new(&lines).draw("node", (columns, rows), &mut out).unwrap();
                assert!(!out.is_empty());
            }
        }
        assert_eq!(fit("日本語", 4), "日本");
    }
}
