//! The calls of a deployment, one after the other: none is made on what somebody else changed, and those that a new role
//! holds up are made again for a while.

use std::time::Duration;

use opsctl_engine::asl::arn::StatesArn;
use tokio::time::{Instant, sleep};

use super::plan::{Call, Deployment, Present, Wanted};
use crate::change::Pace;
use crate::commands::sfn::alias;
use crate::commands::sfn::api::{Changed, Content, Refused, Sfn};
use crate::commands::sfn::deployed::{Route, alias_arn, number_of};
use crate::commands::sfn::machine::machine_of;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::random;
use crate::signals::Signals;

/// How long a role may be on its way to the service.
const PATIENCE: Duration = Duration::from_secs(30);
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(5);

pub struct Sending<'a> {
    pub sfn: &'a Sfn,
    pub arn: &'a StatesArn,
    pub wanted: &'a Wanted,
    pub present: &'a Present,
    pub ctx: &'a Context,
}

impl Sending<'_> {
    pub async fn all(&self, calls: &[Call], signals: &mut Signals) -> Result<Deployment> {
        let name = machine_of(&self.arn.resource).unwrap_or_default();
        let mut done = Deployment::unchanged(name, self.arn, self.present, self.wanted);
        signals.race(self.nobody_was_faster()).await?;
        for (number, call) in calls.iter().enumerate() {
            if let Err(error) = signals.race(self.one(call, &mut done)).await {
                if number > 0 {
                    let count = calls.len();
                    self.ctx.reporter().warn(format_args!(
                        "{number} of {count} changes were made; the same command again makes what is left"
                    ));
                }
                return Err(error);
            }
        }
        Ok(done)
    }

    /// Between reading and asking, somebody else may have changed the machine.
    async fn nobody_was_faster(&self) -> Result<()> {
        let Some(deployed) = &self.present.deployed else { return Ok(()) };
        let now = self.sfn.revision(&self.arn.to_string()).await?;
        if now == deployed.revision {
            return match &self.wanted.alias {
                Some(alias) => alias::is_still(self.present.alias.as_ref(), self.sfn, self.arn, alias).await,
                None => Ok(()),
            };
        }
        let why = format!("it had the revision {}, and has {now}", deployed.revision);
        Err(self.changed_meanwhile().because(why).into())
    }

    fn changed_meanwhile(&self) -> Error {
        let name = machine_of(&self.arn.resource).unwrap_or_default();
        Error::new(Kind::Conflict, format!("somebody else has changed {name} meanwhile"))
            .hint("the same command again shows what differs now")
    }

    async fn one(&self, call: &Call, done: &mut Deployment) -> Result<()> {
        let (arn, name, reporter) = (self.arn.to_string(), done.name.clone(), self.ctx.reporter());
        match call {
            Call::Create(content) => {
                let changed = self
                    .patiently(content, async || self.sfn.create(&name, content, &self.wanted.settings).await)
                    .await?;
                done.change = "created";
                reporter.status(format_args!("{name} is created"));
                self.published(changed, done);
            }
            Call::Update(content) => {
                let changed = self.patiently(content, async || self.sfn.update(&arn, content).await).await?;
                done.change = "updated";
                reporter.status(format_args!("{name} is updated"));
                self.published(changed, done);
            }
            Call::Tag(tags) => {
                self.sfn.tag(&arn, tags).await?;
                done.change = "updated";
                reporter.status(format_args!("{name} is tagged"));
            }
            Call::Publish(revision) => {
                let published = self.sfn.publish(&arn, revision, self.wanted.description.as_deref()).await;
                let version_arn = published.map_err(|error| self.as_conflict(error))?;
                done.change = "updated";
                self.published(Changed { version_arn: Some(version_arn), ..Changed::default() }, done);
            }
            Call::CreateAlias(_) | Call::MoveAlias(..) => {
                let alias = self.wanted.alias.as_deref().unwrap_or_default();
                let version = done.version.ok_or_else(|| {
                    Error::failed(format!("the alias {alias} is not moved: the service told no version"))
                })?;
                let routes = [Route { version, weight: 100 }];
                match call {
                    Call::CreateAlias(_) => self.sfn.create_alias(self.arn, alias, &routes, None).await?,
                    _ => self.sfn.update_alias(self.arn, alias, &routes, None).await?,
                }
                if done.change == "unchanged" {
                    done.change = "updated";
                }
                done.state_machine_alias_arn = Some(alias_arn(self.arn, alias));
                reporter.status(format_args!("{name}:{alias} leads to version {version}"));
            }
        }
        Ok(())
    }

    fn published(&self, changed: Changed, done: &mut Deployment) {
        done.revision_id = changed.revision.or(done.revision_id.take());
        let number = changed.version_arn.as_deref().and_then(number_of);
        done.version = number;
        done.state_machine_version_arn = changed.version_arn;
        if let Some(arn) = changed.arn {
            done.state_machine_arn = arn;
        }
        if let Some(number) = number {
            self.ctx.reporter().status(format_args!("version {number} of {} is published", done.name));
        }
    }

    fn as_conflict(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast::<Error>() {
            Ok(error) if error.kind() == Kind::Conflict => self.changed_meanwhile().because(error).into(),
            Ok(error) => error.into(),
            Err(error) => error,
        }
    }

    /// A role that was made a moment ago is not known everywhere at once.
    async fn patiently(
        &self,
        content: &Content,
        send: impl AsyncFn() -> Result<Changed, Refused>,
    ) -> Result<Changed> {
        let end = Instant::now() + PATIENCE;
        let mut pace = Pace::between(SHORTEST, LONGEST, random::bytes()?);
        let mut is_told = false;
        loop {
            let refused = match send().await {
                Ok(changed) => return Ok(changed),
                Err(refused) => refused,
            };
            let is_new = content.role.is_some() || content.logging.is_some();
            let pause = pace.pause();
            if !refused.may_pass || !is_new || Instant::now() + pause > end {
                return Err(match refused.error.kind() {
                    Kind::Conflict => self.changed_meanwhile().because(refused.error).into(),
                    _ => refused.error.into(),
                });
            }
            if !is_told {
                let seconds = PATIENCE.as_secs();
                self.ctx
                    .reporter()
                    .status(format_args!("the role cannot be used yet; it is tried for {seconds} seconds"));
                is_told = true;
            }
            sleep(pause).await;
        }
    }
}
