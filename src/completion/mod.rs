//! Completion: what a shell asks when TAB is pressed, answered from the command tree, from what lies on this machine
//! and from one quick call of AWS. The registration scripts know nothing but how to ask. Owns the engine, whose
//! interface is not stable: outside, only values of this room are added to arguments. It must never ask a question,
//! write to stderr, or keep a typing user waiting; whatever fails leaves candidates out.

mod alias;
mod cache;
mod candidate;
mod line;
mod lookup;
mod quote;
mod request;
mod shell;

use std::ffi::{OsStr, OsString};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Command, CommandFactory as _};

use crate::cli::{self, Cli, duration};
use crate::config::alias::Alias;
use crate::context::Context;
use crate::settings::Environment;
use crate::terminal;

pub use candidate::Candidate;
pub use clap_complete::engine::ArgValueCompleter;
pub use lookup::{Typed, columns, fixed, live, live_about, local};
pub use shell::Shell;

use alias::Aliases;
use request::Request;

/// From the start of the process until the candidates must be there. A shell waits no longer than 300 ms, of which
/// this leaves some to the start and the end of both programs; who would rather wait says for how long.
const LIMIT: Duration = Duration::from_millis(250);

/// Answers a shell. False when no shell asks, and a command is to be run.
pub fn answer(line: &[OsString], env: &Environment) -> bool {
    let started = Instant::now();
    let Some(request) = Request::new(line.iter().cloned(), env) else { return false };
    let limit = env.text("OPSCTL_COMPLETION_LIMIT").and_then(|text| duration(text).ok());
    let deadline = started + limit.unwrap_or(LIMIT);
    // The line that is being typed must not be disturbed, whatever goes wrong, nor by a program that gives
    // credentials: without a terminal it can ask nothing.
    std::panic::set_hook(Box::new(|_| {}));
    terminal::detach();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let config = cli::load(named_config(&request.line.words).as_deref(), env).unwrap_or_default();
        let (mut command, aliases) = prepared(Cli::command(), &config.aliases);
        let words = aliases.expand(&command, request.line.words.clone());
        let (global, origins) = cli::options_of_tool(&tool_words(&command, &words), &config, env);
        let context = Context::for_completion(global, origins, env.clone());
        let out = context.out().clone();
        lookup::begin(context, words.clone(), deadline);
        // Without a reader there is nobody to tell.
        let _ = out.text(&request.render(&candidates(&mut command, words)));
    }));
    true
}

/// The config file on the line, wherever it stands: it says which account is asked.
fn named_config(words: &[OsString]) -> Option<PathBuf> {
    let (_, before) = words.split_last()?;
    let mut words = before.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().map(PathBuf::from);
        }
        if let Some(file) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return Some(PathBuf::from(file));
        }
    }
    None
}

/// The tree for a line that is not finished, with the aliases that can be meant.
fn prepared(tree: Command, aliases: &[Alias]) -> (Command, Aliases) {
    let aliases = Aliases::new(&tree, aliases);
    let mut command = aliases
        .offer(tree)
        .ignore_errors(true)
        .args_override_self(true)
        .arg_required_else_help(false)
        .subcommand_required(false);
    command.build();
    (command, aliases)
}

/// The global options on the line so far, taken out of it: what else is there may be wrong or half of something, and
/// must not lead to another account.
fn tool_words(command: &Command, words: &[OsString]) -> Vec<OsString> {
    let before = words.split_last().map_or(words, |(_, before)| before);
    let mut options: Vec<OsString> = before.first().into_iter().cloned().collect();
    let mut words = before.iter().skip(1).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        let Some(name) = text.strip_prefix("--") else { continue };
        let name = name.split_once('=').map_or(name, |(name, _)| name);
        if command.get_arguments().any(|arg| arg.is_global_set() && arg.get_long() == Some(name)) {
            options.push(word.clone());
            options.extend(alias::takes_next(command, &text).then(|| words.next().cloned()).flatten());
        }
    }
    options
}

/// What the last of the words may become.
fn candidates(command: &mut Command, words: Vec<OsString>) -> Vec<Candidate> {
    let words = with_equals(command, words);
    let is_empty = words.last().is_some_and(|word| word.is_empty());
    let last = words.len().saturating_sub(1);
    let folder = std::env::current_dir().ok();
    let found = clap_complete::engine::complete(command, words, last, folder.as_deref()).unwrap_or_default();
    let mut found: Vec<Candidate> = found.iter().filter_map(Candidate::of_engine).collect();
    // Before anything is typed, options would hide what is looked for; they come with the first dash.
    if is_empty && found.iter().any(|candidate| !candidate.is_option()) {
        found.retain(|candidate| !candidate.is_option());
    }
    found
}

/// The engine takes the word after an option for its value; an option whose value must follow `=` has none there.
fn with_equals(command: &Command, mut words: Vec<OsString>) -> Vec<OsString> {
    let longs = command.get_arguments().filter(|arg| arg.is_require_equals_set());
    let longs: Vec<String> = longs.filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect();
    let last = words.len().saturating_sub(1);
    let before = words.iter_mut().take(last).take_while(|word| word.as_os_str() != OsStr::new("--"));
    for word in before.filter(|word| longs.iter().any(|long| *word == OsStr::new(long))) {
        word.push("=");
    }
    words
}

#[cfg(test)]
mod tests;
