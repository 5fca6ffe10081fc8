//! Aliases in a line that is completed: their names stand among the commands, and what comes after one is completed as
//! if its words were typed. Where aliases come from is not known here.

use std::ffi::OsString;

use clap::{Arg, Command};

use crate::config::alias::{self, Alias};

/// The aliases that can be meant: a command that opsctl has wins over an alias of its name.
pub struct Aliases(Vec<Alias>);

impl Aliases {
    pub fn new(tree: &Command, aliases: &[Alias]) -> Self {
        let meant = aliases.iter().filter(|alias| !alias::is_command(&alias.name, tree));
        Aliases(meant.cloned().collect())
    }

    /// The tree with the names among its commands.
    pub fn offer(&self, tree: Command) -> Command {
        tree.subcommands(self.0.iter().map(|alias| {
            Command::new(alias.name.clone()).about(format!("alias of {}", alias.words.join(" ")))
        }))
    }

    /// The words with an alias at the place of a command replaced. The last word is being typed: no alias yet.
    pub fn expand(&self, command: &Command, words: Vec<OsString>) -> Vec<OsString> {
        let expanded = verb(command, &words).and_then(|at| alias::expand(&words, at, &self.0).ok().flatten());
        expanded.unwrap_or(words)
    }
}

/// Where the command stands: the first word after the program that is neither an option nor the value of one.
fn verb(command: &Command, words: &[OsString]) -> Option<usize> {
    let (_, before) = words.split_last()?;
    let mut words = before.iter().enumerate().skip(1);
    while let Some((at, word)) = words.next() {
        let word = word.to_str()?;
        if word == "--" {
            return None;
        }
        if !word.starts_with('-') {
            return Some(at);
        }
        if takes_next(command, word) {
            words.next();
        }
    }
    None
}

/// Is the word after this option its value?
pub fn takes_next(command: &Command, option: &str) -> bool {
    let takes_value = |arg: &Arg| arg.get_action().takes_values() && !arg.is_require_equals_set();
    if let Some(long) = option.strip_prefix("--") {
        return command.get_arguments().any(|arg| arg.get_long() == Some(long) && takes_value(arg));
    }
    let mut shorts = option.chars().skip(1);
    // What follows the first option with a value in the same word is that value.
    let valued = shorts
        .find(|short| command.get_arguments().any(|arg| arg.get_short() == Some(*short) && takes_value(arg)));
    valued.is_some() && shorts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;

    fn aliases() -> Vec<Alias> {
        let alias =
            |name: &str, words: &str| Alias::unplaced(name, words.split(' ').map(str::to_owned).collect());
        vec![
            alias("web", "ssm connect --reason web"),
            alias("w", "web"),
            alias("loop", "pool"),
            alias("pool", "loop"),
            alias("ssm", "whoami"),
        ]
    }

    fn expanded(line: &str) -> String {
        let aliases = aliases();
        let aliases = Aliases::new(&Cli::command(), &aliases);
        let mut command = aliases.offer(Cli::command());
        command.build();
        let words = aliases.expand(&command, line.split(' ').map(OsString::from).collect());
        words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_alias_is_expanded_where_a_command_stands() {
        for (line, expected) in [
            ("opsctl web x", "opsctl ssm connect --reason web x"),
            ("opsctl w x", "opsctl ssm connect --reason web x"),
            (
                "opsctl --profile web --sandbox web x",
                "opsctl --profile web --sandbox ssm connect --reason web x",
            ),
            ("opsctl -o json web x", "opsctl -o json ssm connect --reason web x"),
            ("opsctl -ojson --region=web web x", "opsctl -ojson --region=web ssm connect --reason web x"),
            ("opsctl -vq web x", "opsctl -vq ssm connect --reason web x"),
            ("opsctl web", "opsctl web"),
            ("opsctl whoami web x", "opsctl whoami web x"),
            ("opsctl -- web x", "opsctl -- web x"),
        ] {
            assert_eq!(expanded(line), expected, "{line}");
        }
        // It ends.
        expanded("opsctl loop x");
    }

    #[test]
    fn names_are_offered_unless_they_are_commands() {
        let aliases = aliases();
        let command = Aliases::new(&Cli::command(), &aliases).offer(Cli::command());
        let about = |name: &str| command.find_subcommand(name).unwrap().get_about().unwrap().to_string();
        assert_eq!(about("web"), "alias of ssm connect --reason web");
        assert_eq!(about("ssm"), "Sessions on nodes, through Session Manager");
    }
}
