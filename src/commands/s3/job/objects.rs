//! The objects of a job before there is a job: what is known of their list, and a list of opsctl's own that is still to
//! be sent. Owns what such a list is called, so that the same rows are the same object, and so the same job.

use aws_sdk_s3::Client;
use opsctl_engine::batch::{Manifest, ManifestLocation, ManifestSpec, Source, words};
use opsctl_engine::manifest::{Columns, Location};

use super::preflight::Head;
use crate::commands::s3::building::{self, Assembled, Census, Kept, Spooled};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::signals::Signals;

/// What is known beforehand; nothing, where a document names a list that nobody has looked at.
#[derive(Default)]
pub struct Objects {
    pub head: Option<Head>,
    pub census: Option<Census>,
    pub unsent: Option<Unsent>,
}

/// A manifest that S3 does not have yet.
pub struct Unsent {
    pub to: Location,
    pub rows: u64,
    spooled: Spooled,
    /// What was listed for it, until S3 has it.
    kept: Kept,
}

/// Where a list of opsctl's own goes.
pub struct Shelf<'a> {
    /// As the user said: an object, or a folder that ends with a slash.
    pub to: Option<&'a Location>,
    /// Else.
    pub folder: Location,
    /// What its name begins with.
    pub stem: &'a str,
}

impl Shelf<'_> {
    pub fn bucket(&self) -> &str {
        &self.to.map_or(&self.folder, |to| to).bucket
    }

    /// A list in a folder is called after its content: another one does not take its place.
    fn place(&self, etag: &str) -> Location {
        let folder = match self.to {
            Some(to) if !to.key.is_empty() && !to.key.ends_with('/') => return to.clone(),
            Some(to) => to,
            None => &self.folder,
        };
        let slash = if folder.key.is_empty() || folder.key.ends_with('/') { "" } else { "/" };
        let key = format!("{}{slash}{}-{etag}.csv", folder.key, self.stem);
        Location { bucket: folder.bucket.clone(), key }
    }
}

impl Objects {
    /// What was built, as the source of a job document.
    pub fn built(
        assembled: Assembled,
        kept: Kept,
        shelf: &Shelf<'_>,
        partition: &str,
    ) -> Result<(Source, Self)> {
        let Assembled { rows, versions, census, spooled, .. } = assembled;
        let spooled = spooled.ok_or_else(|| Error::failed("the manifest was not kept"))?;
        let to = shelf.place(&spooled.etag);
        let fields = Columns::usual(versions).fields().iter().map(|field| field.name().to_owned()).collect();
        let source = Source::Manifest(Manifest {
            spec: ManifestSpec { format: words::MANIFEST_CSV.to_owned(), fields: Some(fields) },
            location: ManifestLocation {
                object_arn: to.arn(partition),
                object_version_id: None,
                e_tag: spooled.etag.clone(),
            },
        });
        let head = Head {
            location: to.clone(),
            etag: spooled.etag.clone(),
            size: spooled.size,
            bytes: spooled.head.clone(),
        };
        let unsent = Unsent { to, rows, spooled, kept };
        Ok((source, Objects { head: Some(head), census: Some(census), unsent: Some(unsent) }))
    }
}

impl Unsent {
    /// Whether S3 has it already; that there is something else of its name is an error.
    pub async fn is_there(&self, client: &Client) -> Result<bool> {
        Ok(self.spooled.there(client, &self.to).await?.is_some())
    }

    /// Its ETag. Who is interrupted here need not list again.
    pub async fn send(&mut self, client: &Client, signals: &mut Signals, ctx: &Context) -> Result<String> {
        let mut progress = ctx.reporter().progress("sending the manifest", None);
        progress.set(0);
        match signals.race(self.spooled.send(client, &self.to, ctx)).await {
            Ok(etag) => Ok(etag),
            Err(error) => {
                building::left(client, ctx).await;
                Err(building::interrupted(error, &mut self.kept, ctx))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_a_folder_is_called_after_its_content() {
        let place = |to: Option<&str>| {
            let to: Option<Location> = to.map(|text| text.parse().unwrap());
            let folder = "s3://reports/batch".parse().unwrap();
            Shelf { to: to.as_ref(), folder, stem: "manifest" }.place("e1").to_string()
        };
        for (to, expected) in [
            (None, "s3://reports/batch/manifest-e1.csv"),
            (Some("s3://lists"), "s3://lists/manifest-e1.csv"),
            (Some("s3://lists/a/"), "s3://lists/a/manifest-e1.csv"),
            (Some("s3://lists/a"), "s3://lists/a"),
        ] {
            assert_eq!(place(to), expected);
        }
    }
}
