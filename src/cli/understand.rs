//! From the words of a command line to a command: aliases are replaced, and options that were not typed get the values
//! of the environment and the config files. Help, version and mistakes in the line itself are answered before any
//! file is touched.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::group_help::{asked_in_a_group, with_help_in_groups};
use super::{Cli, GlobalArgs, documented, with_overview};
use crate::commands::help::HelpArgs;
use crate::config::layers::{self, Given};
use crate::config::{Config, Guards, alias, names, user_file};
use crate::error::{Error, Result};
use crate::input::Mistake;
use crate::settings::{Environment, Origin, Setting};

/// A command line that was understood.
#[derive(Debug)]
pub struct Invocation {
    pub cli: Cli,
    pub origins: Origins,
    pub guards: Guards,
    /// What is odd in the config files, but harms nothing.
    pub warnings: Vec<Mistake>,
}

/// Help, version and mistakes are clap's to show; the others are about files and variables.
#[derive(Debug)]
pub enum Misunderstood {
    Line(clap::Error),
    Settings(anyhow::Error),
}

impl From<clap::Error> for Misunderstood {
    fn from(error: clap::Error) -> Self {
        Misunderstood::Line(error)
    }
}

impl From<anyhow::Error> for Misunderstood {
    fn from(error: anyhow::Error) -> Self {
        Misunderstood::Settings(error)
    }
}

/// The values that the options of the command and of the whole tool have without being defaults, and where each came
/// from.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<Given>);

impl Origins {
    /// The value of the option with this long name, if it has one, with its origin.
    pub fn setting<T>(&self, option: &str, value: Option<T>) -> Option<Setting<T>> {
        let origin = self.of_tool().find(|given| given.option == option).map(|given| given.origin.clone());
        value.map(|value| Setting::new(value, origin.unwrap_or(Origin::Default)))
    }

    /// The options of the whole tool.
    pub fn of_tool(&self) -> impl Iterator<Item = &Given> {
        self.0.iter().filter(|given| given.path.is_empty())
    }
}

/// `line`: the program's name first.
pub fn understand(line: &[OsString], env: &Environment) -> Result<Invocation, Misunderstood> {
    let mut root = tree(line);
    match root.try_get_matches_from_mut(line) {
        Ok(matches) => fill(line, &root, matches, None, env),
        Err(error) if error.kind() == ErrorKind::InvalidSubcommand => {
            let (line, config) = expand(line, env, error)?;
            let mut root = tree(&line);
            let matches = root.try_get_matches_from_mut(&line)?;
            fill(&line, &root, matches, Some(config), env)
        }
        Err(error) => Err(error.into()),
    }
}

/// `opsctl ssm help connect`.
fn explanation(words: Vec<String>, mut matches: ArgMatches) -> Result<Invocation, clap::Error> {
    let global = GlobalArgs::from_arg_matches_mut(&mut matches)?;
    let cli = Cli { global, help: None, version: None, command: super::Command::Help(HelpArgs::of(words)) };
    Ok(Invocation { cli, origins: Origins::default(), guards: Guards::default(), warnings: Vec::new() })
}

/// The tree as the line needs it: with everything that a whole help says only where one is asked for.
fn tree(line: &[OsString]) -> Command {
    let root = with_help_in_groups(Cli::command());
    let words = || line.iter().skip(1).take_while(|word| *word != "--");
    if line.len() > 1 && !words().any(|word| word == "--help") {
        return root;
    }
    let root = documented(root);
    if words().any(|word| root.find_subcommand(word).is_some()) { root } else { with_overview(root) }
}

/// A word that is no command may be an alias; `error` is what is said when it is none.
fn expand(
    line: &[OsString],
    env: &Environment,
    error: clap::Error,
) -> Result<(Vec<OsString>, Config), Misunderstood> {
    // With every word a command, the place of the word is known whatever options are before it.
    let mut any_word = Cli::command().allow_external_subcommands(true);
    let Ok(matches) = any_word.try_get_matches_from_mut(line) else { return Err(error.into()) };
    let Some(rest) = matches.subcommand().and_then(|(_, rest)| rest.try_get_many::<OsString>("").ok()) else {
        return Err(error.into());
    };
    let at = line.len().saturating_sub(1 + rest.map_or(0, Iterator::count));
    let config = load(named(&matches), env)?;
    match alias::expand(line, at, &config.aliases) {
        Ok(Some(line)) => {
            config.check()?;
            Ok((line, config))
        }
        Err(circle) => config.check().and(Err(circle)).map_err(Misunderstood::Settings),
        // Said again with the aliases among the words that may have been meant.
        Ok(None) => {
            let names = config.aliases.iter().map(|alias| Command::new(alias.name.clone()));
            Err(Cli::command().subcommands(names).try_get_matches_from(line).err().unwrap_or(error).into())
        }
    }
}

