//! Drawings: lines whose pieces have a meaning each, in colour where it is wanted. Their text is harmless already, and
//! fits the width it was made for.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Look};
use opsctl_engine::asl::graph::{Line, Style};

/// The lines as a text. Colour says nothing that is not there without it.
pub fn painted(lines: &[Line], color: bool) -> String {
    let mut text = String::new();
    for line in lines {
        for span in line {
            let look = if color { look(span.style) } else { Look::new() };
            _ = write!(text, "{look}{}{look:#}", span.text);
        }
        text.push('\n');
    }
    text
}

fn look(style: Style) -> Look {
    match style {
        Style::Plain => Look::new(),
        Style::Faint => Look::new().effects(Effects::DIMMED),
        Style::Running => AnsiColor::Cyan.on_default(),
        Style::Succeeded | Style::Added => AnsiColor::Green.on_default(),
        Style::Caught | Style::Changed => AnsiColor::Yellow.on_default(),
        Style::Catch | Style::Failed | Style::Removed => AnsiColor::Red.on_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsctl_engine::asl::graph::Span;

    #[test]
    fn pieces_have_the_colour_of_their_meaning() {
        let span = |text: &str, style| Span { text: text.to_owned(), style };
        let lines = [vec![span("a ", Style::Plain), span("b", Style::Failed)], Vec::new()];
        assert_eq!(painted(&lines, true), "a \u{1b}[31mb\u{1b}[0m\n\n");
        assert_eq!(painted(&lines, false), "a b\n\n");
    }
}
