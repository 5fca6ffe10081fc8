//! An inventory: its manifest.json, and its data files beside it or in its bucket.

use std::path::{Component, Path, PathBuf};

use opsctl_engine::manifest::{Inventory, InventoryFault, Location, MAX_INVENTORY_MANIFEST};

use super::{Object, Part, Place, fetch};
use crate::context::Context;
use crate::error::{Error, Result};

/// The data files, none of them opened yet.
pub async fn open(place: &Place, ctx: &Context) -> Result<Vec<Part>> {
    let (manifest, inventory) = read(place, ctx).await?;
    let bucket = &inventory.destination_bucket;
    let part = |file: &opsctl_engine::manifest::DataFile| {
        let place = data_place(place, bucket, &file.key)?;
        Ok(Part::inventory(manifest.at(place), inventory.schema.clone(), file.md5.clone()))
    };
    inventory.files.iter().map(part).collect()
}

/// Whether its rows are of versions.
pub async fn has_versions(place: &Place, ctx: &Context) -> Result<bool> {
    Ok(read(place, ctx).await?.1.schema.has_versions())
}

async fn read(place: &Place, ctx: &Context) -> Result<(Object, Inventory)> {
    let manifest = Object::new(place.clone(), ctx).await?;
    let json = fetch(&manifest, MAX_INVENTORY_MANIFEST).await?;
    let inventory = Inventory::parse(&json).map_err(|faults| refused(place, &faults))?;
    Ok((manifest, inventory))
}

/// Everything that is wrong, in one message.
fn refused(place: &Place, faults: &[InventoryFault]) -> anyhow::Error {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let error = Error::usage(format!("cannot read the inventory {place}: {}", told.join("; ")));
    let bucket = faults.iter().find_map(|fault| match fault {
        InventoryFault::Format { source_bucket, .. } => Some(source_bucket),
        _ => None,
    });
    match bucket {
        Some(bucket) => error
            .hint("configure the inventory with the output format CSV: its next report can be read")
            .hint(format!("opsctl s3 manifest build s3://{bucket}/ lists the bucket itself")),
        None => error,
    }
    .into()
}

/// In S3, the bucket that the manifest names. On this machine, below whichever folder above the manifest has it.
pub(super) fn data_place(manifest: &Place, bucket: &str, key: &str) -> Result<Place> {
    let path = match manifest {
        Place::Object(_) => {
            return Ok(Place::Object(Location { bucket: bucket.to_owned(), key: key.to_owned() }));
        }
        Place::File(path) => path.as_path(),
        Place::Stdin => Path::new("manifest.json"),
    };
    let relative = Path::new(key);
    // The manifest must not lead out of the folders it lies in.
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Error::failed(format!("cannot read {manifest}: `{key}` is no place beside it")).into());
    }
    // A copy may have fewer folders above it than the bucket has: the more of the key there is, the better.
    let parts: Vec<Component<'_>> = relative.components().collect();
    let folders = || path.parent().into_iter().flat_map(Path::ancestors);
    let found = (0..parts.len()).find_map(|skipped| {
        let rest: PathBuf = parts.iter().skip(skipped).collect();
        folders().map(|folder| folder.join(&rest)).find(|file| file.is_file())
    });
    match found {
        Some(file) => Ok(Place::File(file)),
        None => Err(Error::not_found(format!("cannot read {manifest}: its data file {key} is not there"))
            .hint("it is looked for below the folder of the manifest and those above it")
            .into()),
    }
}
