//! `opsctl sfn local test`.

mod expect;
mod file;
mod find;
mod junit;
mod one;
mod runner;
mod view;

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::options;
use crate::cli::{ListArgs, SHAPING};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::output::{self, Output};
use crate::signals::Signals;
use one::Surroundings;
use runner::Results;
use view::{COVERAGE, TESTS};

/// Test workflows on this machine
///
/// Runs the tests in the files below DIR whose names end in .test.yaml or .test.yml, several at once:
/// each starts a definition with an input and mocks, and says what must come of it: status, output,
/// error, the path taken, retries, what tasks were asked. docs/workflow-tests.md has the format.
/// Objects that tests write are seen by themselves alone.
///
/// With --coverage, the answer is what the tests have seen of each definition: states, and the ways
/// between them. --min makes it a failure when that is less, both taken together.
///
/// Examples:
///   opsctl sfn local test tests
///   opsctl sfn local test tests --format junit > report.xml
///   opsctl sfn local test tests --coverage --min 50
///
/// Exit codes:
///   0    all tests passed, and as much is covered as --min wants
///   2    an option or a file is wrong
///   3    there are no tests, or a file that they name
///   6    a test failed, or too little is covered
///   8    --timeout was reached; the functions that ran were ended
///   130  Ctrl-C; the functions that ran were ended
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(TESTS)))]
pub struct LocalTestArgs {
    /// A folder with tests, or a file of them
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::AnyPath, help_heading = "Target")]
    place: PathBuf,

    /// Only tests whose name has this in it
    #[arg(long, value_name = "TEXT", help_heading = "Target")]
    filter: Option<String>,

    /// Tests that run at once; as many as there are processors without
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Command")]
    max_concurrency: Option<u16>,

    /// Show what the tests have covered
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    coverage: bool,

    /// How much of each definition must be covered
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Output")]
    min: Option<u8>,

    /// A document for another program, instead of -o
    #[arg(long, value_name = "FORMAT", conflicts_with_all = SHAPING, help_heading = "Output")]
    format: Option<Format>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Junit,
}

pub async fn run(args: &LocalTestArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    if args.coverage {
        // Columns that are unknown are refused before anything runs.
        drop(out.stream("localCoverage", COVERAGE)?);
    } else {
        drop(out.stream("localTest", TESTS)?);
    }
    let suites = runner::suites(&args.place, args.filter.as_deref()).await?;
    let surroundings =
        Surroundings { place: options::place(ctx), region: options::region(ctx).to_owned(), now: ctx.now() };
    let total = suites.iter().map(|suite| suite.tests.len()).sum::<usize>();
    let mut progress = ctx.reporter().progress("testing", Some(total as u64));
    let at_once = args.max_concurrency.map(usize::from);
    let mut signals = Signals::listen()?;
    let (results, ended) =
        runner::run(suites, surroundings, at_once, &mut signals, |done| progress.set(done)).await?;
    drop(progress);
    let done = results.tests.len();
    let failed = results.tests.iter().filter(|test| !test.passed).count();
    let verdict = verdict(args, &results, failed);
    tell(&results, args, &out, ctx);
    match (args.format, args.coverage) {
        (Some(Format::Junit), _) => out.text(&junit::document(&results.tests))?,
        (None, true) => out.list("localCoverage", COVERAGE, results.coverage)?,
        (None, false) => out.list("localTest", TESTS, results.tests)?,
    }
    let passed = done - failed;
    let tests = if total == 1 { "1 test".to_owned() } else { format!("{total} tests") };
    let left = match total - done {
        0 => String::new(),
        left => format!(", {left} not run"),
    };
    ctx.reporter().status(format!("{tests}: {passed} passed, {failed} failed{left}"));
    if let Some(ended) = ended {
        return Err(ended);
    }
    match verdict {
        Some(error) => Err(error.into()),
        None => Ok(Outcome::Done),
    }
}

/// Every difference of every failed test, with what to do: a table has room for the first, a document for people has none,
/// and one for programs has them all.
fn tell(results: &Results, args: &LocalTestArgs, out: &Output, ctx: &Context) {
    let is_table = args.format.is_none() && !args.coverage;
    if is_table && out.settings().format != output::Format::Table {
        return;
    }
    for test in results.tests.iter().filter(|test| !test.passed) {
        let failures = test.failures.get(usize::from(is_table && test.failures.len() == 1)..);
        for failure in failures.unwrap_or_default() {
            ctx.reporter().status(format!("{}: {}: {failure}", test.file, test.name));
        }
        test.hints.iter().for_each(|hint| ctx.reporter().hint(hint));
    }
}

fn verdict(args: &LocalTestArgs, results: &Results, failed: usize) -> Option<Error> {
    if failed > 0 {
        let message = format!("{failed} of {} tests failed", results.tests.len());
        return Some(Error::new(Kind::ConditionFalse, message));
    }
    let min = f64::from(args.min?);
    let lacking = results.coverage.iter().filter(|coverage| coverage.percent() < min);
    let lacking: Vec<String> = lacking
        .map(|coverage| {
            format!("{}: {:.1} % of its states and transitions", coverage.definition, coverage.percent())
        })
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let message = format!("less than {min} % is covered");
    Some(Error::new(Kind::ConditionFalse, message).because_of(lacking))
}
