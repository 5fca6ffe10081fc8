//! `opsctl alarm history`.

pub mod item;

use clap::{Args, ValueEnum};

use self::item::{HistoryItem, ITEMS, ITEMS_OF_ONE};
use super::api::{Alarms, HistoryAsk};
use super::complete;
use super::target::{AlarmName, missing};
use crate::cli::{ListArgs, Moment};
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Show what happened to alarms
///
/// The newest first: changes of state with their reasons, changes of the configuration field by
/// field, and the actions that ran. An action that failed is marked: nothing else tells of it.
/// Without a name, the history of all alarms. The service keeps 30 days, of deleted alarms too.
///
/// Examples:
///   opsctl alarm history api-5xx --since 7d
///   opsctl alarm history --type configuration --since yesterday
///   opsctl alarm history --failed --since 30d
///   opsctl alarm history api-5xx -o json --query 'items[].changes[]'
///
/// Exit codes:
///   0   the history is shown, even if it is empty
///   2   an option, a column or a query is wrong
///   3   there is no such alarm, and was none
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarmHistory  the history, on *
///   cloudwatch:DescribeAlarms        where there is none: whether there is such an alarm
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(ITEMS)))]
pub struct AlarmHistoryArgs {
    /// Only of this alarm: name or ARN; of several by a pattern such as 'api-*'
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarm: Option<AlarmName>,

    /// Only items of this type; several with commas
    #[arg(long = "type", value_name = "TYPE", value_enum, value_delimiter = ',', help_heading = "Target")]
    types: Vec<ItemType>,

    /// Only actions that failed
    #[arg(long, conflicts_with = "types", help_heading = "Target")]
    failed: bool,

    /// Only what happened since then: 2h (ago), yesterday, a date, a time
    #[arg(long, value_name = "TIME", help_heading = "Target")]
    since: Option<Moment>,

    /// Only what happened until then
    #[arg(long, value_name = "TIME", help_heading = "Target")]
    until: Option<Moment>,

    #[command(flatten)]
    list: ListArgs,
}

/// What an item is about, of an alarm or of one of its contributors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ItemType {
    /// Changes of state
    State,
    /// Creation, changes and deletion
    Configuration,
    /// Actions that ran
    Action,
}

impl ItemType {
    fn takes(self, item: &HistoryItem) -> bool {
        match self {
            ItemType::State => item.item_type.ends_with("StateUpdate"),
            ItemType::Configuration => item.item_type == CONFIGURATION,
            ItemType::Action => item.item_type.ends_with("Action"),
        }
    }
}

const CONFIGURATION: &str = "ConfigurationUpdate";

pub async fn run(args: &AlarmHistoryArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let one = args.alarm.as_ref().filter(|alarm| !alarm.is_pattern());
    let columns = if one.is_some() && args.list.columns.is_none() { ITEMS_OF_ONE } else { ITEMS };
    let mut writer = out.stream("alarm.history", columns)?;
    let ask = HistoryAsk {
        name: one.map(|alarm| alarm.name().to_owned()),
        // The others are two types each.
        item_type: (args.types == [ItemType::Configuration]).then_some(CONFIGURATION),
        since: ctx.moment("--since", args.since)?,
        until: ctx.moment("--until", args.until)?,
    };
    let alarms = Alarms::open(ctx).await?;
    if let Some(alarm) = &args.alarm {
        alarm.check(&alarms)?;
    }
    let mut pages = alarms.history(ask);
    let mut is_empty = true;
    while let Some(page) = pages.next().await? {
        is_empty &= page.is_empty();
        let items = page.into_iter().map(HistoryItem::read).filter(|item| args.takes(item));
        if writer.extend(items)?.is_break() {
            break;
        }
    }
    if let Some(alarm) = one.filter(|_| is_empty) {
        let there = alarm.find_if_any(&alarms).await?;
        if there.is_none() {
            return Err(missing(alarm, &alarms).await);
        }
    }
    writer.finish()?;
    Ok(Outcome::Done)
}

impl AlarmHistoryArgs {
    fn takes(&self, item: &HistoryItem) -> bool {
        self.alarm.as_ref().is_none_or(|alarm| alarm.fits(&item.name))
            && (self.types.is_empty() || self.types.iter().any(|kind| kind.takes(item)))
            && (!self.failed || item.is_failed)
    }
}
