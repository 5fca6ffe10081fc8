//! The form that helps and topics are written in, as it is seen on a terminal: paragraphs, and lists whose lines are
//! indented by two under a title. An item of a list is a term, two spaces or more and what it means, which may go on in
//! lines that are indented further; where no line has a meaning, the lines are examples and stay as they are.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(String),
    /// The title is empty where the list has none.
    List(String, List),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    Items(Vec<Item>),
    Lines(Vec<String>),
}

/// A term and its meaning.
pub type Item = (String, String);

/// The lines of examples are never taken for items.
pub const EXAMPLES: &str = "Examples";
pub const EXIT_CODES: &str = "Exit codes";

pub fn parse(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    lines.split(|line| line.trim().is_empty()).filter(|chunk| !chunk.is_empty()).map(block).collect()
}

fn block(chunk: &[&str]) -> Block {
    let (title, rest) = match chunk {
        [first, rest @ ..] if !rest.is_empty() && !first.starts_with(' ') && first.ends_with(':') => {
            (first.trim_end_matches(':'), rest)
        }
        all => ("", all),
    };
    if rest.iter().all(|line| line.starts_with("  ")) {
        return Block::List(title.to_owned(), list(title, rest));
    }
    Block::Paragraph(chunk.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
}

fn list(title: &str, lines: &[&str]) -> List {
    let lines: Vec<&str> = lines.iter().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
    let mut items: Vec<Item> = Vec::new();
    for line in &lines {
        match (line.strip_prefix("  "), items.last_mut()) {
            (Some(more), Some((_, meaning))) => {
                if !meaning.is_empty() {
                    meaning.push(' ');
                }
                meaning.push_str(more.trim());
            }
            _ => {
                let (term, meaning) = line.trim().split_once("  ").unwrap_or((line.trim(), ""));
                items.push((term.to_owned(), meaning.trim().to_owned()));
            }
        }
    }
    if title == EXAMPLES || items.iter().all(|(_, meaning)| meaning.is_empty()) {
        return List::Lines(lines.into_iter().map(str::to_owned).collect());
    }
    List::Items(items)
}

const WIDTH: usize = 80;
/// Terms longer than this have their meaning on the next line.
const LONGEST_TERM: usize = 32;

/// The text as it is seen: a paragraph is one line, for whoever shows it to break.
pub fn render(blocks: &[Block]) -> String {
    let show = |block: &Block| match block {
        Block::Paragraph(text) => format!("{text}\n"),
        Block::List(title, list) => {
            let title = if title.is_empty() { String::new() } else { format!("{title}:\n") };
            title
                + &match list {
                    List::Items(items) => write(items),
                    List::Lines(lines) => lines.iter().map(|line| format!("  {line}\n")).collect(),
                }
        }
    };
    blocks.iter().map(show).collect::<Vec<_>>().join("\n")
}

/// The lines of a list as they are seen, and as [`parse`] reads them.
pub fn write(items: &[Item]) -> String {
    let lengths = items.iter().map(|(term, _)| term.chars().count());
    let column = lengths.filter(|length| *length <= LONGEST_TERM).max().unwrap_or(2);
    let mut text = String::new();
    for (term, meaning) in items {
        text.push_str(&format!("  {term:column$}"));
        let mut at = 2 + term.chars().count().max(column);
        let mut due = 2;
        if at > 2 + column && !meaning.is_empty() {
            text.push('\n');
            (at, due) = (0, column + 4);
        }
        for word in meaning.split_whitespace() {
            if at + due + word.chars().count() > WIDTH && due == 1 {
                text.push('\n');
                (at, due) = (0, column + 4);
            }
            text.push_str(&format!("{:due$}{word}", ""));
            at += due + word.chars().count();
            due = 1;
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(items: &[(&str, &str)]) -> Vec<Item> {
        items.iter().map(|(term, meaning)| ((*term).to_owned(), (*meaning).to_owned())).collect()
    }

    #[test]
    fn paragraphs_examples_and_items_are_told_apart() {
        let text = "One\nparagraph: still it.\n\nExamples:\n  opsctl a  b\n  opsctl c\n\nCodes:\n  0  done\n  255  \
                    failed,\n       badly\n\n  plain lines\n  stay\n";
        let expected = [
            Block::Paragraph("One paragraph: still it.".into()),
            Block::List(EXAMPLES.into(), List::Lines(vec!["opsctl a  b".into(), "opsctl c".into()])),
            Block::List("Codes".into(), List::Items(items(&[("0", "done"), ("255", "failed, badly")]))),
            Block::List(String::new(), List::Lines(vec!["plain lines".into(), "stay".into()])),
        ];
        assert_eq!(parse(text), expected);
        assert_eq!(parse(""), []);
        assert_eq!(parse("Ends with a colon:"), [Block::Paragraph("Ends with a colon:".into())]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "A\nb.\n\nX:\n  a b  c\n\n  line\n";
        assert_eq!(render(&parse(text)), text.replacen('\n', " ", 1));
        let long = "word ".repeat(40);
        let all =
            items(&[("a", "short"), ("OPSCTL_A_VERY_LONG_NAME_INDEED", long.trim()), ("bc", long.trim())]);
        let text = write(&all);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(parse(&text), [Block::List(String::new(), List::Items(all))]);
    }
}
