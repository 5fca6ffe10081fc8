//! The command line itself: the root type, the global options and the order of the help. It must not
//! decide anything: values go to [`crate::context::Context`], verbs to their groups.

mod change;
mod complete;
mod documented;
mod duration;
mod global;
mod group_help;
mod list;
mod moment;
mod topic;
mod understand;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::change::Changes;
use crate::commands::{
    alarm, auth, completions, config, help, login, logout, man, metric, s3, sandbox, sfn, ssm, version,
    whoami,
};
use crate::config::names::variable;
use crate::error::Error;
use crate::output::{ColorChoice, Format};
use crate::settings::Environment;

pub use change::{ChangeArgs, TokenArgs, WaitArgs, interval};
pub use complete::sso_sessions;
pub use documented::{documented, shown, with_overview};
pub use duration::{duration, positive_duration};
pub use global::{GlobalArgs, LogFormat};
pub use list::{DetailArgs, ListArgs, SHAPING};
pub use moment::Moment;
pub use topic::Topic;
pub use understand::{Invocation, Misunderstood, Origins, built, load, options_of_tool, understand};

/// A DevOps toolbox for AWS: sessions on nodes, and a sandbox to rehearse in
///
/// Shells on nodes without the session-manager-plugin, and a loopback AWS inside the program in
/// which every command can be tried without an account. Start with the first example.
///
/// Examples:
///   opsctl sandbox run -- opsctl ssm list
///   opsctl ssm connect web-1
///   opsctl ssm list --tag role=web -o json
#[derive(Debug, Parser)]
#[command(
    name = "opsctl",
    version,
    max_term_width = documented::WIDTH,
    verbatim_doc_comment,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    arg_required_else_help = true,
    // What comes last counts, also after an alias.
    args_override_self = true,
    subcommand_required = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    /// Print help: -h the short one, --help the whole one
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = "Global")]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "Global")]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Command,
}

/// What clap takes a mistyped word for.
pub fn suggestion(error: &clap::Error) -> Option<String> {
    [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| match error.get(kind)? {
            ContextValue::String(word) => Some(word.clone()),
            ContextValue::Strings(words) => words.first().cloned(),
            _ => None,
        })
}

/// What clap says of a mistake in a few lines, as one sentence with its hints: the usage where nothing nearer helps.
pub fn mistake(error: &clap::Error) -> Error {
    let text = error.to_string();
    let mut paragraphs = text.trim_start_matches("error: ").split("\n\n").map(str::trim);
    let mut lines = paragraphs.next().unwrap_or_default().lines().map(str::trim);
    let first = lines.next().unwrap_or_default();
    let between = if first.ends_with(':') { ", " } else { " " };
    let rest = lines.collect::<Vec<_>>().join(between);
    let mut mistake =
        Error::usage(if rest.is_empty() { first.to_owned() } else { format!("{first} {rest}") });
    if let Some(word) = suggestion(error) {
        return mistake.hint(format!("did you mean {word}?"));
    }
    for paragraph in paragraphs {
        let tips = paragraph.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
        mistake = tips.fold(mistake, |mistake, tip| mistake.hint(tip));
        if let Some(usage) = paragraph.strip_prefix("Usage: ") {
            mistake = mistake.hint(format!("usage: {usage}"));
        }
    }
    mistake
}

/// What can be typed after `opsctl`.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(subcommand)]
    Ssm(ssm::Command),
    #[command(subcommand)]
    S3(s3::Command),
    #[command(subcommand)]
    Sfn(Box<sfn::Command>),
    #[command(subcommand)]
    Alarm(Box<alarm::Command>),
    #[command(subcommand)]
    Metric(Box<metric::Command>),
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    #[command(subcommand)]
    Auth(auth::Command),
    Login(login::LoginArgs),
    Logout(logout::LogoutArgs),
    Whoami(whoami::WhoamiArgs),
    #[command(subcommand)]
    Config(config::Command),
    Help(help::HelpArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
}

