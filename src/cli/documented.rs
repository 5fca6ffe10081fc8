//! What a help says besides the tree: the variable of every option, paragraphs as wide as the terminal, and the overview
//! of opsctl itself with the topics. Added when a help is shown, never before a verb runs.

use clap::Command;
use clap::builder::{Resettable, StyledStr};

use super::topic::Topic;
use crate::config::names::{variable, with_variable};

/// The widest a help is shown.
pub const WIDTH: usize = 100;

/// `root`, not built yet, as its helps are shown.
pub fn documented(root: Command) -> Command {
    with_path(root, &[])
}

fn with_path(command: Command, path: &[&str]) -> Command {
    let long = command.get_long_about().map(|text| StyledStr::from(flowing(&text.to_string())));
    let command = command.long_about(Resettable::from(long)).mut_args(|arg| match with_variable(&arg) {
        Some(option) => {
            let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
            let help = format!("{help}\n[env: {}]", variable(path, option));
            arg.long_help(help)
        }
        None => arg,
    });
    command.mut_subcommands(|sub| {
        let name = sub.get_name().to_owned();
        with_path(sub, &[path, &[name.as_str()]].concat())
    })
}

/// The lines of a paragraph joined, for clap to break; indented lines and their titles stay.
fn flowing(text: &str) -> String {
    let paragraph = |chunk: &str| match chunk.lines().any(|line| line.starts_with(' ')) {
        true => chunk.to_owned(),
        false => chunk.lines().collect::<Vec<_>>().join(" "),
    };
    text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n")
}

/// Gives opsctl itself a help of its own: where to start, the commands, the usual options, the topics. The other options are
/// in the help of every command.
pub fn with_overview(root: Command) -> Command {
    let about = root.get_long_about().cloned().unwrap_or_default();
    let overview = root.clone().about(about).after_help(topics()).render_help();
    root.override_help(overview)
}

fn topics() -> String {
    let width = Topic::all().map(|topic| topic.name().len()).max().unwrap_or(0);
    let lines = Topic::all().map(|topic| format!("  {:width$}  {}\n", topic.name(), topic.about()));
    format!(
        "Topics:\n{}\n`opsctl help TOPIC` explains a topic, `opsctl help COMMAND` a command: with examples, all \
         options, exit codes and IAM actions.",
        lines.collect::<String>()
    )
}

/// A text without options, broken as a help is.
pub fn shown(text: String) -> StyledStr {
    Command::new("opsctl").max_term_width(WIDTH).about(text).help_template("{about}").render_help()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn paragraphs_flow_and_examples_do_not() {
        let text = "Title\n\nOne\ntwo.\n\nExamples:\n  a\n  b\n\nThree";
        assert_eq!(flowing(text), "Title\n\nOne two.\n\nExamples:\n  a\n  b\n\nThree");
    }

    #[test]
    fn every_option_tells_its_variable() {
        let root = documented(Cli::command());
        let long = |command: &Command, option: &str| {
            let arg = command.get_arguments().find(|arg| arg.get_long() == Some(option)).unwrap();
            arg.get_long_help().map(ToString::to_string)
        };
        assert!(long(&root, "output").unwrap().ends_with("\n[env: OPSCTL_OUTPUT]"));
        let list = root.find_subcommand("ssm").and_then(|ssm| ssm.find_subcommand("list")).unwrap();
        assert!(long(list, "limit").unwrap().ends_with("\n[env: OPSCTL_SSM_LIST_LIMIT]"));
        assert_eq!(long(&root, "help"), None);
    }
}
