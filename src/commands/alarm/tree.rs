//! `opsctl alarm tree`.

mod node;

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use self::node::{DRAWN, NODES, Node, nodes};
use super::api::{Alarms, Selection};
use super::complete;
use super::family::Family;
use super::model::Alarm;
use super::target::{AlarmName, find_all};
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Format;

/// Show composite alarms with what they depend on
///
/// Every composite alarm that is part of no other one, with the alarms of its rule below it and
/// theirs below them, each with its state. An alarm in ALARM for which its composite alarm is too is
/// marked. With names, the trees of these alarms.
///
/// Alarms that wait for each other are named: the service evaluates none of them, and deletes none.
/// In the other formats each alarm is a record with its depth and its parent.
///
/// Examples:
///   opsctl alarm tree
///   opsctl alarm tree service --columns alarm,state,rule
///   opsctl alarm tree -o json --query "items[?state=='ALARM'].name"
///
/// Exit codes:
///   0   the trees are shown, whatever their states
///   2   an option, a column or a query is wrong
///   3   there is no such alarm, or none that is like a pattern
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarms  the alarms, on *
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(DRAWN)))]
pub struct TreeArgs {
    /// Only these alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarms: Vec<AlarmName>,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &TreeArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let is_drawn = out.settings().format == Format::Table && args.list.sort.is_none();
    let columns = if is_drawn || args.list.columns.is_some() { DRAWN } else { NODES };
    let mut writer = out.stream("alarm.node", columns)?;
    let alarms = Alarms::open(ctx).await?;
    let named = match args.alarms.as_slice() {
        [] => Vec::new(),
        named => find_all(named, &alarms).await?,
    };
    let family = Family::of(&alarms).await?;
    let roots: Vec<&str> = match args.alarms.as_slice() {
        [] => family.roots(),
        _ => named.iter().map(Alarm::name).collect(),
    };
    let others = others(&roots, &named, &family, &alarms).await?;
    let is_ascii = !is_drawn || !out.settings().stdout.unicode;
    // Whether more is wanted is no question: nothing more is asked for.
    let _ = writer.extend(nodes(&roots, &family, &others, is_ascii))?;
    writer.finish()?;
    tell_cycles(&roots, &family, ctx);
    Ok(Outcome::Done)
}

/// The alarms of the trees that are no composite alarms.
async fn others(
    roots: &[&str],
    named: &[Alarm],
    family: &Family,
    alarms: &Alarms,
) -> Result<BTreeMap<String, Alarm>> {
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| family.reach(root, &mut reached));
    let suppressors = reached.iter().filter_map(|name| node::suppressor(family.composite(name)?));
    let wanted: BTreeSet<&str> = reached.iter().copied().chain(suppressors).collect();
    let mut known: BTreeMap<String, Alarm> =
        named.iter().map(|alarm| (alarm.name().to_owned(), alarm.clone())).collect();
    let is_unknown = |name: &&&str| family.composite(name).is_none() && !known.contains_key(**name);
    let names: Vec<String> = wanted.iter().filter(is_unknown).map(|name| (*name).to_owned()).collect();
    if !names.is_empty() {
        let found = alarms.described(Selection { names, ..Selection::default() }).await?;
        known.extend(found.into_iter().map(|alarm| (alarm.name().to_owned(), alarm)));
    }
    Ok(known)
}

fn tell_cycles(roots: &[&str], family: &Family, ctx: &Context) {
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| family.reach(root, &mut reached));
    for cycle in family.cycles().iter().filter(|cycle| cycle.iter().any(|name| reached.contains(name))) {
        ctx.reporter().warn(node::waiting(cycle));
    }
}

impl Node {
    /// For the tests of the whole.
    #[cfg(test)]
    fn drawn(&self) -> String {
        format!("{}{}", self.indent, self.name)
    }
}