impl Command {
    /// The exit code of opsctl's own failures where the others belong to a child program.
    pub fn own_failure(&self) -> Option<u8> {
        match self {
            Command::Ssm(command) => command.own_failure(),
            Command::Sandbox(command) => command.own_failure(),
            Command::S3(_)
            | Command::Sfn(_)
            | Command::Alarm(_)
            | Command::Metric(_)
            | Command::Auth(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Whoami(_)
            | Command::Config(_)
            | Command::Help(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Version(_) => None,
        }
    }

    /// Verbs that end themselves on SIGINT, SIGTERM and SIGHUP, because something must be put in order first.
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Ssm(command) => command.handles_signals(),
            Command::S3(command) => command.handles_signals(),
            Command::Sfn(command) => command.handles_signals(),
            Command::Alarm(command) => command.handles_signals(),
            Command::Metric(command) => command.handles_signals(),
            Command::Sandbox(command) => command.handles_signals(),
            Command::Auth(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Whoami(_)
            | Command::Config(_)
            | Command::Help(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Version(_) => false,
        }
    }

    /// Lists and shows, whose answers in several regions and accounts make one list: what `--profiles` and `--regions` are for.
    pub fn fans_out(&self) -> bool {
        match self {
            Command::Whoami(_) => true,
            Command::Ssm(command) => command.fans_out(),
            Command::S3(command) => command.fans_out(),
            Command::Sfn(command) => command.fans_out(),
            Command::Alarm(command) => command.fans_out(),
            Command::Metric(command) => command.fans_out(),
            Command::Sandbox(_)
            | Command::Auth(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Config(_)
            | Command::Help(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Version(_) => false,
        }
    }

    /// What it does to AWS: guard rails of a profile look at it. Every verb says it for itself, none by a wildcard.
    pub fn changes(&self) -> Changes {
        match self {
            Command::Ssm(command) => command.changes(),
            Command::S3(command) => command.changes(),
            Command::Sfn(command) => command.changes(),
            Command::Alarm(command) => command.changes(),
            Command::Metric(command) => command.changes(),
            // A sandbox is nobody's account: what is not one is refused by these verbs themselves.
            Command::Sandbox(_)
            | Command::Auth(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Whoami(_)
            | Command::Config(_)
            | Command::Help(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Version(_) => Changes::Nothing,
        }
    }
}

/// The words of the command itself, such as `ssm connect`: only what this program knows, nothing that was said to it.
pub fn words(line: &[OsString]) -> Vec<String> {
    let root = Cli::command();
    let mut command = &root;
    let mut words = Vec::new();
    for word in line.iter().skip(1).take_while(|word| *word != "--") {
        if let Some(sub) = command.find_subcommand(word) {
            words.push(sub.get_name().to_owned());
            command = sub;
        }
    }
    words
}

/// The format that is asked for along with a command line which could not be understood.
pub fn wanted_format(line: &[OsString], env: &Environment) -> Option<Format> {
    wanted(line, env, Some("-o"), "output")
}

/// The same for colour.
pub fn wanted_color(line: &[OsString], env: &Environment) -> Option<ColorChoice> {
    wanted(line, env, None, "color")
}

/// The last value of an option that can be one, else that of its variable.
fn wanted<T: ValueEnum>(
    line: &[OsString],
    env: &Environment,
    short: Option<&str>,
    option: &str,
) -> Option<T> {
    let long = format!("--{option}");
    let line: Vec<&str> =
        line.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let nexts = line.iter().skip(1).map(Some).chain([None]);
    let typed = line.iter().zip(nexts).filter_map(|(word, next)| {
        if *word == long || Some(*word) == short {
            return next.copied();
        }
        let joined = word.strip_prefix(long.as_str()).and_then(|rest| rest.strip_prefix('='));
        joined.or_else(|| word.strip_prefix(short?))
    });
    let value = |text: &str| T::from_str(text.trim_start_matches('='), true).ok();
    typed.filter_map(value).last().or_else(|| value(env.text(&variable(&[], option))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_found_in_a_line_that_clap_refused() {
        for (line, format) in [
            ("opsctl ssm list -o json --nonsense", Some(Format::Json)),
            ("opsctl --output=ndjson nonsense", Some(Format::Ndjson)),
            ("opsctl -oyaml x", Some(Format::Yaml)),
            ("opsctl sandbox run -- x -o json", None),
            ("opsctl -o", None),
            ("opsctl -o nonsense", None),
        ] {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(wanted_format(&line, &Environment::default()), format, "{line:?}");
        }
        let env = Environment::from_iter([("OPSCTL_OUTPUT", "json")]);
        assert_eq!(wanted_format(&["opsctl".into(), "x".into()], &env), Some(Format::Json));
    }

    #[test]
    fn the_words_of_a_command_are_all_that_is_kept_of_it() {
        for (line, kept) in [
            ("opsctl ssm connect secret --reason ssm", "ssm connect"),
            ("opsctl --profile prod sandbox run -- opsctl whoami", "sandbox run"),
            ("opsctl nonsense", ""),
            ("opsctl", ""),
        ] {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(words(&line).join(" "), kept, "{line:?}");
        }
    }

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
        // An option that contradicts one which its command does not have would end the program.
        for (_, command) in crate::config::names::commands(&built()) {
            for arg in command.get_arguments() {
                command.get_arg_conflicts_with(arg);
            }
        }
    }
}
