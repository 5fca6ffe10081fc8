//! Keys of a page that the SDK has read. A listing is asked for with `encoding-type=url`: XML has no place for the control
//! characters that a key may have, and without it a page with one is broken.

use aws_sdk_s3::types::{EncodingType, Object};
use opsctl_engine::manifest::{KeyError, key};

/// The key as it is. `encoding`: what the page says of itself, for not every server does as it is asked.
pub fn key(object: &Object, encoding: Option<&EncodingType>) -> Result<String, KeyError> {
    let told = object.key().unwrap_or_default();
    match encoding {
        Some(EncodingType::Url) => key::decode(told.as_bytes(), &mut Vec::new()).map(str::to_owned),
        _ => Ok(told.to_owned()),
    }
}
