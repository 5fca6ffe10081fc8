//! A configuration on its way to the service: what changes is shown and agreed to, nobody was faster, and it is sent.

use super::api::Alarms;
use super::configuration::{self, Configuration, changes};
use super::enabling::account;
use super::model::Alarm;
use super::target::AlarmName;
use super::view;
use crate::change::{self, Consent, Plan, Step, Weight, Words};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// What is to be.
pub struct Sending {
    pub wanted: Configuration,
    /// The alarm in whose place it comes.
    pub present: Option<Alarm>,
    pub words: Words,
}

impl Sending {
    /// What would change nothing is not sent.
    pub async fn send(
        &self,
        consent: &Consent,
        alarms: &Alarms,
        signals: &mut Signals,
        ctx: &Context,
    ) -> Result<Outcome> {
        let name = self.wanted.name();
        let present = self.present.as_ref().map(Configuration::from);
        let found = changes(present.as_ref(), &self.wanted);
        let is_so = found.is_empty() && self.present.is_some();
        if is_so {
            ctx.reporter().status(format_args!("{name} is so already: nothing is to be done"));
        }
        ctx.reporter().drawing(&configuration::drawn(&found, &ctx.reporter().settings().stderr));
        let members: Vec<&str> = found.iter().map(|change| change.member.as_str()).collect();
        let plan = self.plan(&members, is_so, alarms);
        if is_so && !matches!(consent, Consent::DryRun) {
            return self.answer(alarms, signals, ctx).await;
        }
        if !signals.race(consent.to(&plan, ctx)).await? {
            return Ok(Outcome::Done);
        }
        signals.race(self.nobody_was_faster(alarms)).await?;
        signals.race(alarms.put(&self.wanted)).await?;
        ctx.reporter().status(format_args!("the alarm {name} is {}", self.words.done));
        self.answer(alarms, signals, ctx).await
    }

    fn plan(&self, members: &[&str], is_so: bool, alarms: &Alarms) -> Plan {
        let description = match &self.present {
            None => format!("new {} alarm: {}", self.wanted.alarm_type, self.wanted.summary()),
            Some(_) => members.join(", "),
        };
        let step = Step {
            action: self.wanted.action(),
            resource: self.wanted.name().to_owned(),
            description,
            parameters: self.wanted.value(),
        };
        Plan {
            words: self.words,
            weight: Weight::Ordinary,
            account: account(self.present.as_slice()),
            region: alarms.region.clone(),
            steps: if is_so { Vec::new() } else { vec![step] },
        }
    }

    /// A Put call takes no condition: what changed between reading and agreeing is looked for as late as can be.
    async fn nobody_was_faster(&self, alarms: &Alarms) -> Result<()> {
        let name = self.wanted.name();
        let now = AlarmName::Name(name.to_owned()).find_if_any(alarms).await?;
        let (done, reason) = match (&self.present, &now) {
            (None, None) => return Ok(()),
            (None, Some(_)) => ("created", None),
            (Some(_), None) => ("deleted", None),
            (Some(before), Some(now)) => {
                let found = changes(Some(&before.into()), &now.into());
                if found.is_empty() {
                    return Ok(());
                }
                let members: Vec<&str> = found.iter().map(|change| change.member.as_str()).collect();
                ("changed", Some(format!("it has another {} than it had", members.join(", "))))
            }
        };
        let error = Error::new(Kind::Conflict, format!("somebody else has {done} {name} meanwhile"))
            .hint("the same command again shows what there is now");
        Err(match reason {
            Some(reason) => error.because(reason).into(),
            None => error.into(),
        })
    }

    /// The alarm as the service has it then, for who asks for a document.
    async fn answer(&self, alarms: &Alarms, signals: &mut Signals, ctx: &Context) -> Result<Outcome> {
        if change::is_answered(ctx) {
            let name = AlarmName::Name(self.wanted.name().to_owned());
            let alarm = signals.race(name.find_if_any(alarms)).await?;
            let alarm = alarm.unwrap_or_else(|| self.wanted.to_alarm());
            ctx.out().list("alarm", view::ALARMS, vec![alarm])?;
        }
        Ok(Outcome::Done)
    }
}
