//! `opsctl sfn`: the group's verbs and their dispatch, no logic.

mod alias;
mod alias_name;
mod api;
mod changes;
mod complete;
mod definition;
mod deploy;
mod deployed;
mod diff;
mod execution;
mod executions;
mod explain;
mod explaining;
mod express;
mod failure;
mod following;
mod get;
mod graph;
mod history;
mod lint;
mod list;
mod local;
mod machine;
mod machine_type;
mod map_run;
mod model;
mod name_pattern;
mod payload;
mod redrive;
mod redriving;
mod rollback;
mod run;
mod settings;
mod show;
mod start;
mod starting;
mod stop;
mod substitute;
mod task;
mod versions;
mod view;
mod watch;
mod written;

use clap::Subcommand;

use crate::change::{self, Changes};
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Step Functions: workflows from their first draft to the reason why one failed
///
/// Definitions in the Amazon States Language. What is wrong with one is found before it is deployed,
/// and it runs on this machine as the service runs it: with its data flow, its errors, its retries
/// and its history. `graph`, `lint` and `local` call no AWS; the other verbs are about machines and
/// executions of an account, which go by name, by how a name begins, or by ARN; what is changed goes
/// by its whole name.
///
/// Examples:
///   opsctl sfn list
///   opsctl sfn run orders --input '{"total": 12}'
///   opsctl sfn executions orders --status failed
///   opsctl sfn explain orders:run-1
///   opsctl sfn history orders:run-1 --format timeline
///   opsctl sfn graph order.asl.json
///   opsctl sfn lint machine.asl.json
///   opsctl sfn local run order.asl.json --input '{"total": 12}' --mocks mocks.json
///   opsctl sfn local test tests
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListMachinesArgs),
    Show(show::ShowMachineArgs),
    Executions(executions::ExecutionsArgs),
    Get(get::GetExecutionArgs),
    Start(start::StartArgs),
    Run(run::RunArgs),
    Watch(watch::WatchArgs),
    Explain(explain::ExplainArgs),
    History(history::HistoryArgs),
    Stop(stop::StopExecutionArgs),
    Redrive(redrive::RedriveArgs),
    #[command(subcommand)]
    MapRun(map_run::Command),
    #[command(subcommand)]
    Task(task::Command),
    Diff(diff::DiffArgs),
    Deploy(deploy::DeployArgs),
    Versions(versions::VersionsArgs),
    #[command(subcommand)]
    Alias(alias::Command),
    Rollback(rollback::RollbackArgs),
    Graph(graph::GraphArgs),
    Lint(lint::LintArgs),
    #[command(subcommand)]
    Local(local::Command),
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Versions(_)
            | Command::List(_)
            | Command::Show(_)
            | Command::Executions(_)
            | Command::Get(_)
            | Command::History(_)
            | Command::Task(_)
            | Command::Diff(_)
            | Command::Explain(_)
            | Command::Graph(_)
            | Command::Lint(_) => false,
            Command::Stop(_) | Command::Deploy(_) | Command::Rollback(_) => true,
            Command::MapRun(command) => command.handles_signals(),
            Command::Alias(command) => command.handles_signals(),
            Command::Local(command) => command.handles_signals(),
            Command::Run(_) | Command::Start(_) | Command::Watch(_) | Command::Redrive(_) => true,
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Executions(_) | Command::Get(_) | Command::Versions(_) => true,
            Command::Show(args) => args.fans_out(),
            Command::History(args) => args.fans_out(),
            Command::MapRun(command) => command.fans_out(),
            Command::Alias(command) => command.fans_out(),
            Command::Start(_)
            | Command::Run(_)
            | Command::Watch(_)
            | Command::Explain(_)
            | Command::Stop(_)
            | Command::Redrive(_)
            | Command::Task(_)
            | Command::Diff(_)
            | Command::Deploy(_)
            | Command::Rollback(_)
            | Command::Graph(_)
            | Command::Lint(_)
            | Command::Local(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::List(_)
            | Command::Show(_)
            | Command::Executions(_)
            | Command::Get(_)
            | Command::Watch(_)
            | Command::Explain(_)
            | Command::History(_)
            | Command::MapRun(_)
            | Command::Diff(_)
            | Command::Versions(_)
            | Command::Graph(_)
            | Command::Lint(_)
            | Command::Local(_) => Changes::Nothing,
            Command::Start(args) => args.changes(),
            Command::Run(args) => args.changes(),
            Command::Stop(args) => args.changes(),
            Command::Redrive(args) => args.changes(),
            Command::Task(command) => command.changes(),
            Command::Deploy(args) => args.changes(),
            Command::Alias(command) => command.changes(),
            Command::Rollback(args) => args.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    dispatch(command, ctx).await.map_err(|error| change::placed(error, ctx.global(), "sfn"))
}

async fn dispatch(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Show(args) => show::run(args, ctx).await,
        Command::Executions(args) => executions::run(args, ctx).await,
        Command::Get(args) => get::run(args, ctx).await,
        Command::History(args) => history::run(args, ctx).await,
        Command::Stop(args) => stop::run(args, ctx).await,
        Command::MapRun(command) => map_run::run(command, ctx).await,
        Command::Task(command) => task::run(command, ctx).await,
        Command::Alias(command) => alias::run(command, ctx).await,
        Command::Deploy(args) => deploy::run(args, ctx).await,
        Command::Versions(args) => versions::run(args, ctx).await,
        Command::Diff(args) => diff::run(args, ctx).await,
        Command::Graph(args) => graph::run(args, ctx).await,
        Command::Lint(args) => lint::run(args, ctx).await,
        Command::Local(command) => local::run(command, ctx).await,
        Command::Rollback(args) => rollback::run(args, ctx).await,
        Command::Run(args) => run::run(args, ctx).await,
        Command::Start(args) => start::run(args, ctx).await,
        Command::Watch(args) => watch::run(args, ctx).await,
        Command::Explain(args) => explain::run(args, ctx).await,
        Command::Redrive(args) => redrive::run(args, ctx).await,
    }
}