/// Gives the options that were not typed the values that the layers have for them.
fn fill(
    line: &[OsString],
    root: &Command,
    matches: ArgMatches,
    config: Option<Config>,
    env: &Environment,
) -> Result<Invocation, Misunderstood> {
    if let Some(words) = asked_in_a_group(&matches) {
        return Ok(explanation(words, matches)?);
    }
    let (path, at_verb) = verb(&matches);
    let tolerant = path.first().is_some_and(|group| TOLERANT.contains(group));
    let config = match config.map_or_else(|| load(named(&matches), env), Ok) {
        Err(_) if tolerant => Config::default(),
        config => config?,
    };
    let (variables, faults) = layers::environment(layers::on_the_way(root, &path), env);
    if !tolerant {
        config.check()?;
        if !faults.is_empty() {
            return Err(Misunderstood::Settings(Error::usage(faults.join("\n")).into()));
        }
    }
    let verb = names::command(root, &path).unwrap_or(root);
    let typed = |id: &clap::Id| at_verb.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    if let Some((one, other)) = layers::contradiction(verb, typed) {
        let message = format!("the argument '{one}' cannot be used with '{other}'");
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, message).into());
    }
    let layers = std::iter::once(variables.as_slice()).chain(config.layers.iter().map(Vec::as_slice));
    let given = match layers::effective(verb, &path, typed, layers) {
        Err(_) if tolerant => Vec::new(),
        given => given?,
    };
    let origins = Origins(
        typed_values(verb, &path, at_verb).chain(given.iter().map(|given| (*given).clone())).collect(),
    );
    let waits_for_a_lock = at_verb.value_source("lock_wait") == Some(ValueSource::CommandLine);
    let harmless = |it: &&Given| !tolerant || HARMLESS.contains(&it.option.as_str());
    let applied: Vec<&Given> = given.iter().copied().filter(harmless).collect();
    let mut matches = match applied.as_slice() {
        [] => matches,
        given => layers::apply(Cli::command(), given).try_get_matches_from(line)?,
    };
    let cli = Cli::from_arg_matches_mut(&mut matches)?;
    // clap's own `requires` sees neither a value of a layer nor an option on the other side of the verb.
    if waits_for_a_lock && cli.global.lock.is_none() {
        let message = "the argument '--lock-wait <DURATION>' needs '--lock <NAME>'";
        return Err(Cli::command().error(ErrorKind::MissingRequiredArgument, message).into());
    }
    let warnings = if tolerant { Vec::new() } else { config.warnings };
    Ok(Invocation { cli, origins, guards: config.guards, warnings })
}

/// What such a command takes from variables and files: nothing that could fail.
const HARMLESS: [&str; 11] = [
    "output",
    "color",
    "pager",
    "no-pager",
    "quiet",
    "no-header",
    "columns",
    "no-progress",
    "profile",
    "region",
    "sandbox",
];

/// Commands that must work, and help, where a config file is broken.
const TOLERANT: [&str; 5] = ["config", "help", "version", "completions", "man"];

/// The words of the verb, and what was matched there.
fn verb(matches: &ArgMatches) -> (Vec<&str>, &ArgMatches) {
    let (mut path, mut at) = (Vec::new(), matches);
    while let Some((word, sub)) = at.subcommand() {
        path.push(word);
        at = sub;
    }
    (path, at)
}

/// The config file that was typed.
fn named(matches: &ArgMatches) -> Option<&Path> {
    // `sandbox run` and `sandbox up` have a --config of their own, for the file of the sandbox.
    let (path, at_verb) = verb(matches);
    match path.as_slice() {
        ["sandbox", "run" | "up"] => None,
        // An alias has not been replaced yet: what follows it is not known.
        _ => at_verb.try_get_one("config").ok().flatten().or_else(|| matches.get_one("config")),
    }
    .map(PathBuf::as_path)
}

/// The config files: the one that is named, typed or by its variable, and the user's own.
pub fn load(typed: Option<&Path>, env: &Environment) -> Result<Config> {
    let named = typed.or_else(|| env.get("OPSCTL_CONFIG").map(Path::new));
    Config::read(named, user_file(env).as_deref(), built)
}

/// The options of the whole tool for a line that is not finished: nothing that is wrong with it, or with what stands
/// behind it, is said.
pub fn options_of_tool(line: &[OsString], config: &Config, env: &Environment) -> (GlobalArgs, Origins) {
    let tree = || {
        let tree = Cli::command().ignore_errors(true).arg_required_else_help(false);
        tree.subcommand_required(false)
    };
    let mut root = tree();
    let Ok(matches) = root.try_get_matches_from_mut(line) else { return Default::default() };
    let (variables, _) = layers::environment([(Vec::new(), &root)], env);
    let typed = |id: &clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    let layers = std::iter::once(variables.as_slice()).chain(config.layers.iter().map(Vec::as_slice));
    let given = layers::effective(&root, &[], typed, layers);
    let given = given.unwrap_or_else(|_| layers::sandbox_alone(&variables));
    let origins =
        Origins(typed_values(&root, &[], &matches).chain(given.iter().map(|it| (*it).clone())).collect());
    let filled = layers::apply(tree(), &given).try_get_matches_from(line);
    let global = filled.ok().and_then(|mut matches| GlobalArgs::from_arg_matches_mut(&mut matches).ok());
    (global.unwrap_or_default(), origins)
}

/// The whole tree of commands, as it is before any value is filled in.
pub fn built() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

/// What was typed, as a layer above all others.
fn typed_values<'a>(
    verb: &'a Command,
    path: &'a [&str],
    matches: &'a ArgMatches,
) -> impl Iterator<Item = Given> + 'a {
    verb.get_arguments().filter_map(|arg| {
        let (long, id) = (arg.get_long()?, arg.get_id().as_str());
        let values = match arg.get_action() {
            _ if matches.value_source(id) != Some(ValueSource::CommandLine) => return None,
            ArgAction::Count => vec![matches.get_count(id).to_string().into()],
            _ => matches.get_raw(id)?.map(OsString::from).collect(),
        };
        Some(Given {
            path: if arg.is_global_set() {
                Vec::new()
            } else {
                path.iter().map(ToString::to_string).collect()
            },
            option: long.to_owned(),
            values,
            origin: Origin::Option(format!("--{long}").into()),
        })
    })
}
