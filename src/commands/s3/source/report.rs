//! A completion report: its manifest.json and its result files; or the result files alone while the manifest is still
//! to come, or was not copied with them.

use std::ops::ControlFlow;
use std::path::Path;

use aws_sdk_s3::types::EncodingType;
use opsctl_engine::manifest::Location;
use opsctl_engine::manifest::report::{MAX_REPORT_MANIFEST, ReportManifest};

use super::inventory::data_place;
use super::{Found, Object, Part, Place, Unread, blocking, fetch};
use crate::aws;
use crate::commands::s3::bucket;
use crate::commands::s3::listed;
use crate::context::Context;
use crate::error::{Error, Kind, Report, Result};

/// The files of a report, none of them opened yet.
#[derive(Debug)]
pub struct ReportParts {
    pub parts: Vec<Part>,
    /// Without one, files may be missing.
    pub has_manifest: bool,
}

impl ReportParts {
    /// Whether any task was one of a version.
    pub async fn has_versions(&self) -> Result<bool> {
        let parts = self.parts.clone();
        blocking(move || {
            let mut unread = Unread::default();
            for part in &parts {
                let look = |found: Found<'_>| match found.record.version_id {
                    Some(_) => Ok(ControlFlow::Break(())),
                    None => Ok(ControlFlow::Continue(())),
                };
                if part.for_each_readable(&mut unread, look)?.is_break() {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    pub fn into_parts(self) -> Vec<Part> {
        self.parts
    }
}

/// `place` is a report's manifest.json, or the folder it is in.
pub async fn open_report(place: &Place, ctx: &Context) -> Result<ReportParts> {
    let (folder, manifest) = match place {
        Place::Stdin => {
            return Err(Error::usage("a completion report has several files: name its folder").into());
        }
        Place::File(path) if path.is_dir() => (place.clone(), Place::File(path.join("manifest.json"))),
        Place::File(path) => (Place::File(path.parent().unwrap_or(Path::new("")).to_owned()), place.clone()),
        Place::Object(Location { bucket, key }) => {
            let folder = key.strip_suffix("manifest.json").unwrap_or(key);
            let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
            let folder = Location { bucket: bucket.clone(), key: format!("{folder}{slash}") };
            let key = format!("{}manifest.json", folder.key);
            (Place::Object(folder), Place::Object(Location { bucket: bucket.clone(), key }))
        }
    };
    let manifest = Object::new(manifest, ctx).await?;
    let json = match fetch(&manifest, MAX_REPORT_MANIFEST).await {
        Ok(json) => json,
        Err(error) if Report::new(&error).kind == Kind::NotFound => {
            let parts = without_manifest(&folder, &manifest, error).await?;
            return Ok(ReportParts { parts, has_manifest: false });
        }
        Err(error) => return Err(error),
    };
    let report = ReportManifest::parse(&json)
        .map_err(|error| Error::usage(format!("cannot read the report {}", manifest.place)).because(error))?;
    let part = |file: &opsctl_engine::manifest::report::ResultFile| {
        let place = data_place(&manifest.place, &file.bucket, &file.key)?;
        Ok(Part::report(manifest.at(place), Some(file.md5.clone())))
    };
    let parts = report.results.iter().map(part).collect::<Result<_>>()?;
    Ok(ReportParts { parts, has_manifest: true })
}

/// The files in `results/`, in the order of their names; none is the failure that the manifest's absence was.
async fn without_manifest(folder: &Place, near: &Object, missing: anyhow::Error) -> Result<Vec<Part>> {
    let places = match folder {
        Place::Object(location) => results_in(near, location).await?,
        Place::File(path) => files_in(&path.join("results")),
        Place::Stdin => Vec::new(),
    };
    if places.is_empty() {
        return Err(missing);
    }
    Ok(places.into_iter().map(|place| Part::report(near.at(place), None)).collect())
}

fn files_in(folder: &Path) -> Vec<Place> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| is_result(&path.to_string_lossy())).collect();
    files.sort();
    files.into_iter().map(Place::File).collect()
}

fn is_result(name: &str) -> bool {
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

async fn results_in(near: &Object, folder: &Location) -> Result<Vec<Place>> {
    let Some(client) = near.client() else { return Ok(Vec::new()) };
    let client = bucket::reaching(client, &folder.bucket).await;
    let prefix = format!("{}results/", folder.key);
    let request = client.list_objects_v2().bucket(&folder.bucket).prefix(&prefix);
    let mut pages = request.encoding_type(EncodingType::Url).into_paginator().send();
    let mut places = Vec::new();
    let message = || format!("cannot list {folder}results/");
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| aws::failure(&error, message()))?;
        for object in page.contents() {
            let key = listed::key(object, page.encoding_type())
                .map_err(|error| Error::failed(message()).because(error))?;
            if is_result(&key) {
                places.push(Place::Object(Location { bucket: folder.bucket.clone(), key }));
            }
        }
    }
    Ok(places)
}
