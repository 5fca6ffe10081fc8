//! `opsctl sfn local run`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::coverage::Ground;
use opsctl_engine::asl::definition::Machine;
use opsctl_engine::asl::execution::{Execution, MAX_EVENTS, Options, Status};
use opsctl_engine::asl::mocks::{Case, Mocks};

use super::super::definition;
use super::super::machine_type::Type;
use super::drive::{self, Pace};
use super::functions::Functions;
use super::objects::Objects;
use super::options;
use super::view::{self, COLUMNS, Events, KIND, Line, LocalExecution};
use super::watch::Watch;
use super::world::{Advice, Local};
use super::{input, mocks};
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::input::files;
use crate::output::Format;
use crate::signals::Signals;

/// Run a workflow on this machine
///
/// Runs the definition in FILE, JSON or YAML, as Step Functions would, with a clock that jumps over
/// every wait. Tasks end as --mocks says, in the format of Step Functions Local; those it does not
/// have are calls of Lambda functions that --functions makes programs of this machine, by name or
/// ARN: the event on stdin, the result on stdout. A task that neither has ends the run with the lines
/// to add. While a function runs the clock goes as fast as any.
///
/// Examples:
///   opsctl sfn local run order.asl.json --input '{"total": 12}' --mocks mocks.json --case Happy
///   opsctl sfn local run order.asl.json --functions functions.toml --history -o json
///   echo '{"total": 12}' | opsctl sfn local run order.asl.json --input - --mocks mocks.json
///
/// Exit codes:
///   0    the execution SUCCEEDED
///   2    an option or a file is wrong, the mocks ran out, or nothing runs a task
///   3    there is no such file, or no such case
///   6    the execution ended in any other way
///   8    --timeout was reached; the functions that ran were ended
///   130  Ctrl-C; the functions that ran were ended
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct LocalRunArgs {
    /// The definition, in JSON or YAML; - reads it from stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Target")]
    file: PathBuf,

    /// The input: JSON, @FILE, or - for stdin; {} without
    #[arg(short, long, value_name = "JSON", allow_hyphen_values = true, help_heading = "Target")]
    input: Option<String>,

    /// Mocks, in the format of Step Functions Local
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Command")]
    mocks: Option<PathBuf>,

    /// Which case of the mocks, as CASE or MACHINE#CASE
    #[arg(long, value_name = "NAME", requires = "mocks", help_heading = "Command")]
    case: Option<String>,

    /// Programs that stand for Lambda functions
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Command")]
    functions: Option<PathBuf>,

    /// A folder whose folders are buckets
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Command")]
    objects: Option<PathBuf>,

    /// The type of the machine
    #[arg(
        long = "type",
        value_name = "TYPE",
        ignore_case = true,
        default_value = "STANDARD",
        help_heading = "Command"
    )]
    kind: Type,

    /// Waits take as long as they say
    #[arg(long, help_heading = "Command")]
    real_time: bool,

    /// Makes jitter, tokens and every other random value the same each time
    #[arg(long, value_name = "N", help_heading = "Command")]
    seed: Option<u64>,

    /// Events an execution may have
    #[arg(long, value_name = "N", default_value_t = MAX_EVENTS, value_parser = clap::value_parser!(u64).range(2..), help_heading = "Command")]
    max_events: u64,

    /// Show the events too
    #[arg(long, help_heading = "Output")]
    history: bool,

    #[command(flatten)]
    detail: DetailArgs,
}

const ADVICE: Advice = Advice {
    objects: "--objects DIR, a folder whose folders are the buckets",
    functions: "the file of --functions",
    mocks: |state| {
        let response = "\"Done\": {\"0\": {\"Return\": {}}}";
        format!("in the test case of --mocks add {state}: \"Done\", and in its MockedResponses {response}")
    },
};

