//! `opsctl alarm`: the group's verbs and their dispatch, no logic.

mod api;
mod backtest;
mod chart;
mod complete;
mod configuration;
mod create;
mod datapoints;
mod delete;
mod disable;
mod enable;
mod enabling;
mod explain;
mod family;
mod fire;
mod history;
mod list;
mod model;
mod sending;
mod set;
mod show;
mod silence;
mod stays;
mod surroundings;
mod tag;
mod target;
mod tree;
mod unsilence;
mod view;
mod watch;
mod watched;

use clap::Subcommand;

use crate::change::{self, Changes};
use crate::context::Context;
use crate::error::{Outcome, Result};

/// CloudWatch alarms: which are on, since when, and why
///
/// Metric alarms, composite alarms and log alarms, by their names or their ARNs. Where several are
/// meant, names may be patterns with * and ?, which a shell leaves alone in quotes.
///
/// Examples:
///   opsctl alarm list --state alarm
///   opsctl alarm explain api-5xx
///   opsctl alarm tree
///   opsctl alarm history api-5xx --since 7d
///   opsctl alarm watch 'api-*' --for-state ok --timeout 15m
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListAlarmsArgs),
    Show(show::ShowAlarmArgs),
    Explain(explain::ExplainAlarmArgs),
    Backtest(backtest::BacktestArgs),
    Chart(chart::ChartAlarmArgs),
    Tree(tree::TreeArgs),
    History(history::AlarmHistoryArgs),
    Watch(watch::WatchAlarmsArgs),
    Create(Box<create::CreateAlarmArgs>),
    Set(set::SetAlarmArgs),
    Enable(enable::EnableAlarmsArgs),
    Disable(disable::DisableAlarmsArgs),
    Delete(delete::DeleteAlarmsArgs),
    Silence(silence::SilenceAlarmsArgs),
    Unsilence(unsilence::UnsilenceAlarmsArgs),
    Fire(fire::FireAlarmArgs),
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::List(_)
            | Command::Show(_)
            | Command::Explain(_)
            | Command::Backtest(_)
            | Command::Chart(_)
            | Command::Tree(_)
            | Command::History(_) => false,
            Command::Watch(_)
            | Command::Create(_)
            | Command::Set(_)
            | Command::Enable(_)
            | Command::Disable(_)
            | Command::Delete(_)
            | Command::Silence(_)
            | Command::Unsilence(_)
            | Command::Fire(_) => true,
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) | Command::Tree(_) | Command::History(_) => true,
            Command::Explain(_)
            | Command::Backtest(_)
            | Command::Chart(_)
            | Command::Watch(_)
            | Command::Create(_)
            | Command::Set(_)
            | Command::Enable(_)
            | Command::Disable(_)
            | Command::Delete(_)
            | Command::Silence(_)
            | Command::Unsilence(_)
            | Command::Fire(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::List(_)
            | Command::Show(_)
            | Command::Explain(_)
            | Command::Backtest(_)
            | Command::Chart(_)
            | Command::Tree(_)
            | Command::History(_)
            | Command::Watch(_) => Changes::Nothing,
            Command::Create(args) => args.changes(),
            Command::Set(args) => args.changes(),
            Command::Enable(args) => args.changes(),
            Command::Disable(args) => args.changes(),
            Command::Delete(args) => args.changes(),
            Command::Silence(args) => args.changes(),
            Command::Unsilence(args) => args.changes(),
            Command::Fire(args) => args.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    dispatch(command, ctx).await.map_err(|error| change::placed(error, ctx.global(), "alarm"))
}

async fn dispatch(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Show(args) => show::run(args, ctx).await,
        Command::Explain(args) => explain::run(args, ctx).await,
        Command::Backtest(args) => backtest::run(args, ctx).await,
        Command::Chart(args) => chart::run(args, ctx).await,
        Command::Tree(args) => tree::run(args, ctx).await,
        Command::History(args) => history::run(args, ctx).await,
        Command::Watch(args) => watch::run(args, ctx).await,
        Command::Create(args) => create::run(args, ctx).await,
        Command::Set(args) => set::run(args, ctx).await,
        Command::Enable(args) => enable::run(args, ctx).await,
        Command::Disable(args) => disable::run(args, ctx).await,
        Command::Delete(args) => delete::run(args, ctx).await,
        Command::Silence(args) => silence::run(args, ctx).await,
        Command::Unsilence(args) => unsilence::run(args, ctx).await,
        Command::Fire(args) => fire::run(args, ctx).await,
    }
}
