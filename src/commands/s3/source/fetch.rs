//! Small documents, whole: a manifest.json and its like.

use std::io::Read as _;

use super::Object;
use crate::error::{Error, Result};

/// The whole of it; one that is longer than `limit` bytes is something else than it is taken for.
pub async fn fetch(object: &Object, limit: u64) -> Result<Vec<u8>> {
    let object = object.clone();
    blocking(move || {
        let mut content = Vec::new();
        let read = object.open()?.take(limit + 1).read_to_end(&mut content);
        read.map_err(|error| not_read(error, &object.place))?;
        if content.len() as u64 > limit {
            let mib = limit >> 20;
            return Err(Error::usage(format!(
                "{} is over {mib} MiB long, as no manifest.json is",
                object.place
            ))
            .into());
        }
        Ok(content)
    })
    .await
}

/// Runs what blocks beside what does not.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::failed("a list was left half read").because(error).into()),
        },
    }
}

/// A failure of S3 is told as it came; one of a file or of gzip with the place it was in.
pub(super) fn not_read(error: std::io::Error, place: &impl std::fmt::Display) -> anyhow::Error {
    let message = format!("cannot read {place}");
    match error.downcast::<Error>() {
        Ok(failure) => failure.into(),
        Err(error) => Error::failed(message).because(error).into(),
    }
}
