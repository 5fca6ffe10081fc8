//! The listener: connections with limits of number, size and time, each request checked before anything of it is
//! acted on, and websockets handed to the sessions. It must not know what a service does.

use super::account::Account;
use super::http::{Answer, Protocol, check_host, monitoring_operation, name, response};
use super::principals;
use super::realm::Realm;
use super::services::{self, Call, Reply, RestCall, ServiceError};
use super::sigv4::Claim;
use super::websocket;
use crate::random;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::header::CONTENT_ENCODING;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use std::convert::Infallible;
use std::io::Read as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// As much as any JSON service of AWS takes.
const BODY_LIMIT: usize = 8 << 20;
const CONNECTION_LIMIT: u32 = 512;
/// A listener that cannot accept (too many open files) tries again after this.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// One of the connections there may be at a time; shared by a connection and the websocket it becomes.
pub type Permit = Arc<OwnedSemaphorePermit>;

/// Serves until the sandbox closes, then until every connection has ended.
pub async fn serve(listener: TcpListener, realm: Arc<Realm>) {
    let permits = Arc::new(Semaphore::new(CONNECTION_LIMIT as usize));
    let mut closing = pin!(closed(&realm.first));
    loop {
        let accept = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            () = &mut closing => break,
            accepted = accept => accepted,
        };
        match (permit, accepted) {
            (Ok(permit), Ok((stream, _))) => {
                // Keystrokes and their echoes are small; without the option they only take longer.
                let _ = stream.set_nodelay(true);
                tokio::spawn(connection(stream, Arc::clone(&realm), Arc::new(permit)));
            }
            (_, Err(error)) => {
                tracing::warn!(%error, "the sandbox cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            (Err(_), _) => break,
        }
    }
    drop(listener);
    // All permits are back when all connections have ended; the semaphore is never closed.
    let _ = permits.acquire_many(CONNECTION_LIMIT).await;
}

async fn connection<S>(stream: S, realm: Arc<Realm>, permit: Permit)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let first = Arc::clone(&realm.first);
    let service = service_fn(move |request| {
        let (realm, permit) = (Arc::clone(&realm), Arc::clone(&permit));
        async move { Ok::<_, Infallible>(answer(realm, permit, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(first.request_timeout);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let result = tokio::select! {
        result = &mut connection => result,
        () = closed(&first) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended badly");
    }
}

/// Until the sandbox closes.
async fn closed(account: &Account) {
    let mut closing = account.closing.subscribe();
    // The sender lives as long as the account.
    let _ = closing.wait_for(|closing| *closing).await;
}

async fn answer(realm: Arc<Realm>, permit: Permit, request: Request<Incoming>) -> Answer {
    let Ok(request_id) = random::uuid() else {
        return response(Protocol::Query, "", Err(ServiceError::internal(random::NoRandomness)));
    };
    let (parts, body) = request.into_parts();
    let protocol = Protocol::of(&parts);
    let path = parts.uri.path().to_owned();
    let result = match check_host(&parts) {
        Err(refusal) => Err(refusal),
        Ok(()) if websocket::is_data_channel(&path) => {
            match websocket::accept(&realm, permit, Request::from_parts(parts, body)) {
                Ok(switching) => return switching,
                Err(refusal) => Err(refusal),
            }
        }
        Ok(()) if protocol == Protocol::S3 => match s3(&realm, parts, body).await {
            Ok(mut answer) => {
                name(&mut answer, protocol, &request_id);
                return answer;
            }
            Err(refusal) => Err(refusal),
        },
        Ok(()) if protocol == Protocol::SignIn => sign_in(&realm.first, parts, body).await,
        Ok(()) => call(&realm, parts, body).await,
    };
    match &result {
        Ok(_) => tracing::debug!(request_id, "answered"),
        Err(error) => {
            tracing::debug!(request_id, path, code = %error.code, message = error.message, "refused")
        }
    }
    response(protocol, &request_id, result)
}

/// S3's own: it is streamed, and the room that answers it checks its signature chunk by chunk.
async fn s3(realm: &Realm, parts: http::request::Parts, body: Incoming) -> Result<Answer, ServiceError> {
    let account = realm.claimed(&parts)?;
    let answer = account.s3.answer(&account, parts, body).await;
    tokio::time::sleep(account.settings.latency).await;
    answer
}

/// What nobody signs: as little of it as can be is read.
async fn sign_in(
    account: &Account,
    parts: http::request::Parts,
    body: Incoming,
) -> Result<Reply, ServiceError> {
    let body = read(body, services::sso::BODY_LIMIT, account.request_timeout).await?;
    let reply = services::sso::answer(account, &RestCall::new(&parts, &body, ""));
    tokio::time::sleep(account.settings.latency).await;
    reply.map(Reply::Rest)
}

async fn call(realm: &Realm, parts: http::request::Parts, body: Incoming) -> Result<Reply, ServiceError> {
    let first = &realm.first;
    let claim = Claim::new(&parts, &first.principals, Timestamp::now())?;
    let body = read(body, BODY_LIMIT, first.request_timeout).await?;
    let region = claim.region().to_owned();
    let caller = claim.caller();
    let service = claim.verify(&parts, &body)?;
    let account = realm.world(&caller.account, &region, &service)?;
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let call = Call { service: &service, target, body: &body };
    let reply = principals::calling(caller, dispatch(realm, &account, &call, &region, &parts)).await;
    // What the sandbox says of itself is not rehearsed.
    if service != services::CONTROL {
        tokio::time::sleep(first.settings.latency).await;
    }
    reply
}

/// To the service it was signed for.
async fn dispatch(
    realm: &Realm,
    account: &Arc<Account>,
    call: &Call<'_>,
    region: &str,
    parts: &http::request::Parts,
) -> Result<Reply, ServiceError> {
    let of_rest = || RestCall::new(parts, call.body, region);
    match call.service {
        services::CONTROL => services::answer_control(realm, account, call),
        _ if account.sessions.credentials_have_expired() => Err(ServiceError::expired_token()),
        "lambda" => services::answer_lambda(account, &of_rest()).await,
        "s3" => services::answer_rest(account, &of_rest()),
        "monitoring" => monitoring(account, parts, call.body),
        "states" => services::answer_later(account, call).await,
        _ => services::answer(account, call),
    }
}

/// CloudWatch's own: what is signed may be packed.
fn monitoring(account: &Account, parts: &http::request::Parts, body: &[u8]) -> Result<Reply, ServiceError> {
    let Protocol::Monitoring(codec) = Protocol::of(parts) else {
        let message = "this sandbox speaks CBOR and JSON for CloudWatch";
        return Err(ServiceError::new("UnknownOperationException", message));
    };
    let operation = monitoring_operation(parts, codec);
    let encoding = parts.headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    match encoding {
        None | Some(b"identity") => services::answer_monitoring(account, operation, codec, body),
        Some(b"gzip") => services::answer_monitoring(account, operation, codec, &unpacked(body)?),
        Some(_) => {
            let message = "this sandbox knows no other encoding than gzip";
            Err(ServiceError::new("UnsupportedMediaTypeException", message).status(415))
        }
    }
}

fn unpacked(body: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(body).take(BODY_LIMIT as u64 + 1).read_to_end(&mut unpacked);
    read.map_err(|error| {
        ServiceError::new("SerializationException", format!("the body is no gzip: {error}"))
    })?;
    if unpacked.len() > BODY_LIMIT {
        return Err(too_large(BODY_LIMIT));
    }
    Ok(unpacked)
}

fn too_large(most: usize) -> ServiceError {
    let message = format!("Request body is larger than {most} bytes");
    ServiceError::new("RequestEntityTooLargeException", message).status(413)
}

async fn read(body: Incoming, most: usize, limit: Duration) -> Result<Bytes, ServiceError> {
    if body.size_hint().lower() > most as u64 {
        return Err(too_large(most));
    }
    match tokio::time::timeout(limit, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Ok(Err(error)) => Err(ServiceError::new("IncompleteBody", error.to_string())),
        Err(_) => Err(ServiceError::new("RequestTimeout", "the body did not arrive in time").status(408)),
    }
}

#[cfg(test)]
mod tests;
