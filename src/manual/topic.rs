//! The texts of the topics. What the program knows itself (exit codes, variables, formats) is filled in from it.

use std::fmt::Write as _;

use clap::{Command, ValueEnum};

use super::text::{Item, parse, render, write};
use crate::cli::Topic;
use crate::config::names::{commands, own_variables};
use crate::error::exit_codes;
use crate::output::Format;

const fn source(topic: Topic) -> &'static str {
    match topic {
        Topic::Environment => include_str!("topics/environment.txt"),
        Topic::ExitCodes => include_str!("topics/exit-codes.txt"),
        Topic::Output => include_str!("topics/output.txt"),
        Topic::Auth => include_str!("topics/auth.txt"),
        Topic::Query => include_str!("topics/query.txt"),
        Topic::Sandbox => "",
    }
}

/// The topic below its title, as it is shown; `None` if a command tells it.
pub fn text(topic: Topic, root: &Command) -> Option<String> {
    if topic.is_a_command() {
        return None;
    }
    let mut text = String::new();
    for line in source(topic).lines() {
        match line {
            "{exit-codes}" => text.push_str(&write(&codes())),
            "{formats}" => text.push_str(&write(&formats())),
            "{variables}" => text.push_str(&variables(root)),
            line => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    Some(format!("{}\n\n{}", topic.about(), render(&parse(&text))))
}

fn codes() -> Vec<Item> {
    exit_codes().map(|(code, meaning)| (code.to_string(), meaning.to_owned())).collect()
}

fn formats() -> Vec<Item> {
    let values = Format::value_variants().iter().filter_map(Format::to_possible_value);
    let meaning = |help: Option<&clap::builder::StyledStr>| help.map(ToString::to_string).unwrap_or_default();
    values.map(|value| (value.get_name().to_owned(), meaning(value.get_help()))).collect()
}

/// The options with their variables, those of the whole tool first.
fn variables(root: &Command) -> String {
    let mut text = String::new();
    for (path, command) in commands(root) {
        let help = |arg: &clap::Arg| arg.get_help().map(ToString::to_string).unwrap_or_default();
        let items: Vec<Item> =
            own_variables(&path, command).map(|(variable, _, arg)| (variable, help(arg))).collect();
        if items.is_empty() {
            continue;
        }
        let title =
            if path.is_empty() { "every command".to_owned() } else { format!("opsctl {}", path.join(" ")) };
        let _ = writeln!(
            text,
            "{}Options of {title}:\n{}",
            if text.is_empty() { "" } else { "\n" },
            write(&items).trim_end()
        );
    }
    text
}
