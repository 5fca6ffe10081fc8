//! `--input` of a local run.

use opsctl_engine::asl::{PAYLOAD_LIMIT, Payload};

use super::super::payload;
use crate::error::Result;

/// Without one, an empty object.
pub async fn read(given: Option<&str>) -> Result<Payload> {
    match given {
        None => Ok(Payload::empty()),
        Some(given) => Ok(Payload::new(payload::read(given, "--input", "the input").await?.value)),
    }
}

/// Larger inputs than the service takes are none here either.
pub fn too_large(input: &Payload) -> Option<String> {
    let length = input.length();
    (length > PAYLOAD_LIMIT).then(|| format!("the input is too large: {length} bytes"))
}
