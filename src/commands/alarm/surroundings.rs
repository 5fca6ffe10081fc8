//! What a configuration names outside of itself, looked up before it is sent: the alarms of a rule and its suppressor, which
//! must be there and must not wait for each other, and metrics, which may come later.

use opsctl_engine::evaluation::composite::{Rule, name_of};

use super::api::{Alarms, Selection};
use super::configuration::Configuration;
use super::create::presets;
use super::family::Family;
use super::model::{Alarm, AlarmType};
use super::target::names_of_all;
use crate::aws::Aws;
use crate::error::{Error, Kind, Result};
use crate::metrics::{Metric, Metrics, in_a_line};
use crate::output::{Reporter, advice};

/// Refuses a composite alarm whose rule names what is not there, or leads back to it; and a log alarm where there are none.
pub async fn check(wanted: &Configuration, alarms: &Alarms) -> Result<()> {
    match wanted.alarm_type {
        AlarmType::Metric => Ok(()),
        AlarmType::Log if alarms.is_older() => {
            let message = format!("{} cannot be written: it is a log alarm", wanted.name());
            Err(Error::failed(message).because("the endpoint is older than log alarms are").into())
        }
        AlarmType::Log => Ok(()),
        AlarmType::Composite => {
            let alarm = wanted.to_alarm();
            all_are_there(&alarm, alarms).await?;
            let types = vec![AlarmType::Composite];
            let mut composites = alarms.described(Selection { types, ..Selection::default() }).await?;
            composites.retain(|other| other.name() != alarm.name());
            composites.push(alarm);
            Ok(no_cycle(wanted.name(), &Family::from(composites))?)
        }
    }
}

async fn all_are_there(alarm: &Alarm, alarms: &Alarms) -> Result<()> {
    let rule = alarm.rule().and_then(|rule| Rule::parse(rule).ok());
    let children = rule.as_ref().map(Rule::children).unwrap_or_default();
    let named = children.into_iter().chain(alarm.text("ActionsSuppressor").map(name_of));
    let named: Vec<&str> = named.filter(|name| *name != alarm.name()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let names = named.iter().map(|name| (*name).to_owned()).collect();
    let there = alarms.described(Selection { names, ..Selection::default() }).await?;
    let is_missing = |name: &&&str| !there.iter().any(|alarm| alarm.name() == **name);
    let missing: Vec<&&str> = named.iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let all = names_of_all(alarms).await?;
    let told =
        |name: &&&str| format!("no alarm is called {name}{}", advice(name, all.iter().map(String::as_str)));
    let message = format!("{} names alarms that are not there", alarm.name());
    Err(Error::not_found(message).because_of(missing.iter().map(told).collect()).into())
}

fn no_cycle(name: &str, family: &Family) -> Result<(), Error> {
    let Some(cycle) = family.cycles().into_iter().find(|cycle| cycle.contains(&name)) else { return Ok(()) };
    let message = format!("the rule of {name} would lead back to it, and would never be evaluated");
    let reason = format!("the rules of {} would name each other", cycle.join(", "));
    Err(Error::new(Kind::Conflict, message).because(reason).hint(format!("opsctl alarm tree {name}")))
}

/// Tells of metrics that nobody publishes: more often mistyped than new.
pub async fn warn_of_metrics(wanted: &Configuration, aws: &Aws, reporter: &Reporter) {
    let alarm = wanted.to_alarm();
    let metrics = Metrics::of(aws);
    for it in alarm.metrics() {
        let dimension = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let metric = Metric {
            namespace: it.namespace.to_owned(),
            metric_name: it.name.to_owned(),
            dimensions: it.dimensions.iter().map(dimension).collect(),
        };
        // What AWS publishes only when something happens may be new: that there is none says nothing of its name.
        if presets::have(it.namespace, it.name)
            && metrics.of_the_same_name(&metric).await.is_ok_and(|published| published.is_empty())
        {
            continue;
        }
        match metrics.missing(&metric).await {
            Ok(None) => {}
            Ok(Some(error)) => reporter.warn(in_a_line(error)),
            Err(error) => {
                reporter.warn(format_args!("it is not known whether {metric} is published: {error}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::tests::family;
    use super::*;

    #[test]
    fn a_rule_that_leads_back_is_refused_and_cycles_of_others_are_not_ours() {
        let rules = [("a", "ALARM(b)"), ("b", "OK(a)"), ("c", "ALARM(a)"), ("d", "ALARM(m)")];
        let family = family(&rules);
        let error = no_cycle("a", &family).unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(no_cycle("c", &family).is_ok() && no_cycle("d", &family).is_ok());
    }
}
