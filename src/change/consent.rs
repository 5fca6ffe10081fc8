//! The one question before a change: what, where and how many. It must not change anything, and where nobody can
//! answer it refuses before anything else is done.

use super::guard;
use super::plan::{Plan, Weight};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::terminal::Prompter;

/// From here on the count is typed: a yes is too quick.
const LARGE: usize = 10;
/// Things that are named before the question.
const SHOWN: usize = 20;

/// How a change is agreed to. Made before the first call, so that a refusal comes before it too.
pub enum Consent {
    /// `--dry-run`: it is not asked for, and never given.
    DryRun,
    /// `--yes`.
    Given,
    /// Without it, or where the profile has every change asked about.
    Asked(Prompter),
}

/// What is to be typed.
#[derive(Debug, PartialEq, Eq)]
enum Question<'a> {
    Yes,
    Name(&'a str),
    Count(usize),
}

impl Consent {
    pub fn new(ctx: &Context, args: &ChangeArgs) -> Result<Self> {
        if args.dry_run {
            Ok(Consent::DryRun)
        } else if let Some(prompter) = guard::asker(ctx)? {
            Ok(Consent::Asked(prompter))
        } else if ctx.global().yes {
            Ok(Consent::Given)
        } else {
            let prompter =
                ctx.prompter("this needs a yes", "--yes says it; --dry-run shows what would be done")?;
            Ok(Consent::Asked(prompter))
        }
    }

    /// Whether to go on. A dry run prints the plan and does not; a no is an error.
    pub async fn to(&self, plan: &Plan, ctx: &Context) -> Result<bool> {
        match self {
            Consent::Given => Ok(true),
            Consent::DryRun => {
                plan.print(ctx.out())?;
                let count = plan.words.count(plan.steps.len());
                ctx.reporter().status(format_args!("dry run: {count} would be {}", plan.words.done));
                Ok(false)
            }
            Consent::Asked(prompter) => {
                let plan = &Plan { account: account(plan, ctx).await?, ..plan.clone() };
                show(plan, prompter);
                if ask(plan, prompter).await? {
                    Ok(true)
                } else {
                    Err(Error::failed(format!("nothing is {}: it was not agreed to", plan.words.done)).into())
                }
            }
        }
    }
}

/// The account of the question: as far as it is known, and looked up where the profile has every change asked about.
async fn account(plan: &Plan, ctx: &Context) -> Result<Option<String>> {
    let is_needed = ctx.guard().is_some_and(|guard| guard.confirm.is_some());
    match &plan.account {
        None if is_needed => Ok(Some(ctx.aws().await?.identity().await?.account)),
        known => Ok(known.clone()),
    }
}

fn show(plan: &Plan, prompter: &Prompter) {
    prompter.tell(&format!("{} {}:", plan.headline(), plan.place()));
    for step in plan.steps.iter().take(SHOWN) {
        prompter.tell(&format!("  {}  {}", step.resource, step.description));
    }
    if let Some(more @ 1..) = plan.steps.len().checked_sub(SHOWN) {
        prompter.tell(&format!("  and {more} more; --dry-run shows all"));
    }
}

async fn ask(plan: &Plan, prompter: &Prompter) -> Result<bool> {
    match question(plan) {
        Question::Yes => prompter.confirm(&format!("{}?", plan.headline())).await,
        Question::Name(name) => {
            prompter.type_out(&format!("type {name} to {} it:", plan.words.verb), name).await
        }
        Question::Count(count) => {
            let count = count.to_string();
            prompter
                .type_out(&format!("type {count} to {} {}:", plan.words.verb, plan.words.many), &count)
                .await
        }
    }
}

fn question(plan: &Plan) -> Question<'_> {
    match (plan.weight, plan.steps.as_slice()) {
        (Weight::Irreversible, [only]) => Question::Name(&only.resource),
        (Weight::Irreversible, steps) => Question::Count(steps.len()),
        (Weight::Ordinary, steps) if steps.len() >= LARGE => Question::Count(steps.len()),
        (Weight::Ordinary, _) => Question::Yes,
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plan;
    use super::*;

    #[test]
    fn the_weight_and_the_count_decide_what_is_typed() {
        use Weight::{Irreversible, Ordinary};
        for (weight, count, expected) in [
            (Ordinary, 1, Question::Yes),
            (Ordinary, LARGE - 1, Question::Yes),
            (Ordinary, LARGE, Question::Count(LARGE)),
            (Irreversible, 1, Question::Name("me-1")),
            (Irreversible, 2, Question::Count(2)),
        ] {
            assert_eq!(question(&Plan { weight, ..plan(count) }), expected, "{weight:?} {count}");
        }
    }
}
