//! Where a bucket is: one HeadBucket, which tells the region even where it refuses the rest; and how it is reached there.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;

use crate::aws::{self, AwsFailure};
use crate::error::Result;

/// What is known of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bucket {
    There {
        region: Option<String>,
    },
    /// It exists, and may not be looked at.
    Denied {
        region: Option<String>,
    },
    Missing,
}

impl Bucket {
    pub fn region(&self) -> Option<&str> {
        match self {
            Bucket::There { region } | Bucket::Denied { region } => region.as_deref(),
            Bucket::Missing => None,
        }
    }
}

pub async fn look_up(client: &Client, name: &str) -> Result<Bucket> {
    let error = match client.head_bucket().bucket(name).send().await {
        Ok(answer) => return Ok(Bucket::There { region: answer.bucket_region }),
        Err(error) => error,
    };
    // A HEAD has no body to say more in: the status does, and the header.
    let raw = error.raw_response();
    let region = raw.and_then(|raw| raw.headers().get("x-amz-bucket-region")).map(str::to_owned);
    match raw.map(|raw| raw.status().as_u16()) {
        Some(404) => Ok(Bucket::Missing),
        Some(301 | 307 | 400) if region.is_some() => Ok(Bucket::There { region }),
        Some(403) if region.is_some() || aws::is_denied(&error) => Ok(Bucket::Denied { region }),
        _ => Err(aws::failure(&error, format!("cannot look at the bucket {name}")).into()),
    }
}

/// The region that S3 names where it refuses a call because the bucket is in another one.
pub fn moved_to<E>(client: &Client, error: &AwsFailure<E>) -> Option<String> {
    let raw = error.raw_response()?;
    let region = raw.headers().get("x-amz-bucket-region")?;
    let is_here = client.config().region().is_some_and(|here| here.as_ref() == region);
    // It becomes part of a host name.
    let is_refused = matches!(raw.status().as_u16(), 301 | 307 | 400);
    (is_refused && !is_here && aws::check_region(region).is_ok()).then(|| region.to_owned())
}

/// A client for the region that a bucket is in, as far as that can be known.
pub async fn reaching(client: &Client, name: &str) -> Client {
    let found = look_up(client, name).await;
    let here = client.config().region().map(AsRef::as_ref);
    let region = found.as_ref().ok().and_then(Bucket::region).filter(|region| Some(*region) != here);
    match region.filter(|region| aws::check_region(region).is_ok()) {
        Some(region) => in_region(client, region.to_owned()),
        None => client.clone(),
    }
}

/// The same client, for another region.
pub fn in_region(client: &Client, region: String) -> Client {
    Client::from_conf(client.config().to_builder().region(Region::new(region)).build())
}
