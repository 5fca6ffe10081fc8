//! `opsctl metric`: the group's verbs and their dispatch, no logic.

mod chart;
mod complete;
mod fetching;
mod get;
mod list;
mod model;
mod put;
mod queries;
mod records;
mod select;
mod view;

use clap::Subcommand;

use crate::change::{self, Changes};
use crate::context::Context;
use crate::error::{Outcome, Result};

/// CloudWatch metrics: their names, their values, and charts of them
///
/// A metric goes by its namespace, its name and all of its dimensions; there is no part of it that
/// names it, and a typing mistake gives no data. Where there is none, the metric that may have been
/// meant is told.
///
/// Examples:
///   opsctl metric list AWS/States
///   opsctl metric put Shop Orders 3 --dimension Stage=prod
///   opsctl metric get Shop Orders --dimension Stage=prod --statistic Sum
///   opsctl metric chart Shop Orders --dimension Stage=prod --since 1d
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListMetricsArgs),
    Get(get::GetMetricArgs),
    Chart(chart::ChartMetricArgs),
    Put(put::PutMetricArgs),
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::List(_) | Command::Get(_) | Command::Chart(_) => false,
            Command::Put(_) => true,
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Get(_) => true,
            Command::Chart(_) | Command::Put(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::List(_) | Command::Get(_) | Command::Chart(_) => Changes::Nothing,
            Command::Put(args) => args.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    dispatch(command, ctx).await.map_err(|error| change::placed(error, ctx.global(), "metric"))
}

async fn dispatch(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Get(args) => get::run(args, ctx).await,
        Command::Chart(args) => chart::run(args, ctx).await,
        Command::Put(args) => put::run(args, ctx).await,
    }
}
