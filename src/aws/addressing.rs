//! Where the name of a bucket goes: into the host or into the path. A profile says so for the AWS CLI, nested under `s3`;
//! the SDK does not read that.

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::Profiles;
use crate::error::{Error, Result};
use crate::output::nearest;

/// How buckets are addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// Into the host, but into the path at an endpoint that is named.
    Auto,
    Path,
    Virtual,
}

const STYLES: [(&str, Addressing); 3] =
    [("auto", Addressing::Auto), ("path", Addressing::Path), ("virtual", Addressing::Virtual)];

impl Addressing {
    pub fn of(profiles: &Profiles) -> Result<Self> {
        let Some(asked) = profiles.nested("s3", "addressing_style") else { return Ok(Addressing::Auto) };
        if let Some((_, style)) = STYLES.iter().find(|(name, _)| *name == asked) {
            return Ok(*style);
        }
        let message = format!("unknown addressing_style {asked} (profile {})", profiles.name());
        let names = STYLES.map(|(name, _)| name);
        let hint = match nearest(asked, names) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the styles are {}", names.join(", ")),
        };
        Err(Error::usage(message).hint(hint).into())
    }

    pub fn into_path(self, sdk: &SdkConfig) -> bool {
        match self {
            Addressing::Auto => has_endpoint(sdk),
            Addressing::Path => true,
            Addressing::Virtual => false,
        }
    }
}

/// Is there an endpoint for S3 that is not the region's own? Few of those answer to a host of each bucket.
fn has_endpoint(sdk: &SdkConfig) -> bool {
    let key =
        ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_s3 = || sdk.service_config()?.load_config(key.ok()?);
    sdk.endpoint_url().is_some() || of_s3().is_some()
}
