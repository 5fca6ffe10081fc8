//! Signed calls to a running sandbox, for opsctl's own commands about it. Not how other commands reach it: they
//! use the AWS clients.

use super::identity::Identity;
use super::sso::start_url;
use crate::error::{Error, Kind, Result};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

const TIMEOUT: Duration = Duration::from_secs(10);
/// A page of messages holds one of any size, and some letters take six bytes of JSON.
const ANSWER_LIMIT: usize = 16 << 20;

/// Where a sandbox listens and the key it knows.
#[derive(Clone)]
pub struct Connection {
    pub port: u16,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: Zeroizing<String>,
}

/// An account under the name that a profile has it by.
pub struct Profile {
    pub name: String,
    pub connection: Connection,
}

impl Connection {
    pub(super) fn of(user: &Identity, port: u16) -> Self {
        Connection {
            port,
            region: user.region.clone(),
            access_key_id: user.access_key_id.clone(),
            secret_access_key: Zeroizing::new(user.secret_access_key().to_owned()),
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where clients start to sign in by Identity Center.
    pub fn start_url(&self) -> String {
        start_url(self.port, &self.secret_access_key)
    }

    /// An operation of the sandbox's own service.
    pub async fn control(&self, operation: &str) -> Result<serde_json::Value> {
        self.ask(operation, &serde_json::json!({})).await
    }

    /// One that is told more than its name.
    pub async fn ask(&self, operation: &str, input: &serde_json::Value) -> Result<serde_json::Value> {
        let request = Request::post("/")
            .header("x-amz-target", format!("OpsctlSandbox.{operation}"))
            .header("content-type", "application/x-amz-json-1.1");
        let request =
            self.signed(request.body(Bytes::from(input.to_string()))?, "opsctl", SystemTime::now())?;
        let answer = tokio::time::timeout(TIMEOUT, self.send(request)).await;
        let unreachable =
            || Error::new(Kind::Temporary, format!("no sandbox answers on {}", self.endpoint()));
        let (status, body) =
            answer.map_err(|_| unreachable())?.map_err(|error| unreachable().because(error))?;
        if status != StatusCode::OK {
            let text = String::from_utf8_lossy(&body).into_owned();
            return Err(Error::failed(format!("the sandbox on {} refuses", self.endpoint()))
                .because(text)
                .into());
        }
        Ok(serde_json::from_slice(&body)?)
    }

    /// The request with host, date and signature.
    pub fn signed(
        &self,
        mut request: Request<Bytes>,
        service: &str,
        time: SystemTime,
    ) -> Result<Request<Bytes>> {
        let credentials =
            Credentials::new(&self.access_key_id, self.secret_access_key.as_str(), None, None, "sandbox");
        let identity = credentials.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(time)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let uri = format!("{}{}", self.endpoint(), request.uri());
        let headers =
            request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable = SignableRequest::new(
            request.method().as_str(),
            uri,
            headers,
            SignableBody::Bytes(request.body()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        let host = HeaderValue::from_str(&format!("127.0.0.1:{}", self.port))?;
        request.headers_mut().insert(http::header::HOST, host);
        for (name, value) in instructions.headers() {
            request
                .headers_mut()
                .insert(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        Ok(request)
    }

    pub async fn send(&self, request: Request<Bytes>) -> Result<(StatusCode, Bytes)> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // What goes wrong with the connection shows in the answer.
        let driver = tokio::spawn(async move { drop(connection.await) });
        let response = sender.send_request(request.map(Full::new)).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect().await;
        driver.abort();
        Ok((status, body.map_err(anyhow::Error::from_boxed)?.to_bytes()))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}
