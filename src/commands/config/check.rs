//! `opsctl config check`.

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _};
use serde::Serialize;

use crate::aws;
use crate::cli::{self, Cli, ListArgs};
use crate::config::layers::{self, Given};
use crate::config::{Config, DEFAULT_PROFILE, Guard, alias, names, user_file};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::input::Mistake;
use crate::output::{Cell, Column, Tone, nearest};
use crate::settings::Origin;

/// Find every mistake in the config files and the OPSCTL_ variables
///
/// Reads the file named by --config and the user's own (~/.config/opsctl/config.toml). Mistakes stop
/// every other command, so that none runs with half of its settings; unknown keys and variables are
/// warnings.
///
/// Examples:
///   opsctl config check
///   opsctl config check --quiet || opsctl config check -o json
///
/// Exit codes:
///   0  there are no mistakes
///   2  a file cannot be read
///   6  there are mistakes
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CheckArgs {
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Severity {
    Error,
    Warning,
}

#[derive(Debug, Serialize)]
struct Finding {
    severity: Severity,
    /// None where the environment is at fault.
    file: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    message: String,
}

const COLUMNS: &[Column<Finding>] = &[
    Column::new("place", "PLACE", |it: &Finding| {
        let place = it.file.as_ref().zip(it.line.zip(it.column));
        place.map(|(file, (line, column))| format!("{file}:{line}:{column}")).into()
    }),
    Column::new("severity", "SEVERITY", |it: &Finding| match it.severity {
        Severity::Error => Cell::state("error", Tone::Bad),
        Severity::Warning => Cell::state("warning", Tone::Attention),
    }),
    Column::new("message", "MESSAGE", |it: &Finding| it.message.as_str().into()).cut(),
];

/// Variables that no option stands for.
const VARIABLES: [&str; 8] = [
    "OPSCTL_CONFIG",
    "OPSCTL_COMPLETE",
    "OPSCTL_COMPLETE_LINE",
    "OPSCTL_COMPLETE_TYPE",
    "OPSCTL_COMPLETE_WORD",
    "OPSCTL_COMPLETION_LIMIT",
    "OPSCTL_COMPLETION_LIVE",
    "OPSCTL_FIXED_CLOCK",
];

pub async fn run(args: &CheckArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("config.finding", COLUMNS)?;
    let config = cli::load(ctx.global().config.as_deref(), ctx.env())?;
    let mut findings = findings(&config, ctx);
    findings.extend(unguarded(&config).await);
    let wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    if findings.is_empty() {
        ctx.reporter().status(sound(&config, ctx));
    }
    // There is nothing more to find either way.
    let _ = writer.extend(findings)?;
    writer.finish()?;
    Ok(if wrong { Outcome::ConditionFalse } else { Outcome::Done })
}

fn sound(config: &Config, ctx: &Context) -> String {
    let files: Vec<String> = config.files.iter().map(|file| file.display().to_string()).collect();
    match (files.as_slice(), user_file(ctx.env())) {
        ([], Some(file)) => format!("there is no config file; the user's own would be {}", file.display()),
        ([], None) => "there is no config file".to_owned(),
        (files, _) => format!("no mistakes in {}", files.join(" and ")),
    }
}

fn findings(config: &Config, ctx: &Context) -> Vec<Finding> {
    let root = cli::built();
    let (variables, faults) = layers::environment(names::commands(&root), ctx.env());
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(config.mistakes.iter().map(|mistake| placed(Severity::Error, mistake)));
    findings.extend(config.warnings.iter().map(|mistake| placed(Severity::Warning, mistake)));
    findings.extend(config.aliases.iter().filter_map(|alias| unusable(alias, &config.aliases)));
    findings.sort_by(|one, other| {
        (&one.file, one.line, one.column).cmp(&(&other.file, other.line, other.column))
    });
    findings.extend(faults.into_iter().map(|fault| unplaced(Severity::Error, fault)));
    findings.extend(contradictions(&root, &variables, config));
    findings.extend(unknown_variables(&root, ctx));
    findings
}

/// Guard rails of profiles that are not there keep nobody from anything. A file that several people share may name some
/// that one of them has not.
async fn unguarded(config: &Config) -> Vec<Finding> {
    // What is wrong with the files of AWS is told by who needs them.
    let Ok(known) = aws::known_profiles().await else { return Vec::new() };
    let known: Vec<&str> = known.iter().map(|profile| profile.name.as_str()).collect();
    let is_there =
        |guard: &&Guard| guard.profile == DEFAULT_PROFILE || known.contains(&guard.profile.as_str());
    let stray = config.guards.iter().filter(|guard| !is_there(guard)).filter_map(|guard| {
        let (_, _, origin) = guard.rules().next()?;
        let Origin::File { path, line } = origin else { return None };
        let (name, advice) = (&guard.profile, advice(&guard.profile, known.iter().copied()));
        let message = format!("these guard rails guard nothing: there is no profile {name}{advice}");
        Some(Finding {
            file: Some(path.clone()),
            line: Some(*line as u64),
            column: Some(1),
            ..unplaced(Severity::Warning, message)
        })
    });
    let mut stray: Vec<Finding> = stray.collect();
    stray.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    stray
}

fn placed(severity: Severity, mistake: &Mistake) -> Finding {
    Finding {
        severity,
        file: Some(mistake.file.clone()),
        line: Some(mistake.line as u64),
        column: Some(mistake.column as u64),
        message: mistake.message.clone(),
    }
}

fn unplaced(severity: Severity, message: String) -> Finding {
    Finding { severity, file: None, line: None, column: None, message }
}

/// Options of one layer that exclude each other.
fn contradictions(root: &clap::Command, variables: &[Given], config: &Config) -> Vec<Finding> {
    let mut found: Vec<String> = Vec::new();
    for (path, command) in names::commands(root) {
        let layers = std::iter::once(variables).chain(config.layers.iter().map(Vec::as_slice));
        if let Err(error) = layers::effective(command, &path, |_| false, layers) {
            found.push(error.to_string());
        }
    }
    // Those of the whole tool are found with every command.
    found.sort();
    found.dedup();
    found.into_iter().map(|message| unplaced(Severity::Error, message)).collect()
}

/// An alias that leads to a command, but not to one that could be typed.
fn unusable(alias: &alias::Alias, aliases: &[alias::Alias]) -> Option<Finding> {
    let line = ["opsctl".into(), alias.name.clone().into()];
    let line = alias::expand(&line, 1, aliases).ok().flatten()?;
    let error = Cli::command().try_get_matches_from(line).err()?;
    let incomplete = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
    );
    // Where the first word leads nowhere, that is said already.
    if incomplete || error.kind() == ErrorKind::InvalidSubcommand && alias.words.len() == 1 {
        return None;
    }
    let text = error.to_string();
    let line = text.trim_start_matches("error: ").lines().next().unwrap_or_default();
    let mistake = alias.place.clone().saying(format!("alias `{}` cannot be used: {line}", alias.name));
    Some(placed(Severity::Error, &mistake))
}

fn unknown_variables(root: &clap::Command, ctx: &Context) -> Vec<Finding> {
    let options = names::commands(root).into_iter().flat_map(|(path, command)| {
        names::own_options(&path, command)
            .map(|(option, _)| names::variable(&path, option))
            .collect::<Vec<_>>()
    });
    let known: Vec<String> = options.chain(VARIABLES.map(str::to_owned)).collect();
    let set = ctx.env().iter().filter_map(|(name, _)| name.to_str());
    let unknown = set.filter(|name| name.starts_with("OPSCTL_") && known.iter().all(|known| known != name));
    let finding = |name: &str| {
        let advice = advice(name, known.iter().map(String::as_str));
        unplaced(Severity::Warning, format!("unknown variable {name}{advice}"))
    };
    unknown.map(finding).collect()
}

fn advice<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}
