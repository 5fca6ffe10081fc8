//! A page of a manual: what a built command or a topic says, taken apart for whoever renders it.

use std::collections::BTreeMap;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use super::text::{Block, Item, parse};
use super::topic;
use crate::cli::Topic;
use crate::config::names::{own_variables, variable, with_variable};

#[derive(Debug)]
pub struct Page {
    /// `opsctl ssm connect`.
    pub title: String,
    /// Of the manual: 1 for commands, 7 for topics.
    pub section: u8,
    pub about: String,
    /// How it is typed; none for a topic.
    pub synopsis: Option<String>,
    pub text: Vec<Block>,
    pub commands: Vec<Item>,
    pub arguments: Vec<Entry>,
    /// By heading.
    pub options: Vec<(String, Vec<Entry>)>,
    /// The variables of its own options, and the options.
    pub variables: Vec<Item>,
    /// Titles and sections of other pages.
    pub see_also: Vec<(String, u8)>,
}

/// An option or an argument.
#[derive(Debug)]
pub struct Entry {
    /// `-o, --output <FORMAT>`.
    pub term: String,
    pub help: String,
    pub values: Vec<Item>,
    pub default: Option<String>,
    pub variable: Option<String>,
    /// An option of every command.
    pub global: bool,
}

impl Page {
    /// Of `command`, which the words of `path` lead to.
    pub fn of_command(path: &[&str], command: &Command) -> Self {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let long = command.get_long_about().map(ToString::to_string).unwrap_or_default();
        let visible = || command.get_arguments().filter(|arg| !arg.is_hide_set());
        let usage = command.clone().render_usage().to_string();
        let subs = || command.get_subcommands().filter(|sub| !sub.is_hide_set());
        let title = |words: &[&str]| [&["opsctl"], words].concat().join(" ");
        let parent = path.split_last().map(|(_, above)| (title(above), 1));
        let below = subs().map(|sub| (title(&[path, &[sub.get_name()]].concat()), 1));
        let topics = [Topic::Environment, Topic::ExitCodes].map(Page::name_of_topic);
        let more = Topic::all().filter(|_| path.is_empty()).map(Page::name_of_topic);
        let mut see_also: Vec<(String, u8)> = parent.into_iter().chain(below).collect();
        for topic in topics.into_iter().chain(more) {
            if !see_also.contains(&topic) {
                see_also.push(topic);
            }
        }
        Page {
            title: title(path),
            section: 1,
            text: parse(long.strip_prefix(about.as_str()).unwrap_or(&long)),
            about,
            synopsis: Some(usage.trim_start_matches("Usage:").trim().to_owned()),
            commands: subs()
                .map(|sub| {
                    let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
                    (sub.get_name().to_owned(), about)
                })
                .collect(),
            arguments: visible().filter(|arg| arg.is_positional()).map(|arg| Entry::new(path, arg)).collect(),
            options: by_heading(visible().filter(|arg| !arg.is_positional()), path),
            variables: own_variables(path, command)
                .map(|(variable, option, _)| (variable, format!("Stands for --{option}.")))
                .collect(),
            see_also,
        }
    }

    /// `None` if a command tells it.
    pub fn of_topic(topic: Topic, root: &Command) -> Option<Self> {
        let text = topic::text(topic, root)?;
        let (_, text) = text.split_once("\n\n")?;
        let (title, section) = Page::name_of_topic(topic);
        let others = Topic::all().filter(|other| *other != topic).map(Page::name_of_topic);
        Some(Page {
            title,
            section,
            about: topic.about(),
            synopsis: None,
            text: parse(text),
            commands: Vec::new(),
            arguments: Vec::new(),
            options: Vec::new(),
            variables: Vec::new(),
            see_also: [("opsctl".to_owned(), 1)].into_iter().chain(others).collect(),
        })
    }

    fn name_of_topic(topic: Topic) -> (String, u8) {
        let title = format!("opsctl {}", topic.name());
        (title, if topic.is_a_command() { 1 } else { 7 })
    }

    /// The name of the page, and of its file without the section.
    pub fn name(&self) -> String {
        self.title.replace(' ', "-")
    }
}

fn by_heading<'a>(args: impl Iterator<Item = &'a Arg>, path: &[&str]) -> Vec<(String, Vec<Entry>)> {
    let mut headings: Vec<(String, Vec<Entry>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for arg in args {
        let heading = arg.get_help_heading().unwrap_or("Options").to_owned();
        let place = *places.entry(heading.clone()).or_insert_with(|| {
            headings.push((heading, Vec::new()));
            headings.len() - 1
        });
        if let Some((_, entries)) = headings.get_mut(place) {
            entries.push(Entry::new(path, arg));
        }
    }
    headings
}

impl Entry {
    fn new(path: &[&str], arg: &Arg) -> Self {
        let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
        let path = if arg.is_global_set() { &[] } else { path };
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
        let takes_values = !matches!(
            arg.get_action(),
            ArgAction::SetTrue
                | ArgAction::SetFalse
                | ArgAction::Count
                | ArgAction::Help
                | ArgAction::Version
        );
        let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let default = (takes_values && !arg.is_hide_default_value_set()).then(|| default.join(" "));
        Entry {
            term: format!("{short}{arg}"),
            help: help.split_whitespace().collect::<Vec<_>>().join(" "),
            values: arg.get_possible_values().iter().filter(|_| takes_values).map(value).collect(),
            default: default.filter(|default| !default.is_empty()),
            variable: with_variable(arg)
                .filter(|_| !arg.is_positional())
                .map(|option| variable(path, option)),
            global: arg.is_global_set(),
        }
    }
}

fn value(value: &PossibleValue) -> Item {
    (value.get_name().to_owned(), value.get_help().map(ToString::to_string).unwrap_or_default())
}
