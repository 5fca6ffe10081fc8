//! Upgrades to websockets: the opening handshake of a data channel's client end, signed or for a session that is
//! open. What is said on the socket is `sessions`' business, the token in its first frame included.

use super::account::Account;
use super::http::{Answer, whole};
use super::principals;
use super::realm::Realm;
use super::server::Permit;
use super::services::ServiceError;
use super::sessions::Sessions;
use super::sigv4::{Claim, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use std::sync::Arc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

const PATH: &str = "/v1/data-channel/";
const SERVICE: &str = "ssmmessages";

pub fn is_data_channel(path: &str) -> bool {
    path.starts_with(PATH)
}

/// The answer that switches protocols; the socket is served on a task of its own.
pub fn accept(realm: &Realm, permit: Permit, request: Request<Incoming>) -> Result<Answer, ServiceError> {
    let ended = request.body().is_end_stream();
    let (parts, body) = request.into_parts();
    let session_id = parts.uri.path().strip_prefix(PATH).unwrap_or_default().to_owned();
    let account = authorize(realm, &parts, &session_id)?;
    let accept_key = handshake(&parts).filter(|_| ended).ok_or_else(|| {
        ServiceError::new(
            "BadRequestException",
            "a data channel is opened by a websocket upgrade, version 13",
        )
    })?;
    let upgrade = hyper::upgrade::on(Request::from_parts(parts, body));
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => {
                let config = Some(Sessions::websocket_config());
                let stream = TokioIo::new(upgraded);
                let socket = WebSocketStream::from_raw_socket(stream, Role::Server, config).await;
                account.sessions.serve(session_id, socket).await;
            }
            Err(error) => tracing::debug!(%error, "a websocket upgrade was not finished"),
        }
        drop(permit);
    });
    let mut response = Response::new(whole(""));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept_key);
    Ok(response)
}

/// The world whose session it is. Older clients do not sign: for them the session must be open, and its token follows in
/// the first frame.
fn authorize(realm: &Realm, parts: &Parts, session_id: &str) -> Result<Arc<Account>, ServiceError> {
    if !parts.headers.contains_key(http::header::AUTHORIZATION) {
        // Every browser names the page that opens a websocket; no client of a data channel does.
        let from_a_page = parts.headers.contains_key(ORIGIN);
        let mut worlds = realm.all().into_iter();
        let open = worlds.find(|world| world.sessions.is_open(session_id));
        return open.filter(|_| !from_a_page).ok_or_else(|| Refusal::Missing.into());
    }
    let claim = Claim::new(parts, &realm.first.principals, Timestamp::now())?;
    let (caller, region) = (claim.caller(), claim.region().to_owned());
    if claim.verify(parts, b"")? != SERVICE {
        let message = format!("Credential should be scoped to correct service: '{SERVICE}'.");
        return Err(Refusal::Invalid(message).into());
    }
    let account = realm.world(&caller.account, &region, SERVICE)?;
    let resource = account.arn("ssm", &format!("session/{session_id}"));
    // Unlike the services of JSON, which deny with 400.
    principals::calling_now(caller, || account.authorize("ssmmessages:OpenDataChannel", &resource))
        .map_err(|denied| denied.status(403))?;
    if account.sessions.is_open(session_id) {
        return Ok(account);
    }
    let message = format!("Session {session_id} is not open");
    Err(ServiceError::new("DoesNotExistException", message).status(404))
}

/// The answer to the client's key, if its handshake is one of RFC 6455.
fn handshake(parts: &Parts) -> Option<HeaderValue> {
    let one = |name: HeaderName| {
        let mut values = parts.headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
    };
    let lists = |name: HeaderName, wanted: &str| {
        let values = parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(wanted))
    };
    let asked = parts.method == Method::GET
        && lists(CONNECTION, "upgrade")
        && lists(UPGRADE, "websocket")
        && one(SEC_WEBSOCKET_VERSION) == Some("13");
    let key = one(SEC_WEBSOCKET_KEY).filter(|_| asked)?;
    STANDARD.decode(key).ok().filter(|bytes| bytes.len() == 16)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}
