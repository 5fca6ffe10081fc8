//! What would make a job fail late, looked at before it is created: role, buckets, list and a few objects; and what it will
//! cost. Nothing is changed, and what may not be looked at is told as unknown.

mod buckets;
mod counted;
mod findings;
mod head;
mod objects;
mod role;
mod sample;

use opsctl_engine::batch::cost::{Forecast, Work};
use opsctl_engine::batch::{JobDocument, Operation, Source, arn};
use opsctl_engine::manifest::Location;

pub use findings::Findings;
pub use head::Head;

use self::findings::Finding;
use self::sample::Sample;
use super::api::Jobs;
use super::create::stale;
use super::objects::Objects;
use crate::context::Context;
use crate::error::{Error, Result};

/// Looks at everything that is not known already.
pub async fn look(document: &JobDocument, objects: &Objects, jobs: &Jobs, ctx: &Context) -> Result<Findings> {
    let mut progress = ctx.reporter().progress("looking at role, buckets and list", None);
    let aws = ctx.aws().await?;
    let client = aws.s3();
    let mut findings = Findings::default();
    let fetched;
    let head = match (&document.source, &objects.head) {
        (Source::Manifest(manifest), None) => {
            let place = &manifest.location;
            let (bucket, key) = arn::object(&place.object_arn)
                .ok_or_else(|| Error::usage("the manifest is no object of S3"))?;
            let location = Location { bucket: bucket.to_owned(), key: key.to_owned() };
            let head =
                Head::fetch(&client, &location, place.object_version_id.as_deref(), &jobs.region).await?;
            if head.etag != place.e_tag {
                return Err(stale(&location, &place.e_tag, &head.etag));
            }
            fetched = head;
            Some(&fetched)
        }
        (_, head) => head.as_ref(),
    };
    let mut sample = Sample::take(&client, document, head).await?;
    if let Some(census) = &objects.census {
        sample.counted(census);
    }
    progress.set(1);
    findings.extend(sample.findings(document));
    findings.push(role::look(aws, document, jobs).await?);
    findings.extend(buckets::look(&client, document, &sample, jobs).await?);
    findings.extend(match objects.census.as_ref().filter(|census| census.is_whole()) {
        Some(census) => counted::look(&document.operation, census),
        None => objects::look(&client, document, &sample).await?,
    });
    if let Operation::LambdaInvoke(lambda) = &document.operation {
        findings.extend(function(&lambda.function_arn, jobs));
    }
    let work =
        Work { objects: sample.objects(), bytes: sample.bytes, generated_from: sample.generated_from() };
    findings.forecast(&Forecast::new(&document.operation, &work), &sample);
    Ok(findings)
}

/// Where the function is, and whether it can change under the job.
fn function(named: &str, jobs: &Jobs) -> Vec<Finding> {
    let Some(function) = arn::Function::parse(named) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(region) = function.region.filter(|region| *region != jobs.region) {
        let message =
            format!("the function {} is in {region}, and the job in {}", function.name, jobs.region);
        found.push(Finding::bad("function", message));
    }
    if function.can_move() {
        let message = match function.qualifier {
            Some(alias) => {
                format!("{}:{alias} can change while the job runs; a version cannot", function.name)
            }
            None => format!("{} without a version can change while the job runs", function.name),
        };
        found.push(Finding::warning("function", message));
    }
    found
}
