//! Tasks that a job which is over never came to: whether they can be told from those that ran, and the list that they are
//! in. Opens lists; reads none.

use opsctl_engine::batch::{ManifestLocation, Source, arn, words};
use opsctl_engine::manifest::{Columns, Location};

use super::api::Jobs;
use super::create::stale;
use super::model::Job;
use super::preflight::Head;
use crate::commands::s3::source::{self, Object, Part, Place};
use crate::context::Context;
use crate::error::{Error, Result};

/// "1176 tasks", or "1 task", that never ran.
pub fn told(left: u64) -> String {
    format!("{} never ran", super::view::count(left))
}

/// Why nobody knows which tasks never ran; none where the report and the list tell.
pub fn unknown(job: &Job, has_manifest: bool) -> Option<&'static str> {
    let has_all = job.report.report_scope.as_deref() != Some(words::FAILED_TASKS_ONLY);
    match &job.source {
        _ if job.progress().done() == 0 => None,
        _ if !has_manifest => Some("the report may lack results"),
        _ if !has_all && job.progress().succeeded > 0 => {
            Some("the report has failed tasks only, and not those that succeeded")
        }
        Some(Source::ManifestGenerator(_)) if job.generated_manifest.is_none() => {
            Some("the list that S3 made for the job was not kept")
        }
        _ => None,
    }
}

/// The list of the job, as it was when the job read it.
pub async fn list(job: &Job, jobs: &Jobs, ctx: &Context) -> Result<Vec<Part>> {
    match &job.source {
        Some(Source::Manifest(manifest)) => {
            let location = looked_at(&manifest.location, jobs, ctx).await?;
            if manifest.spec.format == words::MANIFEST_INVENTORY {
                return source::open(&source::Source::Inventory(Place::Object(location)), ctx).await;
            }
            let object = Object::new(Place::Object(location), ctx).await?;
            let object = object.version(manifest.location.object_version_id.clone());
            let named = manifest.spec.fields.as_ref().map(|fields| fields.join(","));
            let columns = named.and_then(|named| named.parse::<Columns>().ok());
            let columns =
                columns.ok_or_else(|| Error::failed("the job does not tell of the columns of its list"))?;
            Ok(vec![Part::manifest_with(object, columns)])
        }
        Some(Source::ManifestGenerator(_)) => {
            let Some(generated) = &job.generated_manifest else {
                return Err(Error::not_found("the list that S3 made for the job was not kept").into());
            };
            let location = looked_at(generated, jobs, ctx).await?;
            source::open(&source::Source::Inventory(Place::Object(location)), ctx).await
        }
        None => Err(Error::failed("the job has a list of a kind that this version does not know").into()),
    }
}

/// Where it is, once it is known to be the same.
async fn looked_at(list: &ManifestLocation, jobs: &Jobs, ctx: &Context) -> Result<Location> {
    let (bucket, key) = arn::object(&list.object_arn).ok_or_else(|| {
        Error::failed(format!("the list of the job is no object of S3: {}", list.object_arn))
    })?;
    let location = Location { bucket: bucket.to_owned(), key: key.to_owned() };
    let client = ctx.aws().await?.s3();
    let head = Head::fetch(&client, &location, list.object_version_id.as_deref(), &jobs.region).await?;
    match head.etag == list.e_tag.trim_matches('"') {
        true => Ok(location),
        false => Err(stale(&location, &list.e_tag, &head.etag)),
    }
}
