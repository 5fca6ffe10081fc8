//! A job from a file, in YAML or in the API's own JSON: every mistake is told with its line and column.

use std::path::Path;

use opsctl_engine::batch::JobDocument;
use serde_json::Value;

use super::super::api::Jobs;
use super::overrides::OverrideArgs;
use super::submit::{Draft, SubmitArgs, submit};
use super::token::Ages;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::input::yaml::Document;
use crate::input::{Mistake, files};
use crate::signals::Signals;

pub async fn create(
    path: &Path,
    overrides: &OverrideArgs,
    args: &SubmitArgs,
    ctx: &Context,
) -> Result<Outcome> {
    args.check()?;
    let mut signals = Signals::listen()?;
    let document = signals.race(edited(path, |value| overrides.edit(value), ctx)).await?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    if let Some(account) = document.account_id.as_ref().filter(|account| **account != jobs.account) {
        return Err(Error::usage(format!(
            "the job is for account {account}, and these credentials are of {}",
            jobs.account
        ))
        .hint("--profile names others")
        .into());
    }
    let (document, objects) = overrides.apply(document, &jobs, ctx, &mut signals).await?;
    let mut ages = Ages::default();
    overrides.ages(&mut ages);
    submit(Draft { document, objects, ages }, &jobs, args, ctx, &mut signals).await
}

/// A document without a fault.
pub async fn read(path: &Path, ctx: &Context) -> Result<JobDocument> {
    edited(path, |_| (), ctx).await
}

/// One that has none once `edit` has put in what is said elsewhere.
async fn edited(path: &Path, edit: impl FnOnce(&mut Value), ctx: &Context) -> Result<JobDocument> {
    let (name, text) = (files::named(path), files::text(path, "the job").await?);
    parse(&name, &text, edit, ctx.now()).map_err(|mistakes| {
        let count = mistakes.len();
        let message = match count {
            1 => format!("the job in {name} is wrong"),
            _ => format!("the job in {name} is wrong in {count} places"),
        };
        files::mistaken(message, mistakes)
            .hint("opsctl s3 job create --example copy prints a job that is right")
            .into()
    })
}

fn parse(
    name: &str,
    text: &str,
    edit: impl FnOnce(&mut Value),
    now: jiff::Timestamp,
) -> Result<JobDocument, Vec<Mistake>> {
    let file = Document::read(name, text).map_err(|mistake| vec![mistake])?;
    let mut value = file.value();
    if value.is_null() {
        return Err(vec![Mistake::new(name, 1, 1, "it is empty, and says nothing of a job")]);
    }
    edit(&mut value);
    JobDocument::read(&value, now).map_err(|faults| {
        let mistake = |fault: &opsctl_engine::batch::Fault| {
            file.mistake(&fault.path, fault.is_of_name, fault.to_string())
        };
        let mut mistakes: Vec<Mistake> = faults.iter().map(mistake).collect();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_has_its_line_and_column() {
        let text = "\
Operation:
  S3PutObjectTagging:
    TagSet:
      - Key: retain
        Value: 90
Report: {Enabled: yes please}
Priority: 10
RoleArn: batch
Manifest:
  Spec:
    Format: S3BatchOperations_CSV_20180820
    Feilds: [Bucket, Key]
  Location: {ObjectArn: 'arn:aws:s3:::lists/a.csv', ETag: abc}
";
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let mistakes = parse("job.yaml", text, |_| (), now).unwrap_err();
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "job.yaml:5:16: Operation.S3PutObjectTagging.TagSet[0].Value: must be text: put it in quotes",
                "job.yaml:6:19: Report.Enabled: must be true or false",
                "job.yaml:8:10: RoleArn: `batch` is not the ARN of a role",
                "job.yaml:11:5: Manifest.Spec: `Fields` is missing: a CSV manifest needs the names of its columns",
                "job.yaml:12:5: Manifest.Spec.Feilds: unknown field; did you mean `Fields`?",
            ]
        );
    }
}
