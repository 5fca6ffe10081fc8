//! What opsctl says about itself, apart from the helps that clap draws: the texts of the topics, and pages made from the
//! command tree for manuals. It takes a built tree and gives texts; it must not parse a command line, call or print.

mod markdown;
mod page;
mod roff;
mod text;
mod topic;

use clap::Command;

use crate::cli::{Topic, built};
use crate::completion::Candidate;
use crate::config::names::commands;
use crate::error::{Error, Result};
use crate::output::nearest;

pub use markdown::reference;
pub use page::Page;
pub use topic::text as topic_text;

/// What somebody wants explained.
#[derive(Debug)]
pub enum Subject<'a> {
    /// With the words that lead to it.
    Command(Vec<&'a str>, &'a Command),
    Topic(Topic),
}

/// The command or the topic that is meant. A topic with a text of its own wins: the command of its name has a help, too.
pub fn find<'a>(root: &'a Command, words: &[String]) -> Result<Subject<'a>> {
    let topic = match words {
        [word] => Topic::called(word),
        _ => None,
    };
    if let Some(topic) = topic.filter(|topic| !topic.is_a_command()) {
        return Ok(Subject::Topic(topic));
    }
    let mut found = root;
    let mut path = Vec::new();
    for word in words {
        match found.find_subcommand(word) {
            Some(command) => found = command,
            None => return Err(unknown(found, word, path.is_empty()).into()),
        }
        path.push(found.get_name());
    }
    Ok(Subject::Command(path, found))
}

fn unknown(command: &Command, word: &str, first: bool) -> Error {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let topics: Vec<String> = if first { Topic::all().map(Topic::name).collect() } else { Vec::new() };
    let what = if first { "command or topic" } else { "command" };
    let error = Error::not_found(format!("{name} has no {what} {word}"));
    let known = command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name);
    match nearest(word, known.chain(topics.iter().map(String::as_str))) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("opsctl --help lists the commands and the topics"),
    }
}

/// What can be explained, for completion: the commands, and the topics that are none.
pub fn subjects() -> Vec<Candidate> {
    let root = built();
    let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let is_told = |name: &str| Topic::called(name).is_some_and(|topic| !topic.is_a_command());
    let commands = root.get_subcommands().filter(|it| !is_told(it.get_name()));
    let commands = commands.map(|it| Candidate::new(it.get_name()).described(about(it)));
    let topics = Topic::all().filter(|topic| !topic.is_a_command());
    commands.chain(topics.map(|topic| Candidate::new(topic.name()).described(topic.about()))).collect()
}

/// Every page: those of the commands, then those of the topics.
pub fn pages(root: &Command) -> Vec<Page> {
    let of_commands = commands(root).into_iter().map(|(path, command)| Page::of_command(&path, command));
    of_commands.chain(Topic::all().filter_map(|topic| Page::of_topic(topic, root))).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;
    use crate::error::{Kind, Report};

    #[test]
    fn words_lead_to_a_command_or_a_topic() {
        let mut root = Cli::command();
        root.build();
        let name = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            find(&root, &words).map(|subject| match subject {
                Subject::Command(path, _) => [&["opsctl"], path.as_slice()].concat().join(" "),
                Subject::Topic(topic) => format!("topic {}", topic.name()),
            })
        };
        for (words, expected) in [
            (&[][..], "opsctl"),
            (&["ssm", "connect"], "opsctl ssm connect"),
            (&["exit-codes"], "topic exit-codes"),
            (&["sandbox"], "opsctl sandbox"),
            (&["auth"], "topic auth"),
            (&["auth", "export"], "opsctl auth export"),
        ] {
            assert_eq!(name(words).unwrap(), expected, "{words:?}");
        }
        for (words, message, hint) in [
            (&["smm"][..], "opsctl has no command or topic smm", "did you mean ssm?"),
            (&["exit-code"], "opsctl has no command or topic exit-code", "did you mean exit-codes?"),
            (&["ssm", "conect"], "opsctl ssm has no command conect", "did you mean connect?"),
            (
                &["query", "x"],
                "opsctl has no command or topic query",
                "opsctl --help lists the commands and the topics",
            ),
            (
                &["zzzzzz"],
                "opsctl has no command or topic zzzzzz",
                "opsctl --help lists the commands and the topics",
            ),
        ] {
            let report = Report::new(&name(words).unwrap_err());
            assert_eq!((report.kind, report.message.as_str()), (Kind::NotFound, message), "{words:?}");
            if words != ["query", "x"] {
                assert_eq!(report.hints, [hint], "{words:?}");
            }
        }
    }
}
