//! One object that a call names: its bytes read, or written.

use crate::sandbox::account::Account;
use crate::sandbox::s3::store::version::Version;
use crate::sandbox::s3::store::{Draft, Target, checksum, errors};
use crate::sandbox::services::ServiceError;
use std::sync::Arc;

/// Where an object is.
#[derive(Debug, Clone)]
pub struct Place {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
}

impl Place {
    pub fn target(&self) -> Target<'_> {
        Target { bucket: &self.bucket, key: &self.key, version: self.version_id.as_deref() }
    }

    /// Refuses what nobody may touch.
    pub fn check(&self, account: &Account) -> Result<(), ServiceError> {
        if account.s3.store.settings(&self.bucket)?.denies(&self.key) { Err(denied()) } else { Ok(()) }
    }

    /// The object with up to `most` bytes; one that is longer is refused.
    pub fn read(&self, account: &Account, most: u64) -> Result<(Arc<Version>, Vec<u8>), ServiceError> {
        self.check(account)?;
        let (version, mut reader) = account.s3.store.open_object(&self.target(), 0, u64::MAX)?;
        if version.size() > most {
            let message = format!("s3://{}/{} is over {most} bytes long", self.bucket, self.key);
            return Err(ServiceError::new("EntityTooLarge", message));
        }
        let mut body = Vec::new();
        while let Some(chunk) = reader.next_chunk().map_err(errors::disk)? {
            body.extend_from_slice(&chunk);
        }
        Ok((version, body))
    }

    /// Makes an object of some bytes; `describe` says the rest of it.
    pub fn write(
        &self,
        account: &Account,
        body: &[u8],
        describe: impl FnOnce(&mut Draft),
    ) -> Result<Arc<Version>, ServiceError> {
        self.check(account)?;
        let mut writer = account.s3.store.writer(checksum::Algorithm::Crc32);
        writer.write(body).map_err(errors::disk)?;
        let mut draft = Draft::new(writer.finish());
        describe(&mut draft);
        account.s3.store.put(&self.bucket, &self.key, draft)
    }
}

pub fn denied() -> ServiceError {
    ServiceError::new("AccessDenied", "Access Denied").status(403)
}
