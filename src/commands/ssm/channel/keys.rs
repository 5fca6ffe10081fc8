//! Data keys of encrypted sessions, from KMS with the caller's credentials.

use aws_sdk_kms::Client;
use zeroize::Zeroizing;

use crate::aws;
use crate::error::{Error, Result};

/// AES-256 for each direction.
const BYTES: i32 = 64;

#[derive(Clone)]
pub struct Keys {
    kms: Client,
}

pub struct DataKey {
    pub plaintext: Zeroizing<Vec<u8>>,
    pub ciphertext: Vec<u8>,
}

impl Keys {
    pub fn new(kms: Client) -> Self {
        Keys { kms }
    }

    pub async fn generate(self, key_id: String, context: Vec<(String, String)>) -> Result<DataKey, Error> {
        let answer = self
            .kms
            .generate_data_key()
            .key_id(&key_id)
            .number_of_bytes(BYTES)
            .set_encryption_context(Some(context.into_iter().collect()))
            .send()
            .await
            .map_err(|error| {
                aws::failure(&error, format!("cannot make the session's data key with the KMS key {key_id}"))
                    .hint("the session preferences ask for encryption: kms:GenerateDataKey on the key is needed")
            })?;
        match (answer.plaintext, answer.ciphertext_blob) {
            (Some(plaintext), Some(ciphertext)) => Ok(DataKey {
                plaintext: Zeroizing::new(plaintext.into_inner()),
                ciphertext: ciphertext.into_inner(),
            }),
            _ => Err(Error::failed("the answer of KMS has no data key")),
        }
    }
}
