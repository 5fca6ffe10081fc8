//! The command line itself: the root type, the global options and the order of the help. It must not
//! decide anything: values go to [`crate::context::Context`], verbs to their groups.

mod duration;
mod global;
mod list;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::commands::{completions, man, sandbox, ssm, version, whoami};
use crate::output::Format;

pub use duration::duration;
pub use global::{GlobalArgs, LogFormat, RetryMode};
pub use list::ListArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0 done            1 failed           2 usage             3 does not exist
  4 no credentials  5 denied           6 condition false   7 partly failed
  8 timed out       9 conflict        70 a bug in opsctl  75 temporary, try later
  129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM";

/// A DevOps toolbox for AWS: sessions on nodes, and a sandbox to rehearse in
///
/// opsctl opens Session Manager shells without the session-manager-plugin, and carries a loopback
/// AWS (`opsctl sandbox`) in which every command can be tried without an account.
///
/// Examples:
///   opsctl sandbox run -- opsctl ssm list
///   opsctl ssm connect web-1
///   opsctl ssm list --tag role=web -o json
#[derive(Debug, Parser)]
#[command(
    name = "opsctl",
    version,
    max_term_width = 100,
    verbatim_doc_comment,
    after_long_help = EXIT_CODES,
    arg_required_else_help = true,
    subcommand_required = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// What `--sandbox` stands for already: options that contradict it.
const INSTEAD_OF_SANDBOX: [&str; 3] = ["profile", "region", "endpoint_url"];

impl Cli {
    /// The parsed command line. A value of the environment contradicts no option (clap's own conflicts
    /// would have it so): the sandbox wins.
    pub fn understand(args: impl Iterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Cli::command();
        let mut matches = command.try_get_matches_from_mut(args)?;
        let typed = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
        if typed(&"sandbox")
            && let Some(id) = INSTEAD_OF_SANDBOX.iter().find(|id| typed(id))
        {
            let message =
                format!("the argument '--sandbox' cannot be used with '--{}'", id.replace('_', "-"));
            return Err(command.error(ErrorKind::ArgumentConflict, message));
        }
        Cli::from_arg_matches_mut(&mut matches)
    }
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

/// What can be typed after `opsctl`.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(subcommand)]
    Ssm(ssm::Command),
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    Whoami(whoami::WhoamiArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
}

impl Command {
    /// The exit code of opsctl's own failures where the others belong to a child program.
    pub fn own_failure(&self) -> Option<u8> {
        match self {
            Command::Sandbox(command) => command.own_failure(),
            Command::Ssm(_)
            | Command::Whoami(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Version(_) => None,
        }
    }

    /// Verbs that end themselves on SIGINT, SIGTERM and SIGHUP, because something must be put in order first.
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Ssm(command) => command.handles_signals(),
            Command::Sandbox(command) => command.handles_signals(),
            Command::Whoami(_) | Command::Completions(_) | Command::Man(_) | Command::Version(_) => false,
        }
    }
}

/// The format that a command line asks for which could not be understood.
pub fn wanted_format(args: impl Iterator<Item = OsString>) -> Option<Format> {
    let args: Vec<String> =
        args.filter_map(|arg| arg.into_string().ok()).take_while(|arg| arg != "--").collect();
    let values = args.iter().zip(args.iter().skip(1).map(Some).chain([None])).filter_map(|(arg, next)| {
        match arg.as_str() {
            "-o" | "--output" => next.map(String::as_str),
            arg => arg.strip_prefix("--output=").or_else(|| arg.strip_prefix("-o")),
        }
    });
    values.filter_map(|value| Format::from_str(value.trim_start_matches('='), true).ok()).last()
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
            assert_eq!(wanted_format(line.split(' ').map(OsString::from)), format, "{line}");
        }
    }

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
