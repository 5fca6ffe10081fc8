//! The manifest that a job names: the object as it is now, if it still is the one that was meant, and the list in it.

use super::tasks::{List, unreadable};
use crate::sandbox::account::Account;
use crate::sandbox::batch::job::Failure;
use crate::sandbox::batch::objects::{self, ContentRead};
use crate::sandbox::s3::store::content::Content;
use opsctl_engine::batch::{Manifest, arn, words};
use opsctl_engine::manifest::{Columns, Inventory, MAX_INVENTORY_MANIFEST, Verified};
use std::io::Read as _;

/// `region` is the job's.
pub fn find(account: &Account, manifest: &Manifest, region: &str) -> Result<List, Failure> {
    let location = &manifest.location;
    let Some((bucket, key)) = arn::object(&location.object_arn) else {
        return Err(missing(&location.object_arn, "it is no ARN of an object"));
    };
    if let Some(there) = objects::region(account, bucket).filter(|there| there != region) {
        let reason = format!("The manifest's bucket {bucket} is in {there}, and the job runs in {region}");
        return Err(Failure::new("ManifestInAnotherRegion", reason));
    }
    let found = objects::find(account, bucket, key, location.object_version_id.as_deref())
        .map_err(|fault| missing(&location.object_arn, &format!("{}: {}", fault.code, fault.message)))?;
    let etag = found.etag.to_string();
    if etag != location.e_tag {
        let reason = format!("The ETag of the manifest is {etag}, not {}: it was changed", location.e_tag);
        return Err(Failure::new("ManifestETagMismatch", reason));
    }
    match manifest.spec.format.as_str() {
        words::MANIFEST_CSV => {
            let fields = manifest.spec.fields.as_deref().unwrap_or_default().join(",");
            let columns: Columns = fields.parse().map_err(|error| {
                Failure::new(
                    "InvalidManifestContent",
                    format!("The fields of the manifest are wrong: {error}"),
                )
            })?;
            Ok(List::Csv { content: found.content, columns })
        }
        _ => inventory(account, &found.content),
    }
}

/// The files that an inventory's `manifest.json` names, each as it was when that was written.
pub fn inventory(account: &Account, manifest: &Content) -> Result<List, Failure> {
    let bad = |reason: String| Failure::new("InvalidManifestContent", reason);
    let mut json = Vec::new();
    let input = ContentRead::new(manifest).map_err(unreadable)?;
    input.take(MAX_INVENTORY_MANIFEST).read_to_end(&mut json).map_err(unreadable)?;
    let inventory = Inventory::parse(&json).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bad(format!("The manifest.json of the inventory cannot be used: {}", faults.join("; ")))
    })?;
    let mut files = Vec::new();
    for file in &inventory.files {
        let place = format!("{}/{}", inventory.destination_bucket, file.key);
        let found = objects::find(account, &inventory.destination_bucket, &file.key, None)
            .map_err(|fault| missing(&place, &format!("{}: {}", fault.code, fault.message)))?;
        let mut whole = Verified::new(ContentRead::new(&found.content).map_err(unreadable)?, &file.md5);
        std::io::copy(&mut whole, &mut std::io::sink())
            .map_err(|error| bad(format!("The data file {place} is not the one that was listed: {error}")))?;
        files.push(found.content);
    }
    Ok(List::Inventory { files: files.into(), schema: inventory.schema })
}

fn missing(what: &str, why: &str) -> Failure {
    Failure::new("ManifestUnreadable", format!("Reading the manifest {what} failed: {why}"))
}
