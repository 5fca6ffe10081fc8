//! Pages for `man`, in the macros of man(7). Reproducible: no date. Examples are never refilled.

use super::page::{Entry, Page};
use super::text::{Block, EXAMPLES, EXIT_CODES, Item, List};

impl Page {
    pub fn roff(&self) -> String {
        let mut page = Roff::default();
        page.control(&format!(
            "TH {} {} \"\" \"opsctl {}\" \"opsctl manual\"",
            escape(&self.name().to_uppercase()),
            self.section,
            env!("CARGO_PKG_VERSION")
        ));
        // A name that has been hyphenated is another name, and lines of long names cannot be stretched.
        page.control("nh");
        page.control("ad l");
        page.section("NAME");
        page.line(&format!("{} \\- {}", escape(&self.name()), escape(&self.about)));
        if let Some(synopsis) = &self.synopsis {
            page.section("SYNOPSIS");
            let arguments = synopsis.strip_prefix(&self.title).unwrap_or(synopsis);
            page.line(&format!("\\fB{}\\fR{}", escape(&self.title), escape(arguments)));
        }
        page.section("DESCRIPTION");
        let (mut prose, mut lists) = (false, Vec::new());
        for block in &self.text {
            match block {
                Block::List(title, list) if !title.is_empty() && self.section == 1 => {
                    lists.push((title, list))
                }
                Block::Paragraph(text) => {
                    if prose {
                        page.control("PP");
                    }
                    prose = true;
                    page.line(&escape(text));
                }
                Block::List(title, list) => {
                    if !title.is_empty() {
                        page.control(&format!("SS {}", escape(title)));
                    }
                    page.list(list);
                    prose = true;
                }
            }
        }
        if !prose {
            page.line(&format!("{}.", escape(&self.about)));
        }
        let (told, others): (Vec<_>, Vec<_>) = lists.into_iter().partition(|(title, _)| is_usual(title));
        for (title, list) in others {
            page.titled(&title.to_uppercase(), list);
        }
        if !self.commands.is_empty() {
            page.section("COMMANDS");
            page.items(&self.commands);
        }
        if !self.arguments.is_empty() {
            page.section("ARGUMENTS");
            self.arguments.iter().for_each(|entry| page.entry(entry));
        }
        if !self.options.is_empty() {
            page.section("OPTIONS");
        }
        for (heading, entries) in &self.options {
            page.control(&format!("SS {}", escape(heading)));
            entries.iter().for_each(|entry| page.entry(entry));
        }
        for (title, list) in told {
            page.titled(if title == EXIT_CODES { "EXIT STATUS" } else { title }, list);
        }
        if !self.variables.is_empty() {
            page.section("ENVIRONMENT");
            page.items(&self.variables);
        }
        page.section("SEE ALSO");
        let others = self
            .see_also
            .iter()
            .map(|(title, section)| format!("\\fB{}\\fR({section})", escape(&title.replace(' ', "-"))));
        page.line(&others.collect::<Vec<_>>().join(",\n"));
        page.0
    }
}

/// Lists that manuals have after the options.
fn is_usual(title: &str) -> bool {
    [EXAMPLES, EXIT_CODES, "IAM"].contains(&title)
}

#[derive(Default)]
struct Roff(String);

impl Roff {
    fn control(&mut self, request: &str) {
        self.0.push_str(&format!(".{request}\n"));
    }

    /// Escaped text; a line of it must not pass for a request.
    fn line(&mut self, text: &str) {
        for line in text.lines() {
            let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
            self.0.push_str(&format!("{guard}{line}\n"));
        }
    }

    fn section(&mut self, title: &str) {
        self.control(&format!("SH {}", escape(title)));
    }

    fn titled(&mut self, title: &str, list: &List) {
        self.section(&title.to_uppercase());
        self.list(list);
    }

    fn list(&mut self, list: &List) {
        match list {
            List::Items(items) => self.items(items),
            List::Lines(lines) => {
                self.control("PP");
                self.control("RS 4");
                self.control("nf");
                lines.iter().for_each(|line| self.line(&escape(line)));
                self.control("fi");
                self.control("RE");
            }
        }
    }

    fn items(&mut self, items: &[Item]) {
        for (term, meaning) in items {
            self.control("TP");
            self.line(&format!("\\fB{}\\fR", name(term)));
            self.line(&escape(meaning));
        }
    }

    fn entry(&mut self, entry: &Entry) {
        self.control("TP");
        self.line(&format!("\\fB{}\\fR", escape(&entry.term)));
        let explained = entry.values.iter().any(|(_, meaning)| !meaning.is_empty());
        self.line(&escape(&sentence(&entry.help)));
        if explained {
            self.control("RS");
            self.items(&entry.values);
            self.control("RE");
        } else if !entry.values.is_empty() {
            let names: Vec<&str> = entry.values.iter().map(|(name, _)| name.as_str()).collect();
            self.line(&escape(&format!("One of {}.", names.join(", "))));
        }
        for (label, value) in [("Default", &entry.default), ("Variable", &entry.variable)] {
            if let Some(value) = value {
                // Behind a list of values the text of the entry goes on as a paragraph of its own.
                self.control(if explained { "IP" } else { "br" });
                self.line(&format!("{label}: \\fB{}\\fR", name(value)));
            }
        }
    }
}

fn sentence(help: &str) -> String {
    if help.ends_with('.') { help.to_owned() } else { format!("{help}.") }
}

/// What is longer than a line is broken behind an underscore.
fn name(text: &str) -> String {
    escape(text).replace('_', "_\\:")
}

/// Characters that troff would read or change.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '"' => escaped.push_str("\\(dq"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut page = Roff::default();
        page.line(&escape(".TH is 'no' request\\n"));
        page.line(&escape("a-b ~ `c` ^ \"d\""));
        assert_eq!(page.0, "\\&.TH is \\(aqno\\(aq request\\en\na\\-b \\(ti \\(gac\\(ga \\(ha \\(dqd\\(dq\n");
    }

    #[test]
    fn a_long_name_has_places_to_break_it() {
        assert_eq!(name("OPSCTL_LOG-FILE"), "OPSCTL_\\:LOG\\-FILE");
    }

    #[test]
    fn examples_are_not_filled() {
        let mut page = Roff::default();
        page.list(&List::Lines(vec!["opsctl a  b".into(), ".c".into()]));
        assert_eq!(page.0, ".PP\n.RS 4\n.nf\nopsctl a  b\n\\&.c\n.fi\n.RE\n");
    }
}
