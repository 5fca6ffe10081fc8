//! Bytes that come in are written to the store as they arrive and held against what the client says of them; bytes that
//! go out are read as they leave.

use super::convert::failure;
use super::described::Described;
use crate::sandbox::s3::store::checksum::Algorithm;
use crate::sandbox::s3::store::content::{Reader, Written};
use crate::sandbox::s3::store::{Store, errors};
use crate::sandbox::services::ServiceError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use s3s::dto::StreamingBlob;
use s3s::stream::{ByteStream, RemainingLength};
use s3s::{S3Error, S3Result, StdError, TrailingHeaders, s3_error};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

/// What one request may bring.
const LIMIT: u64 = 5 << 30;

/// Takes a body in. `algorithm`: what to compute when the client has announced nothing.
pub async fn receive(
    store: &Store,
    described: &Described<'_>,
    body: Option<StreamingBlob>,
    trailers: Option<TrailingHeaders>,
    algorithm: Algorithm,
) -> S3Result<Written> {
    let algorithm = described.algorithm().unwrap_or(algorithm);
    let mut writer = store.writer(algorithm);
    if let Some(mut body) = body {
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(broken)?;
            writer.write(&piece).map_err(|error| failure(errors::disk(error)))?;
            if writer.size() > LIMIT {
                return Err(failure(errors::too_large()));
            }
        }
    }
    let written = writer.finish();
    if let Some(text) = described.get("content-md5") {
        let md5 = STANDARD.decode(text).ok().filter(|md5| md5.len() == 16);
        let md5 =
            md5.ok_or_else(|| s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."))?;
        if md5 != written.md5 {
            return Err(failure(errors::bad_digest("Content-MD5")));
        }
    }
    let trailed = trailers.and_then(|trailers| {
        trailers.read(|headers| headers.get(algorithm.header())?.to_str().ok().map(str::to_owned)).flatten()
    });
    let said = described.get(algorithm.header()).map(str::to_owned).or(trailed);
    if said.is_some_and(|said| said.trim() != written.digest.base64()) {
        return Err(failure(errors::bad_digest(algorithm.name())));
    }
    Ok(written)
}

/// Why a body ended too early, by what the reader of it says.
fn broken(error: StdError) -> S3Error {
    let text = error.to_string();
    let has = |part: &str| text.contains(part);
    if has("Sha256Mismatch") {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        failure(ServiceError::new("XAmzContentSHA256Mismatch", message))
    } else if has("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch, "The signature of a chunk does not match.")
    } else if has("did not arrive in time") {
        s3_error!(
            RequestTimeout,
            "Your socket connection to the server was not read from or written to within the timeout period."
        )
    } else {
        s3_error!(IncompleteBody, "The body ended before it was complete: {text}")
    }
}

/// Bytes of an object on their way out.
pub struct Outgoing {
    /// Streams must be shareable; this one is only ever polled by one.
    reader: Mutex<Reader>,
}

impl Outgoing {
    pub fn blob(reader: Reader) -> StreamingBlob {
        StreamingBlob::new(Outgoing { reader: Mutex::new(reader) })
    }
}

impl Stream for Outgoing {
    type Item = Result<Bytes, StdError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let reader = self.get_mut().reader.get_mut();
        let next = reader.unwrap_or_else(std::sync::PoisonError::into_inner).next_chunk();
        Poll::Ready(next.map(|bytes| bytes.map(Bytes::from)).map_err(StdError::from).transpose())
    }
}

impl ByteStream for Outgoing {
    fn remaining_length(&self) -> RemainingLength {
        let reader = self.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        usize::try_from(reader.remaining())
            .map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}
