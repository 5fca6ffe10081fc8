//! `opsctl ssm help connect` is `opsctl help ssm connect`: the word `help` works in every group of commands, whose enum
//! need not know it.

use clap::{Arg, ArgAction, ArgMatches, Command};

const HELP: &str = "help";
const WORDS: &str = "words";

/// Gives every group below `root` the word, unlisted.
pub fn with_help_in_groups(root: Command) -> Command {
    root.mut_subcommands(|sub| {
        if !sub.has_subcommands() {
            return sub;
        }
        let words = Arg::new(WORDS).action(ArgAction::Append).value_name("COMMAND").help("The command");
        let help = Command::new(HELP).hide(true).about("Explain a command of this group").arg(words);
        with_help_in_groups(sub).subcommand(help)
    })
}

/// The words to explain, if a group was asked for help.
pub fn asked_in_a_group(matches: &ArgMatches) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut at = matches;
    while let Some((name, below)) = at.subcommand() {
        if name == HELP && !path.is_empty() {
            path.extend(below.get_many::<String>(WORDS).into_iter().flatten().cloned());
            return Some(path);
        }
        path.push(name.to_owned());
        at = below;
    }
    None
}
