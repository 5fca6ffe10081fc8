//! What `opsctl help` explains besides commands: the names. The texts are in `manual`.

use clap::ValueEnum;

/// A subject that no single command owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Topic {
    /// The variables opsctl reads, and what wins over what
    Environment,
    /// What an exit code means
    ExitCodes,
    /// Formats, columns, colour, and what goes to which stream
    Output,
    /// Where profile, credentials and region come from
    Auth,
    /// Selecting from an answer with JMESPath
    Query,
    /// What the loopback AWS can do; told by the command of this name
    Sandbox,
}

impl Topic {
    pub fn all() -> impl Iterator<Item = Topic> {
        Topic::value_variants().iter().copied()
    }

    pub fn called(word: &str) -> Option<Topic> {
        Topic::from_str(word, false).ok()
    }

    /// What is typed after `opsctl help`.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Is it told by the help of a command of the same name?
    pub fn is_a_command(self) -> bool {
        self == Topic::Sandbox
    }

    /// One line.
    pub fn about(self) -> String {
        let about = self.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        about.unwrap_or_default()
    }
}