pub async fn run(args: &LocalRunArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details(KIND, COLUMNS)?;
    let format = out.settings().format;
    if args.history && matches!(format, Format::Csv | Format::Text) {
        return Err(Error::usage("--history is more than one table, which -o csv and -o text are not")
            .hint("-o json --query 'item.events'")
            .into());
    }
    let mut signals = Signals::listen()?;
    let prepared = signals.race(args.prepare(ctx)).await?;
    let execution = args.execute(prepared, ctx, &mut signals).await?;
    details.show(&execution)?;
    // In a document, and to a query, the events are a part of it.
    if args.history && format == Format::Table && out.settings().query.is_none() {
        ctx.out().text("\n")?;
        ctx.out().list("localEvent", view::EVENTS, Line::all(&execution))?;
    }
    match execution.status == Status::Succeeded.name() {
        true => Ok(Outcome::Done),
        false => {
            let message = format!("the execution ended {}", execution.status);
            let error = Error::new(Kind::ConditionFalse, message);
            Err(match &execution.error {
                Some(name) => error.because(name.clone()),
                None => error,
            }
            .into())
        }
    }
}

/// What a run is made of.
struct Prepared {
    name: String,
    machine: Machine,
    case: Case,
    functions: Functions,
    objects: Option<Objects>,
    input: Payload,
}

impl LocalRunArgs {
    /// Reads everything that is named.
    async fn prepare(&self, ctx: &Context) -> Result<Prepared> {
        let is_stdin = |path: Option<&Path>| path.is_some_and(|path| path.as_os_str() == "-");
        let from_stdin: Vec<&str> = [
            ("the definition", is_stdin(Some(&self.file))),
            ("the input", self.input.as_deref() == Some("-")),
            ("the mocks", is_stdin(self.mocks.as_deref())),
            ("the functions", is_stdin(self.functions.as_deref())),
        ]
        .into_iter()
        .filter_map(|(what, is_stdin)| is_stdin.then_some(what))
        .collect();
        if let [one, other, ..] = from_stdin.as_slice() {
            return Err(Error::usage(format!("{one} and {other} cannot both be stdin")).into());
        }
        let name = definition::name(&self.file);
        let machine = definition::load(&self.file, self.kind.machine()).await?;
        let case = self.case(&name).await?;
        let states = Ground::of(&machine).states;
        for state in case.0.keys().filter(|state| !states.contains(state.as_str())) {
            ctx.reporter()
                .warn(format!("there are mocks for the state {state}, which the definition has not"));
        }
        let functions = match &self.functions {
            Some(path) => Functions::read(path, &files::text(path, "the functions").await?)?,
            None => Functions::default(),
        };
        let objects = match &self.objects {
            Some(root) if !root.is_dir() => {
                return Err(Error::not_found(format!("there is no folder {}", root.display())).into());
            }
            objects => objects.as_deref().map(Objects::new),
        };
        let input = input::read(self.input.as_deref()).await?;
        Ok(Prepared { name, machine, case, functions, objects, input })
    }

    /// Dropping it ends every function that runs. A run that is given up is told as far as it came.
    async fn execute(
        &self,
        prepared: Prepared,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<LocalExecution> {
        let Prepared { name, machine, case, functions, objects, input } = prepared;
        let seed = options::seed(self.seed)?;
        let mut watch = Watch::new(ctx.reporter(), &name, &machine);
        let options = Options {
            max_events: self.max_events,
            keep_history: self.history || watch.is_drawn(),
            ..options::execution(&name, options::region(ctx), self.kind, seed, ctx.now())
        };
        let mut world = Local::new(&ADVICE, Mocks::new(case), &functions, objects);
        let mut execution = Execution::start(&machine, input, options);
        let place = options::place(ctx);
        let pace = Pace {
            place: &place,
            real_time: self.real_time,
            is_watched: watch.is_drawn(),
            seed: options::apart(seed, 2),
        };
        let driven = drive::drive(&mut execution, &mut world, &pace, |execution, now, waits| {
            watch.look(execution, now, waits);
        });
        let driven = signals.race(driven).await;
        watch.leave(&execution);
        if driven.is_err() && execution.outcome().is_none() {
            let events = execution.history().count();
            ctx.reporter().verbose(1, format!("the execution was left after {events} events"));
        }
        driven?;
        let outcome = execution.outcome().cloned();
        let outcome = outcome.ok_or_else(|| Error::failed("the execution did not end"))?;
        Ok(LocalExecution::new(&outcome, self.history.then_some(Events(execution))))
    }

    async fn case(&self, machine: &str) -> Result<Case> {
        let Some(path) = &self.mocks else { return Ok(Case::default()) };
        let file = files::named(path);
        let mocks = mocks::read(&file, &files::text(path, "the mocks").await?)?;
        Ok(mocks::case(&mocks, &file, machine, self.case.as_deref())?.clone())
    }
}
