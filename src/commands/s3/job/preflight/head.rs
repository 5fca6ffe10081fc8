//! The first part of a manifest, with what S3 says of the whole: its ETag, its version, its size. One GetObject, so that
//! they belong together.

use aws_sdk_s3::Client;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use opsctl_engine::manifest::csv::Csv;
use opsctl_engine::manifest::{Columns, Location};

use crate::aws;
use crate::commands::s3::bucket::{self, Bucket};
use crate::commands::s3::source::cannot_read;
use crate::error::{Error, Kind, Result};

/// As much of a list as is looked at.
pub const SAMPLE: u64 = 1 << 20;

#[derive(Debug, Clone)]
pub struct Head {
    pub location: Location,
    /// Bare.
    pub etag: String,
    /// Of the whole.
    pub size: u64,
    pub bytes: Vec<u8>,
}

impl Head {
    /// Where it is comes first: S3 would say of an object in another region that it has moved.
    pub async fn fetch(
        client: &Client,
        location: &Location,
        version: Option<&str>,
        region: &str,
    ) -> Result<Self> {
        Head::check_place(client, &location.bucket, &format!("the manifest {location}"), region).await?;
        Head::part(client, location, version).await
    }

    /// That the bucket of `what` is there, and where the job would be.
    pub async fn check_place(client: &Client, bucket: &str, what: &str, region: &str) -> Result<()> {
        match bucket::look_up(client, bucket).await? {
            Bucket::Missing => {
                Err(Error::not_found(format!("there is no bucket {bucket} for {what}")).into())
            }
            found => match found.region().filter(|other| *other != region) {
                Some(other) => {
                    let message = format!("{what} is in {other}, and the job would be in {region}");
                    Err(Error::new(Kind::ConditionFalse, message)
                        .because("a job reads its list from its own region")
                        .hint(format!("--region {other}, or copy the manifest"))
                        .into())
                }
                None => Ok(()),
            },
        }
    }

    /// The first part of any object.
    pub async fn part(client: &Client, location: &Location, version: Option<&str>) -> Result<Self> {
        let call = client
            .get_object()
            .bucket(&location.bucket)
            .key(&location.key)
            .set_version_id(version.map(str::to_owned))
            .range(format!("bytes=0-{}", SAMPLE - 1));
        let answer = match call.send().await {
            Ok(answer) => answer,
            // There is no first byte of what is empty.
            Err(error) if error.code() == Some("InvalidRange") => {
                return Head::empty(client, location, version).await;
            }
            Err(error) => {
                let missing = error.as_service_error().is_some_and(|error| error.is_no_such_key());
                let failure = cannot_read(&error, location);
                return match missing {
                    true => Err(Error::not_found(format!("there is no object {location}"))
                        .because(failure)
                        .into()),
                    false => Err(failure.into()),
                };
            }
        };
        let total = answer.content_range().and_then(|range| range.rsplit('/').next()?.parse().ok());
        let etag = answer.e_tag().unwrap_or_default().trim_matches('"').to_owned();
        let length = answer.content_length().and_then(|length| u64::try_from(length).ok());
        let body =
            answer.body.collect().await.map_err(|error| {
                Error::new(Kind::Temporary, format!("cannot read {location}")).because(error)
            })?;
        let mut bytes = body.to_vec();
        bytes.truncate(usize::try_from(SAMPLE).unwrap_or(usize::MAX));
        let size = total.or(length).unwrap_or(bytes.len() as u64);
        Ok(Head { location: location.clone(), etag, size, bytes })
    }

    async fn empty(client: &Client, location: &Location, version: Option<&str>) -> Result<Self> {
        let call = client.head_object().bucket(&location.bucket).key(&location.key);
        let answer = call
            .set_version_id(version.map(str::to_owned))
            .send()
            .await
            .map_err(|error| aws::failure(&error, format!("cannot read {location}")))?;
        let etag = answer.e_tag().unwrap_or_default().trim_matches('"').to_owned();
        Ok(Head { location: location.clone(), etag, size: 0, bytes: Vec::new() })
    }

    pub fn is_whole(&self) -> bool {
        self.bytes.len() as u64 >= self.size
    }

    /// What can be read line by line: without the part of a line at the end.
    pub fn lines(&self) -> &[u8] {
        if self.is_whole() {
            return &self.bytes;
        }
        let end = self.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.bytes.get(..end).unwrap_or_default()
    }

    /// By the first line: a header names them, else their number tells.
    pub fn columns(&self, location: &Location) -> Result<Columns> {
        let failed = |why: String| {
            Error::new(Kind::ConditionFalse, format!("the columns of the manifest {location} cannot be told"))
                .because(why)
                .hint("--fields Bucket,Key names them")
        };
        let mut csv = Csv::new(self.lines());
        if !csv.advance().map_err(|error| failed(error.to_string()))? {
            let message = format!("the manifest {location} is empty: there is nothing to do");
            return Err(Error::new(Kind::ConditionFalse, message).into());
        }
        let row = csv.row();
        let columns = Columns::of_header(row).or_else(|| Columns::guess(row.len()));
        Ok(columns.ok_or_else(|| failed(format!("its first line has {} fields", row.len())))?)
    }
}
