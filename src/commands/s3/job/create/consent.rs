//! The question before a job that starts at once, where there is somebody to ask. A script has said --run for itself.

use opsctl_engine::batch::JobDocument;

use super::super::api::Jobs;
use super::super::preflight::Findings;
use super::super::view;
use crate::change::{Consent, Plan, Step, Weight, Words};
use crate::context::Context;
use crate::error::Result;

const WORDS: Words = Words { verb: "run", done: "run", one: "job", many: "jobs" };

/// A no is an error.
pub async fn ask(document: &JobDocument, findings: &Findings, jobs: &Jobs, ctx: &Context) -> Result<()> {
    let is_always_asked = ctx.guard().is_some_and(|guard| guard.confirm.is_some());
    if ctx.global().yes && !is_always_asked {
        return Ok(());
    }
    let Ok(prompter) = ctx.prompter("this needs a yes", "--yes says it") else { return Ok(()) };
    Consent::Asked(prompter).to(&plan(document, findings, jobs), ctx).await?;
    Ok(())
}

fn plan(document: &JobDocument, findings: &Findings, jobs: &Jobs) -> Plan {
    let objects = findings.count().map(|count| format!("{count} objects"));
    let told = [Some(document.operation.kind().name().to_owned()), objects, findings.cost()];
    let step = Step {
        action: "s3:CreateJob",
        resource: view::source(&document.source),
        description: told.into_iter().flatten().collect::<Vec<_>>().join(", "),
        parameters: document.to_value(),
    };
    Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: Some(jobs.account.clone()),
        region: jobs.region.clone(),
        steps: vec![step],
    }
}
