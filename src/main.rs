//! Parse, make the context, dispatch, turn the outcome into an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use opsctl::cli::{self, Command, GlobalArgs, Invocation, Misunderstood};
use opsctl::context::{Context, environment_of_this_process, state_dir};
use opsctl::error::{Error, Kind, Outcome, Report, Result, exit};
use opsctl::output::{Format, Place, Reporter};
use opsctl::settings::Environment;
use opsctl::{aws, commands, completion, fan_out, panics, sandbox, signals, unattended};

/// Bytes of stack for work beside the main thread, such as reading a document: more than the deepest one takes.
const STACK: usize = 32 << 20;

fn main() -> ExitCode {
    let (line, env) = (std::env::args_os().collect::<Vec<_>>(), environment_of_this_process());
    if completion::answer(&line, &env) {
        return ExitCode::SUCCESS;
    }
    if let Some(command) = node_shell(&line) {
        let error = sandbox::become_node_shell(&command);
        let reporter = Context::early_reporter(&GlobalArgs::default(), &Environment::default());
        return fail(&error, &reporter, &Place::default(), None);
    }
    let Invocation { cli, origins, guards, warnings } = match cli::understand(&line, &env) {
        Ok(invocation) => invocation,
        Err(error) => return misunderstood(&error, &line, &env),
    };
    let reporter = Context::early_reporter(&cli.global, &env);
    panics::report_to(reporter.clone(), cli::words(&line).join(" "), state_dir(&env).ok());
    let own_failure = cli.command.own_failure();
    for warning in warnings {
        reporter.warn(warning);
    }
    let context = match Context::new(cli.global, origins, guards, env) {
        Ok(context) => context,
        Err(error) => return fail(&error, &reporter, &Place::default(), own_failure),
    };
    match panics::contain(|| run(&cli.command, &context)) {
        Ok(Ok(outcome)) => ExitCode::from(outcome.exit_code()),
        Ok(Err(error)) => fail(&error, &reporter, &context.place(), own_failure),
        Err(code) => ExitCode::from(code),
    }
}

/// The hidden half of a sandbox node; no command of a user's, so that no list of commands has it.
fn node_shell(line: &[OsString]) -> Option<Vec<OsString>> {
    line.get(1).filter(|word| *word == sandbox::NODE_SHELL)?;
    line.get(2..).map(<[OsString]>::to_vec)
}

fn run(command: &Command, context: &Context) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| Error::failed("cannot start").because(error))?;
    {
        let _inside = runtime.enter();
        signals::outlive_the_limit_of_files()?;
    }
    let verb = async {
        match fan_out::is_wanted(context, command.fans_out())? {
            true => fan_out::run(context, async |place| commands::run(command, place).await).await,
            false => commands::run(command, context).await,
        }
    };
    let outcome = runtime.block_on(unattended::run(verb, command.handles_signals(), context));
    // A thread that waits for the keyboard must not keep the program alive.
    runtime.shutdown_background();
    outcome
}

/// Help and version are answers; a mistake is told by clap, and as JSON to who asked for JSON.
fn misunderstood(error: &Misunderstood, line: &[OsString], env: &Environment) -> ExitCode {
    let (output, color) = (cli::wanted_format(line, env), cli::wanted_color(line, env));
    let global = GlobalArgs { output, color, ..GlobalArgs::default() };
    let reporter = Context::early_reporter(&global, env);
    let error = match error {
        Misunderstood::Line(error) => error,
        Misunderstood::Settings(error) => return fail(error, &reporter, &Place::default(), None),
    };
    if error.use_stderr() && global.output.is_some_and(Format::is_json) {
        return fail(&cli::mistake(error).into(), &reporter, &Place::default(), None);
    }
    if !error.use_stderr() {
        return match Context::early_output(&global, env).styled(&error.render()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, &reporter, &Place::default(), None),
        };
    }
    reporter.usage(&error.render());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::FAILED))
}

fn fail(error: &anyhow::Error, reporter: &Reporter, place: &Place, own_failure: Option<u8>) -> ExitCode {
    let mut report = Report::new(error);
    let is_silent = report.kind == Kind::Temporary && report.aws.is_none();
    report.hints.extend(place.region.as_deref().filter(|_| is_silent).and_then(aws::doubt_of_region));
    reporter.error(&report, place);
    ExitCode::from(code(&report, own_failure))
}

/// A command that passes a child's exit code on keeps its own failures apart from it; how a signal ended it
/// is told all the same.
fn code(report: &Report, own_failure: Option<u8>) -> u8 {
    match (report.kind, own_failure) {
        (Kind::Interrupted | Kind::Terminated | Kind::HungUp, _) | (_, None) => report.kind.exit_code(),
        (_, Some(code)) => code,
    }
}
