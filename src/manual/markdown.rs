//! The whole reference as one Markdown document. Options of every command are told once, with `opsctl` itself.

use std::fmt::Write as _;

use super::page::{Entry, Page};
use super::text::{Block, Item, List};

/// All `pages` in one document.
pub fn reference(pages: &[Page]) -> String {
    let mut text = String::from(
        "# Commands and topics\n\nMade by the program itself: `opsctl man --markdown > docs/commands.md`.\n",
    );
    for page in pages {
        write_page(&mut text, page);
    }
    text
}

// Writing into a string cannot fail.
fn write_page(text: &mut String, page: &Page) {
    let title = match page.synopsis {
        Some(_) => page.title.clone(),
        None => page.title.replacen("opsctl", "Topic", 1),
    };
    let _ = write!(text, "\n## {title}\n\n{}.\n", escape(&page.about));
    if let Some(synopsis) = &page.synopsis {
        let _ = write!(text, "\n    {synopsis}\n");
    }
    for block in &page.text {
        match block {
            Block::Paragraph(paragraph) => {
                let _ = write!(text, "\n{}\n", escape(paragraph));
            }
            Block::List(title, list) => {
                if !title.is_empty() {
                    let _ = write!(text, "\n**{}**\n", escape(title));
                }
                write_list(text, list);
            }
        }
    }
    if !page.commands.is_empty() {
        let _ = write!(text, "\n**Commands**\n");
        write_items(text, &page.commands);
    }
    let at_root = page.title == "opsctl";
    let own = |entry: &&Entry| at_root || !entry.global;
    if !page.arguments.is_empty() {
        let _ = write!(text, "\n**Arguments**\n\n");
        page.arguments.iter().for_each(|entry| write_entry(text, entry));
    }
    for (heading, entries) in &page.options {
        let mut entries = entries.iter().filter(own).peekable();
        if entries.peek().is_some() {
            let _ = write!(text, "\n**Options: {}**\n\n", escape(heading));
            entries.for_each(|entry| write_entry(text, entry));
        }
    }
}

fn write_list(text: &mut String, list: &List) {
    match list {
        List::Items(items) => write_items(text, items),
        List::Lines(lines) => {
            text.push('\n');
            for line in lines {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
}

fn write_items(text: &mut String, items: &[Item]) {
    text.push('\n');
    for (term, meaning) in items {
        let _ = writeln!(text, "- {}: {}", code(term), escape(meaning));
    }
}

fn write_entry(text: &mut String, entry: &Entry) {
    let _ = write!(text, "- {}: {}", code(&entry.term), escape(&entry.help));
    let mut notes = Vec::new();
    if !entry.values.is_empty() {
        let names: Vec<String> = entry.values.iter().map(|(name, _)| code(name)).collect();
        notes.push(format!("one of {}", names.join(", ")));
    }
    notes.extend(entry.default.iter().map(|default| format!("default {}", code(default))));
    notes.extend(entry.variable.iter().map(|variable| code(variable)));
    if !notes.is_empty() {
        let _ = write!(text, " ({})", notes.join("; "));
    }
    text.push('\n');
}

/// Code of which a backtick may be part.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Characters that Markdown would read; what is in backticks stays as it is.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut in_code = false;
    for character in text.chars() {
        in_code ^= character == '`';
        if !in_code && matches!(character, '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_code_is_not() {
        assert_eq!(escape("a_b `c_d` <e> *f*"), "a\\_b `c_d` \\<e\\> \\*f\\*");
        assert_eq!((code("a").as_str(), code("a`b").as_str()), ("`a`", "`` a`b ``"));
    }
}
