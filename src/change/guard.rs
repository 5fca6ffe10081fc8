//! The guard rails of a profile before a change: none where it is read only, none without a question where every change
//! is asked about. What a command does to AWS is said by the command itself; here is what follows from it, before
//! anything is sent.

use crate::config::Guard;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::settings::Setting;
use crate::signals::Signals;
use crate::terminal::Prompter;

/// What a command does to AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// Looks, prints what would be sent, or works on this machine and in sandboxes.
    Nothing,
    /// Shows its plan and asks by itself, unless `--yes` is given.
    Planned,
    /// Goes ahead without a question. A session too: what is typed there changes its node.
    Unasked,
}

impl Changes {
    /// A dry run changes nothing.
    #[must_use]
    pub fn unless(self, dry_run: bool) -> Self {
        if dry_run { Changes::Nothing } else { self }
    }
}

/// Refuses what the guard rails of the profile do not allow, and asks where the command itself does not. Nothing is sent
/// before, but for the account that the question names.
pub async fn allowed(changes: Changes, ctx: &Context) -> Result<()> {
    let Some(guard) = ctx.guard().filter(|_| changes != Changes::Nothing) else { return Ok(()) };
    if let Some(origin) = guard.is_read_only() {
        let message = format!("profile {} is read only, and this would change something", guard.profile);
        return Err(Error::new(Kind::Denied, message)
            .because(format!("{origin} says so; nothing was sent"))
            .hint("lists and dry runs work; opsctl help auth tells of guard rails")
            .into());
    }
    let Some(rule) = &guard.confirm else { return Ok(()) };
    let prompter = prompter(guard, rule, ctx)?;
    if changes == Changes::Unasked {
        let mut signals = Signals::listen()?;
        let aws = signals.race(ctx.aws()).await?;
        let account = signals.race(aws.identity()).await?.account;
        let question = format!(
            "change something in account {account}, region {}, as profile {}?",
            aws.region().value,
            guard.profile
        );
        if !signals.race(prompter.confirm(&question)).await? {
            return Err(Error::failed("nothing was done: it was not agreed to").into());
        }
    }
    Ok(())
}

/// Who asks where every change is asked about, whatever `--yes` says; `None` where it is not.
pub(super) fn asker(ctx: &Context) -> Result<Option<Prompter>> {
    let rule = ctx.guard().and_then(|guard| guard.confirm.as_ref().map(|rule| (guard, rule)));
    rule.map(|(guard, rule)| prompter(guard, rule, ctx)).transpose()
}

fn prompter(guard: &Guard, rule: &Setting<()>, ctx: &Context) -> Result<Prompter> {
    let lacking = format!("profile {} asks before every change ({})", guard.profile, rule.origin);
    let instead = "run it on a terminal: --yes does not count here; --dry-run shows what would be done";
    ctx.prompter(&lacking, instead)
}
