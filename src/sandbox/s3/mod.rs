//! S3: objects in buckets, over the service's own protocol. Each request is checked, signature first, and then acts on
//! the store. It must not know of the other services; S3's jobs work on the store itself.

mod access;
mod gateway;
mod patience;
pub mod store;
#[cfg(test)]
mod tests;

pub use gateway::canned;

use super::account::Account;
use super::call_rate::CallRate;
use super::http::Answer;
use super::principals::{self, Principals};
use super::services::ServiceError;
use super::sigv4::{self, Refusal, Scope};
use gateway::{Gateway, Versions};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use jiff::Timestamp;
use opsctl_engine::hex::hex;
use patience::Patient;
use ring::digest;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::sync::Arc;
use store::Store;

pub struct S3 {
    service: S3Service,
    pub store: Arc<Store>,
    /// Requests that are answered in a second; the others are told to slow down.
    rate: CallRate,
}

impl S3 {
    pub fn new(
        account: &str,
        principals: &Arc<Principals>,
        store: Store,
        slow_down_per_s: Option<u32>,
    ) -> Self {
        let store = Arc::new(store);
        let gateway = Gateway::new(Arc::clone(&store), canonical_id(account));
        let mut builder = S3ServiceBuilder::new(gateway.clone());
        builder.set_route(Versions(gateway.clone()));
        builder.set_auth(access::Keys(Arc::clone(principals)));
        builder.set_access(access::Access(gateway));
        S3 { service: builder.build(), store, rate: CallRate::new(slow_down_per_s) }
    }

    /// Answers a request whose host was checked. Errors are those that come before the signature is looked at; later
    /// ones are answers.
    pub async fn answer(
        &self,
        account: &Arc<Account>,
        parts: Parts,
        body: Incoming,
    ) -> Result<Answer, ServiceError> {
        let scope = check(&parts)?;
        let token = sigv4::claimed_token(&parts)?;
        let key = account.principals.find(&scope.access_key_id, token.as_deref(), Timestamp::now());
        let principal = key.as_ref().map_or_else(|_| account.caller(), |key| Arc::clone(&key.principal));
        let has_token = token.is_some();
        let caller =
            Caller { account: Arc::clone(account), region: scope.region, has_token, refusal: key.err() };
        let body = s3s::Body::http_body_unsync(Patient::new(body, account.request_timeout));
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(caller);
        let answer = principals::calling(principal, self.service.call(request)).await;
        tokio::time::sleep(account.settings.s3.latency).await;
        let answer = answer.map_err(|error| {
            ServiceError::internal(Box::<dyn std::error::Error + Send + Sync>::from(error))
        })?;
        Ok(answer.map(|body| body.boxed_unsync()))
    }
}

/// Who sends a request, as far as the operations need it.
#[derive(Clone)]
struct Caller {
    account: Arc<Account>,
    /// What was signed for.
    region: String,
    has_token: bool,
    /// Why the key is good for nothing, whatever was signed with it.
    refusal: Option<Refusal>,
}

/// The id that S3 gives an account, which is not its number.
pub fn canonical_id(account: &str) -> String {
    let hash = digest::digest(&digest::SHA256, account.as_bytes());
    hex(hash.as_ref())
}

/// What is said to be signed. What is refused unread: requests that nobody signed, and forms of browsers.
fn check(parts: &Parts) -> Result<Scope, ServiceError> {
    let Some(scope) = sigv4::claimed_scope(parts) else {
        return Err(ServiceError::new("AccessDenied", "Access Denied").status(403));
    };
    // Whose key is looked at must be whose signature is checked.
    let query = parts.uri.query().unwrap_or_default();
    let mut names = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    if parts.headers.contains_key(AUTHORIZATION) && names.any(|name| name == "X-Amz-Credential") {
        let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                       parameter or the Authorization header should be specified";
        return Err(ServiceError::new("InvalidArgument", message));
    }
    sigv4::check_headers_of_aws(parts)?;
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if parts.method == Method::POST && kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return Err(
            ServiceError::new("NotImplemented", "this sandbox takes no forms of browsers").status(501)
        );
    }
    Ok(scope)
}
