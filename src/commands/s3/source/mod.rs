//! Where a list of objects comes from, as a user names it, and the stream of records in it: manifests, inventories and
//! completion reports, in files, on stdin and in S3, gzip or not. Knows no verb; what a bare `s3://` means is theirs.

mod fetch;
mod inventory;
mod object;
mod part;
mod report;
mod unread;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use opsctl_engine::manifest::Location;

pub use fetch::{blocking, fetch};
pub use inventory::has_versions;
pub use object::{Object, cannot_read};
pub use part::{Found, Part};
pub use report::{ReportParts, open_report};
pub use unread::Unread;

use crate::context::Context;
use crate::error::{Error, Result};

/// A list of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A bare `s3://bucket/...`: to who lists, a prefix; to who reads, a manifest.
    S3(Location),
    /// `manifest:PLACE`, a path, or `-`.
    Manifest(Place),
    /// `inventory:PLACE` of a manifest.json.
    Inventory(Place),
    /// `report:PLACE`, or a folder.
    Report(Place),
}

/// Where the bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Stdin,
    File(PathBuf),
    Object(Location),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a source is a path, s3://BUCKET/KEY or -".to_owned());
        }
        for (word, of) in [
            ("manifest:", Source::Manifest as fn(Place) -> Source),
            ("inventory:", Source::Inventory),
            ("report:", Source::Report),
        ] {
            if let Some(place) = text.strip_prefix(word) {
                return place.parse().map(of);
            }
        }
        Ok(match text.parse()? {
            Place::Object(location) => Source::S3(location),
            Place::File(path) if path.is_dir() => Source::Report(Place::File(path)),
            place => Source::Manifest(place),
        })
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("a place is a path or s3://BUCKET/KEY".to_owned()),
            "-" => Ok(Place::Stdin),
            _ if text.starts_with("s3://") => text
                .parse()
                .map(Place::Object)
                .map_err(|error: opsctl_engine::manifest::LocationError| error.to_string()),
            _ => Ok(Place::File(PathBuf::from(text))),
        }
    }
}

/// As it is named to a user.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Stdin => f.write_str("stdin"),
            Place::File(path) => path.display().fmt(f),
            Place::Object(location) => location.fmt(f),
        }
    }
}

/// The parts of a source, in the order of their rows; opened one after the other, when they are read. A manifest is read
/// with its columns guessed.
pub async fn open(source: &Source, ctx: &Context) -> Result<Vec<Part>> {
    match source {
        Source::S3(location) => {
            open_manifest(&Place::Object(location.clone()), ctx).await.map(|part| vec![part])
        }
        Source::Manifest(place) => open_manifest(place, ctx).await.map(|part| vec![part]),
        Source::Inventory(place) => inventory::open(place, ctx).await,
        Source::Report(place) => Ok(open_report(place, ctx).await?.into_parts()),
    }
}

/// The one file of a source that can only be a manifest.
pub async fn open_one(source: &Source, ctx: &Context) -> Result<Part> {
    match source {
        Source::S3(location) => open_manifest(&Place::Object(location.clone()), ctx).await,
        Source::Manifest(place) => open_manifest(place, ctx).await,
        Source::Inventory(place) | Source::Report(place) => {
            Err(Error::usage(format!("{place} is no manifest, and only those can be checked"))
                .hint("opsctl s3 manifest stats reads inventories and reports too")
                .into())
        }
    }
}

async fn open_manifest(place: &Place, ctx: &Context) -> Result<Part> {
    if let Place::Object(location) = place
        && (location.key.is_empty() || location.key.ends_with('/'))
    {
        return Err(Error::usage(format!("{location} names no object"))
            .hint(format!("opsctl s3 manifest build {location} --to manifest.csv lists what is there"))
            .hint(format!("report:{location} is a completion report"))
            .into());
    }
    if is_json(place) {
        return Err(Error::usage(format!("{place} is no manifest in CSV"))
            .hint(format!("inventory:{place} is an inventory, report:{place} a completion report"))
            .into());
    }
    let object = Object::new(place.clone(), ctx).await?;
    object.look()?;
    Ok(Part::manifest(object))
}

fn is_json(place: &Place) -> bool {
    let name = match place {
        Place::Stdin => return false,
        Place::File(path) => path.as_path(),
        Place::Object(location) => Path::new(&location.key),
    };
    name.extension().is_some_and(|extension| extension == "json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart_by_their_words() {
        let object = |key: &str| Place::Object(Location { bucket: "data-1".to_owned(), key: key.to_owned() });
        for (text, source) in [
            ("-", Source::Manifest(Place::Stdin)),
            ("list.csv", Source::Manifest(Place::File("list.csv".into()))),
            ("s3://data-1/a/", Source::S3(Location { bucket: "data-1".to_owned(), key: "a/".to_owned() })),
            ("manifest:s3://data-1/m.csv", Source::Manifest(object("m.csv"))),
            ("inventory:s3://data-1/x/manifest.json", Source::Inventory(object("x/manifest.json"))),
            ("inventory:manifest.json", Source::Inventory(Place::File("manifest.json".into()))),
            ("report:s3://data-1/job-1/", Source::Report(object("job-1/"))),
            (".", Source::Report(Place::File(".".into()))),
        ] {
            assert_eq!(text.parse(), Ok(source), "{text}");
        }
        for text in ["", "s3://", "inventory:", "report:s3://B/x"] {
            assert!(text.parse::<Source>().is_err(), "{text}");
        }
    }
}
