//! One rule for the names of an option: `--start-timeout` of `ssm connect` is `OPSCTL_SSM_CONNECT_START_TIMEOUT` in the
//! environment and `start-timeout` in the table `[ssm.connect]` of the config file; an option of the whole tool has no
//! words of a command before it.

use clap::{Arg, ArgAction, Command};

/// Chosen for one run only: in a file, another AWS to go to or an answer to questions that nobody has asked yet
/// would surprise.
const NEVER_IN_FILES: [&str; 2] = ["sandbox", "yes"];
/// Read before anything else is.
const CONFIG: &str = "config";

/// The environment variable of an option.
pub fn variable(path: &[&str], option: &str) -> String {
    let words = path.iter().copied().chain([option]);
    words.fold("OPSCTL".to_owned(), |name, word| name + "_" + &word.replace('-', "_").to_uppercase())
}

/// How an option is named in the config file, with its table.
pub fn key(path: &[&str], option: &str) -> String {
    path.iter().copied().chain([option]).collect::<Vec<_>>().join(".")
}

/// What an option is called, if it has a variable.
pub fn with_variable(arg: &Arg) -> Option<&str> {
    let switches = matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    );
    arg.get_long().filter(|_| !switches)
}

/// What an option is called, if a layer fills it.
pub fn settable(arg: &Arg) -> Option<&str> {
    with_variable(arg).filter(|_| !(arg.is_global_set() && arg.get_id() == CONFIG))
}

/// The same, for the config file.
pub fn settable_in_files(arg: &Arg) -> Option<&str> {
    settable(arg).filter(|name| !(arg.is_global_set() && NEVER_IN_FILES.contains(name)))
}

/// The command that the words lead to.
pub fn command<'a>(root: &'a Command, path: &[impl AsRef<str>]) -> Option<&'a Command> {
    path.iter().try_fold(root, |command, word| command.find_subcommand(word.as_ref()))
}

/// Every command of the tree with its words, the root first. The tree must be built.
pub fn commands(root: &Command) -> Vec<(Vec<&str>, &Command)> {
    let mut found = vec![(Vec::new(), root)];
    let mut next = 0;
    while let Some((path, command)) = found.get(next).cloned() {
        for sub in command.get_subcommands() {
            let path = path.iter().copied().chain([sub.get_name()]).collect();
            found.push((path, sub));
        }
        next += 1;
    }
    found
}

/// What a command that changes things is done to, or what is run there, is typed: in a file or a variable it would hit what nobody named.
pub fn chooses_what_changes(command: &Command, arg: &Arg) -> bool {
    let changes = command.get_arguments().any(|other| other.get_id() == "dry_run");
    changes && !arg.is_global_set() && matches!(arg.get_help_heading(), Some("Target" | "Command"))
}

/// The options that belong to `command` itself and have a variable: those of the whole tool only at the root.
pub fn own_options<'a>(path: &[&str], command: &'a Command) -> impl Iterator<Item = (&'a str, &'a Arg)> {
    let at_root = path.is_empty();
    command
        .get_arguments()
        .filter(move |arg| arg.is_global_set() == at_root && !chooses_what_changes(command, arg))
        .filter_map(|arg| Some((settable(arg)?, arg)))
}

/// Those of them that help tells, and their variables.
pub fn own_variables<'a>(
    path: &[&str],
    command: &'a Command,
) -> impl Iterator<Item = (String, &'a str, &'a Arg)> {
    let at_root = path.is_empty();
    command
        .get_arguments()
        .filter(move |arg| arg.is_global_set() == at_root && !arg.is_hide_set())
        .filter_map(|arg| with_variable(arg).map(|option| (variable(path, option), option, arg)))
}

/// A flag, or an option whose value may be left out, as a word.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn names_follow_from_the_command_and_the_option() {
        assert_eq!(variable(&[], "no-progress"), "OPSCTL_NO_PROGRESS");
        assert_eq!(variable(&["ssm", "connect"], "start-timeout"), "OPSCTL_SSM_CONNECT_START_TIMEOUT");
        assert_eq!(key(&["ssm", "connect"], "start-timeout"), "ssm.connect.start-timeout");
    }

    #[test]
    fn no_two_options_have_the_same_variable() {
        let mut root = Cli::command();
        root.build();
        let mut names = std::collections::BTreeSet::new();
        for (path, command) in commands(&root) {
            for (option, _) in own_options(&path, command) {
                assert!(names.insert(variable(&path, option)), "{path:?} --{option}");
            }
        }
        assert!(names.contains("OPSCTL_OUTPUT") && names.contains("OPSCTL_SANDBOX_RUN_CONFIG"));
        assert!(!names.contains("OPSCTL_HELP") && !names.contains("OPSCTL_CONFIG"), "{names:?}");
    }
}
