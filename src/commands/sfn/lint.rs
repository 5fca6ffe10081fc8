//! `opsctl sfn lint`: the options and the order of things. `machines` finds the definitions in files (those of templates
//! by `template`), `origin` knows where a definition inside a text is, `rules` what there is to be found, `sarif` and
//! `view` show what was.

mod machines;
mod origin;
mod rules;
mod sarif;
mod template;
mod view;

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};
use opsctl_engine::asl::definition::MachineType;
use opsctl_engine::asl::lint::Severity;

use super::machine_type::Type;
use crate::cli::{ListArgs, SHAPING};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::input::files;
use crate::output::Format;
use view::{COLUMNS, Finding, ListedRule, RULE_COLUMNS};

/// Find what is wrong with state machines before they are deployed
///
/// Reads definitions in JSON or YAML, and those inside SAM and CloudFormation templates. Errors are
/// what the service refuses, in its own words; warnings and notes are what it takes and what then goes
/// wrong: states that nothing leads to, loops without a bound, variables without a value, retries that
/// are missing. "Comment": "opsctl-lint: ignore RULE" silences a rule for what it stands in, --rules
/// lists them. What a template leaves open, such as ${Function}, is taken to be right.
///
/// Examples:
///   opsctl sfn lint machine.asl.json
///   opsctl sfn lint machine.asl.json template.yaml --strict
///   opsctl sfn lint machine.asl.json --type EXPRESS --ignore retry-without-jitter
///   opsctl sfn lint machine.asl.json --format sarif
///
/// Exit codes:
///   0   there is no error; there may be warnings and notes
///   2   an option is wrong, or a file cannot be read; the others were looked at
///   3   there is no such file; the others were looked at
///   6   there are errors, or with --strict warnings
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct LintArgs {
    /// Definitions and templates, - for stdin
    #[arg(value_name = "FILE", required_unless_present = "rules", value_hint = ValueHint::FilePath,
        help_heading = "Target")]
    files: Vec<PathBuf>,

    /// What the machines are, whatever their templates say
    #[arg(long = "type", value_name = "TYPE", value_enum, ignore_case = true, help_heading = "Target")]
    machine_type: Option<Type>,

    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', hide_possible_values = true,
        value_parser = PossibleValuesParser::new(rules::all().map(|rule| rule.id)), help_heading = "Target")]
    ignore: Vec<String>,

    /// Exit with 6 for warnings too
    #[arg(long, help_heading = "Target")]
    strict: bool,

    /// List the rules instead
    #[arg(long, conflicts_with_all = ["files", "format"], help_heading = "Target")]
    rules: bool,

    /// A document instead of a list: text has lines as compilers print them
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with_all = SHAPING, help_heading = "Output")]
    format: Option<DocumentFormat>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DocumentFormat {
    Text,
    Sarif,
}

pub async fn run(args: &LintArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    if args.rules {
        out.list("sfn.lintRule", RULE_COLUMNS, rules::all().map(ListedRule::from).collect())?;
        return Ok(Outcome::Done);
    }
    // Columns that there are not are refused before anything is read.
    let mut writer = out.stream("sfn.lintFinding", COLUMNS)?;
    let wanted = args.machine_type.map(Type::machine);
    let paths = args.files.clone();
    let mut linted = files::apart("lint", move || Ok(lint_all(&paths, wanted))).await?;
    let mut findings = std::mem::take(&mut linted.findings);
    findings.retain(|finding| !args.ignore.contains(&finding.rule));
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let summary = view::summary(linted.machines, errors, warnings, count(Severity::Note));
    match args.format {
        Some(DocumentFormat::Text) => out.text(&view::lines(&findings))?,
        Some(DocumentFormat::Sarif) => out.text(&sarif::document(&findings))?,
        // To people, no findings are no table.
        None if findings.is_empty() && out.settings().format == Format::Table => {}
        None => {
            let _ = writer.extend(findings)?;
            writer.finish()?;
        }
    }
    linted.warnings.iter().for_each(|warning| ctx.reporter().warn(warning));
    if linted.machines > 0 {
        ctx.reporter().status(summary);
    }
    if let Some(error) = not_looked_at(&linted) {
        return Err(error.into());
    }
    let is_bad = errors > 0 || (args.strict && warnings > 0);
    Ok(if is_bad { Outcome::ConditionFalse } else { Outcome::Done })
}

/// The files that could not be looked at. Those that are there and cannot be read weigh more.
fn not_looked_at(linted: &Linted) -> Option<Error> {
    let missing = match linted.missing.as_slice() {
        [] => None,
        files => Some(format!("there is no file {}", files.join(", "))),
    };
    let error = match linted.unreadable.as_slice() {
        [] => return missing.map(Error::not_found),
        [(file, why)] => Error::usage(format!("cannot read the file {file}")).because(why.clone()),
        files => {
            let each: Vec<String> = files.iter().map(|(file, why)| format!("{file} ({why})")).collect();
            Error::usage(format!("cannot read the files {}", each.join(", ")))
        }
    };
    Some(match missing {
        Some(missing) => error.hint(missing),
        None => error,
    })
}

/// What was found in all files.
#[derive(Debug, Default)]
struct Linted {
    findings: Vec<Finding>,
    /// How many definitions were looked at.
    machines: usize,
    /// What could not be looked at, and why that is no fault.
    warnings: Vec<String>,
    missing: Vec<String>,
    /// Files, and why they cannot be read.
    unreadable: Vec<(String, String)>,
}

/// Blocks. Each file's findings are in the order of their places.
fn lint_all(paths: &[PathBuf], wanted: Option<MachineType>) -> Linted {
    let (mut linted, mut told) = (Linted::default(), HashSet::new());
    for path in paths {
        let name = files::named(path);
        let text = match files::blocking_text(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                linted.missing.push(name);
                continue;
            }
            Err(error) => {
                linted.unreadable.push((name, error.to_string()));
                continue;
            }
            Ok(text) => text,
        };
        let found = machines::find(&name, path, &text);
        linted.warnings.extend(found.warnings);
        linted.machines += found.machines.len();
        let mut findings = found.findings;
        for machine in &found.machines {
            let machine_type = wanted.or(machine.machine_type).unwrap_or(MachineType::Standard);
            findings.extend(machine.lint(machine_type));
        }
        findings.sort_by(|one, next| one.order().cmp(&next.order()));
        // A definition may be named by a template and by itself.
        findings.retain(|finding| told.insert(finding.clone()));
        linted.findings.extend(findings);
    }
    linted
}
