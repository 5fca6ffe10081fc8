//! What stands behind the command line: values from the environment and the config files, one layer above the other.
//! A layer gives way to those above it and to what was typed, also where two options contradict each other.

use clap::{Arg, Command, Id};

use super::names::{self, own_options, variable};
use super::values;
use crate::error::{Error, Result};
use crate::settings::{Environment, Origin};

const SANDBOX: &str = "sandbox";

/// A value for an option that may not have been typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The words of the command that the option belongs to; none for the whole tool.
    pub path: Vec<String>,
    /// Its long name.
    pub option: String,
    /// As it would be typed; none where a flag is switched off.
    pub values: Vec<std::ffi::OsString>,
    pub origin: Origin,
}

impl Given {
    fn is_for(&self, path: &[&str], arg: &Arg) -> bool {
        arg.get_long() == Some(&self.option)
            && arg.is_global_set() == self.path.is_empty()
            && (self.path.is_empty() || self.path.iter().eq(path))
    }
}

/// The variables of `commands`, which are parts of a built tree. All that are wrong are named at once.
pub fn environment<'a>(
    commands: impl IntoIterator<Item = (Vec<&'a str>, &'a Command)>,
    env: &Environment,
) -> (Vec<Given>, Vec<String>) {
    let (mut layer, mut faults) = (Vec::new(), Vec::new());
    for (path, command) in commands {
        for (option, arg) in own_options(&path, command) {
            let name = variable(&path, option);
            let Some(text) = env.get(&name) else { continue };
            match values::from_variable(arg, text) {
                Ok(values) => layer.push(Given {
                    path: path.iter().map(|word| (*word).to_owned()).collect(),
                    option: option.to_owned(),
                    values,
                    origin: Origin::Environment(name.into()),
                }),
                Err(fault) => faults.push(format!("{name} {fault}")),
            }
        }
    }
    (layer, faults)
}

/// The command that the words of `path` lead to, and those on the way.
pub fn on_the_way<'a>(root: &'a Command, path: &[&'a str]) -> Vec<(Vec<&'a str>, &'a Command)> {
    (0..=path.len())
        .filter_map(|end| path.get(..end))
        .filter_map(|words| Some((words.to_vec(), names::command(root, words)?)))
        .collect()
}

/// What counts for `command`, at `path` in a built tree: for each option that was not typed the value of the topmost
/// layer that has one.
pub fn effective<'a>(
    command: &Command,
    path: &[&str],
    typed: impl Fn(&Id) -> bool,
    layers: impl IntoIterator<Item = &'a [Given]>,
) -> Result<Vec<&'a Given>> {
    let typed: Vec<&Arg> = command.get_arguments().filter(|arg| typed(arg.get_id())).collect();
    let mut above: Vec<(&Arg, Option<&Given>)> = typed.into_iter().map(|arg| (arg, None)).collect();
    for layer in layers {
        let mut same: Vec<(&Arg, &Given)> = Vec::new();
        for given in layer {
            let Some(arg) = command.get_arguments().find(|arg| given.is_for(path, arg)) else { continue };
            let hidden = |(upper, from): &(&Arg, Option<&Given>)| {
                let off = from.is_some_and(|from| from.values.is_empty());
                upper.get_id() == arg.get_id() || (!off && contradict(command, upper, arg))
            };
            if let Some((upper, _)) = above.iter().find(|upper| hidden(upper)) {
                if is_sandbox(given) && upper.get_id() != arg.get_id() {
                    return Err(leaves_the_sandbox(upper, given));
                }
                continue;
            }
            let contradicts =
                |(_, other): &&(&Arg, &Given)| !given.values.is_empty() && !other.values.is_empty();
            if let Some((_, other)) =
                same.iter().filter(contradicts).find(|(other, _)| contradict(command, other, arg))
            {
                return Err(Error::usage(format!(
                    "--{} ({}) cannot be used with --{} ({})",
                    given.option, given.origin, other.option, other.origin
                ))
                .into());
            }
            same.push((arg, given));
        }
        above.extend(same.into_iter().map(|(arg, given)| (arg, Some(given))));
    }
    Ok(above.into_iter().filter_map(|(_, given)| given).filter(|given| !given.values.is_empty()).collect())
}

/// Whoever has chosen a sandbox for a whole shell must not meet the real AWS by a word in one line.
fn is_sandbox(given: &Given) -> bool {
    given.option == SANDBOX && given.path.is_empty() && !given.values.is_empty()
}

fn leaves_the_sandbox(typed: &Arg, given: &Given) -> anyhow::Error {
    let option = typed.get_long().unwrap_or_default();
    Error::usage(format!("--{option} would lead out of the sandbox ({})", given.origin))
        .hint("OPSCTL_SANDBOX=0 before the command leaves it, for this one command")
        .into()
}

/// What counts of the variables where the line or the layers contradict each other and nothing may be said of it: the
/// sandbox.
pub fn sandbox_alone(variables: &[Given]) -> Vec<&Given> {
    variables.iter().filter(|given| is_sandbox(given)).collect()
}

/// Two arguments that were typed, one before and one after the verb, and contradict each other: clap looks at each
/// side alone.
pub fn contradiction(command: &Command, typed: impl Fn(&Id) -> bool) -> Option<(String, String)> {
    let typed: Vec<&Arg> = command.get_arguments().filter(|arg| typed(arg.get_id())).collect();
    typed.iter().enumerate().find_map(|(index, one)| {
        let other = typed.iter().skip(index + 1).find(|other| contradict(command, one, other))?;
        Some((shown(one), shown(other)))
    })
}

fn shown(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| arg.to_string(), |long| format!("--{long}"))
}

/// Conflicts are written down at one of the two options.
fn contradict(command: &Command, one: &Arg, other: &Arg) -> bool {
    let names = |arg: &Arg, id: &Id| command.get_arg_conflicts_with(arg).iter().any(|arg| arg.get_id() == id);
    names(one, other.get_id()) || names(other, one.get_id())
}

/// The tree with the values as defaults: clap parses them, and what is typed wins.
pub fn apply(root: Command, given: &[&Given]) -> Command {
    given.iter().fold(root, |root, given| default(root, &given.path, given))
}

fn default(command: Command, path: &[String], given: &Given) -> Command {
    match path.split_first() {
        Some((word, rest)) => command.mut_subcommand(word, |command| default(command, rest, given)),
        None => {
            let id = command
                .get_arguments()
                .find(|arg| arg.get_long() == Some(&given.option))
                .map(|arg| arg.get_id().clone());
            match id {
                Some(id) => command.mut_arg(id, |arg| arg.default_values(given.values.clone())),
                None => command,
            }
        }
    }
}
