//! The options that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::complete;
use super::duration::{duration, positive_duration};
use crate::aws::{self, RetryMode};
use crate::config::Check;
use crate::logging;
use crate::output::{ColorChoice, Format, Query};
use crate::unattended::LockName;

/// Options that every command takes, before or after the verb.
#[derive(Debug, Clone, Default, Args)]
pub struct GlobalArgs {
    /// The form of the answer on stdout
    #[arg(short, long, global = true, value_name = "FORMAT", help_heading = "Output")]
    pub output: Option<Format>,

    /// A JMESPath expression over the JSON document
    #[arg(long, global = true, value_name = "EXPR", allow_hyphen_values = true, help_heading = "Output", add = Check::parses(str::parse::<Query>))]
    pub query: Option<String>,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", hide_short_help = true, help_heading = "Output")]
    pub color: Option<ColorChoice>,

    /// Print errors only on stderr
    #[arg(short, long, global = true, conflicts_with_all = ["verbose", "debug"], help_heading = "Output")]
    pub quiet: bool,

    /// Say what is called; -vv: retries, pages, timings too
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,

    /// Trace everything on stderr, secrets left out
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    pub debug: bool,

    /// Draw no progress
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    pub no_progress: bool,

    /// Times in UTC, on a terminal too
    #[arg(long, global = true, conflicts_with = "local", hide_short_help = true, help_heading = "Output")]
    pub utc: bool,

    /// Times in the zone of this machine
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    pub local: bool,

    /// The program that shows answers longer than the terminal
    #[arg(
        long,
        global = true,
        value_name = "COMMAND",
        conflicts_with = "no_pager",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub pager: Option<String>,

    /// Show long answers without a pager
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    pub no_pager: bool,

    /// The profile of the AWS files to sign in with
    #[arg(long, global = true, add = complete::profiles(), help_heading = "AWS")]
    pub profile: Option<String>,

    /// The AWS region; in a sandbox, the one signed for
    #[arg(long, global = true, add = complete::regions(), help_heading = "AWS", add = Check::new(aws::check_region))]
    pub region: Option<String>,

    /// List in these profiles, all at once; * and ? stand for letters. A row says its account and region
    #[arg(
        long,
        global = true,
        value_name = "A,B,C",
        value_delimiter = ',',
        overrides_with = "profiles",
        conflicts_with = "profile",
        hide_short_help = true,
        add = complete::profiles(),
        help_heading = "AWS"
    )]
    pub profiles: Option<Vec<String>>,

    /// List in these regions, all at once; all: those of the partition that the account has enabled
    #[arg(
        long,
        global = true,
        value_name = "A,B,C",
        value_delimiter = ',',
        overrides_with = "regions",
        conflicts_with = "region",
        hide_short_help = true,
        add = complete::places(),
        add = Check::new(aws::check_regions),
        help_heading = "AWS"
    )]
    pub regions: Option<Vec<String>>,

    /// Send the calls of every service to this address
    #[arg(long, global = true, value_name = "URL", hide_short_help = true, help_heading = "AWS", add = Check::new(aws::check_endpoint))]
    pub endpoint_url: Option<String>,

    /// Use the running sandbox, or that in DIR, not AWS
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        // That of paths refuses the empty one, which stands for the only sandbox.
        value_parser = OsStringValueParser::new().map(PathBuf::from),
        conflicts_with_all = ["profile", "profiles", "endpoint_url"],
        add = complete::sandboxes(),
        help_heading = "AWS"
    )]
    pub sandbox: Option<PathBuf>,

    /// How often a call is tried, the first time counted
    #[arg(
        long,
        global = true,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100),
        hide_short_help = true,
        help_heading = "AWS"
    )]
    pub max_attempts: Option<u32>,

    /// How failed calls are tried again
    #[arg(long, global = true, value_name = "MODE", hide_short_help = true, help_heading = "AWS")]
    pub retry_mode: Option<RetryMode>,

    /// How long to wait for a connection
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        value_parser = positive_duration,
        hide_short_help = true,
        help_heading = "AWS"
    )]
    pub connect_timeout: Option<Duration>,

    /// How long to wait for an answer
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        value_parser = positive_duration,
        hide_short_help = true,
        help_heading = "AWS"
    )]
    pub read_timeout: Option<Duration>,

    /// What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...; to stderr, or
    /// into --log-file
    #[arg(long, global = true, value_name = "FILTER", hide_short_help = true, help_heading = "Diagnosis", add = Check::parses(logging::filter))]
    pub log: Option<String>,

    /// Add the log to this file, readable by you only; all of it where --log does not say what. stderr
    /// stays as it is without
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true, help_heading = "Diagnosis")]
    pub log_file: Option<PathBuf>,

    /// The form of the log's lines
    #[arg(long, global = true, value_name = "FORMAT", hide_short_help = true, help_heading = "Diagnosis")]
    pub log_format: Option<LogFormat>,

    /// Give up waiting after this long, with exit code 8; what was started goes on. Counts from the end
    /// of --jitter, and bounds --lock-wait too
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        value_parser = duration,
        hide_short_help = true,
        help_heading = "Unattended"
    )]
    pub timeout: Option<Duration>,

    /// Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true, help_heading = "Unattended", add = Check::parses(LockName::new))]
    pub lock: Option<String>,

    /// Wait this long for the lock
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        value_parser = duration,
        hide_short_help = true,
        help_heading = "Unattended"
    )]
    pub lock_wait: Option<Duration>,

    /// Start after a random delay of at most this, so that a fleet does not call at the same second
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        value_parser = duration,
        hide_short_help = true,
        help_heading = "Unattended"
    )]
    pub jitter: Option<Duration>,

    /// A config file of opsctl, which wins over the user's own
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true, help_heading = "Global")]
    pub config: Option<PathBuf>,

    /// Answer yes to every question
    #[arg(short, long, global = true, help_heading = "Global")]
    pub yes: bool,

    /// Never ask; fail where a question would be needed
    #[arg(long, global = true, hide_short_help = true, help_heading = "Global")]
    pub no_input: bool,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One object a line
    Json,
}
