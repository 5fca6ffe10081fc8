//! Where a bucket is: one HeadBucket, which tells the region even where it refuses the rest.

use aws_sdk_s3::Client;

use crate::aws;
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
