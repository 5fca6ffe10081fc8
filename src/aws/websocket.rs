//! The websocket of a data channel: signed upgrade, proxy, TLS. It must not know what the frames mean.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error as Tungstenite;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tower_service::Service;
use url::Url;

use super::http::{Network, is_loopback};

/// An open websocket over whatever carries it.
pub type Socket = WebSocketStream<Box<dyn Transport>>;

/// What a websocket runs over: TCP or TLS, perhaps through a proxy.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

const LIMIT: Duration = Duration::from_secs(20);
const SERVICE: &str = "ssmmessages";
/// The agent's own limit on its control channel is 142,000 bytes.
const MAX_MESSAGE: usize = 1 << 20;

/// Why there is no websocket.
#[derive(Debug, Error)]
pub enum WebsocketError {
    #[error("the address of the data channel is not usable: {0}")]
    Address(String),
    #[error("the data channel is not encrypted, which is only allowed on this machine: {0}")]
    NotEncrypted(String),
    #[error("cannot reach {host}")]
    Unreachable { host: String, source: io::Error },
    #[error("the proxy {proxy} does not connect to {host}")]
    Proxy { proxy: String, host: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the TLS connection to {host} failed")]
    Tls { host: String, source: io::Error },
    #[error("the data channel was refused with status {status}{detail}{}", in_brackets(request_id.as_deref()))]
    Refused { status: u16, detail: String, request_id: Option<String> },
    #[error("the websocket handshake with {host} failed")]
    Handshake { host: String, source: Box<Tungstenite> },
    #[error("cannot sign the request for the data channel")]
    Signing(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("no answer from {host} within {} s", LIMIT.as_secs())]
    TimedOut { host: String },
}

impl WebsocketError {
    /// Would the same attempt succeed later?
    pub fn is_temporary(&self) -> bool {
        match self {
            WebsocketError::Tls { .. } => !super::is_untrusted(self),
            WebsocketError::Unreachable { .. }
            | WebsocketError::Proxy { .. }
            | WebsocketError::Handshake { .. }
            | WebsocketError::TimedOut { .. } => true,
            WebsocketError::Refused { status, .. } => *status >= 500 || *status == 429,
            WebsocketError::Address(_) | WebsocketError::NotEncrypted(_) | WebsocketError::Signing(_) => {
                false
            }
        }
    }
}

/// Is the address signed already? Then no header is added, and the session cannot be resumed.
pub fn is_presigned(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("X-Amz-Algorithm"))
}

/// Opens the websocket at `url`, taken as it is. Without credentials the upgrade goes unsigned: the token in
/// the first frame is the older proof.
pub async fn dial(
    url: &Url,
    region: &str,
    credentials: Option<&Credentials>,
    network: &Arc<Network>,
) -> Result<Socket, WebsocketError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    match tokio::time::timeout(LIMIT, dial_unlimited(url, region, credentials, network)).await {
        Ok(result) => result,
        Err(_) => Err(WebsocketError::TimedOut { host }),
    }
}

async fn dial_unlimited(
    url: &Url,
    region: &str,
    credentials: Option<&Credentials>,
    network: &Arc<Network>,
) -> Result<Socket, WebsocketError> {
    let address = || WebsocketError::Address(without_query(url));
    let host = url.host_str().ok_or_else(address)?.to_owned();
    let encrypted = match url.scheme() {
        "wss" => true,
        "ws" if is_loopback(url) => false,
        "ws" => return Err(WebsocketError::NotEncrypted(without_query(url))),
        _ => return Err(address()),
    };
    let port = url.port_or_known_default().ok_or_else(address)?;

    tracing::info!("{SERVICE}:OpenDataChannel in {region}, at {}", without_query(url));
    let mut request = url.as_str().into_client_request().map_err(|_| address())?;
    if let Some(credentials) = credentials.filter(|_| !is_presigned(url)) {
        sign_upgrade(&mut request, url, region, credentials)?;
    }

    let stream = connect(&host, port, encrypted, network).await?;
    let transport: Box<dyn Transport> = if encrypted {
        let failed = |source| WebsocketError::Tls { host: host.clone(), source };
        let config = network.tls().map_err(|error| failed(io::Error::other(error)))?;
        let name = ServerName::try_from(host.clone()).map_err(|_| address())?;
        let tls = tokio_rustls::TlsConnector::from(config).connect(name, stream).await.map_err(failed)?;
        Box::new(tls)
    } else {
        Box::new(stream)
    };

    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        .read_buffer_size(64 * 1024);
    match client_async_with_config(request, transport, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(Tungstenite::Http(response)) => Err(WebsocketError::Refused {
            status: response.status().as_u16(),
            detail: detail(response.body().as_deref()),
            request_id: request_id(response.headers()),
        }),
        Err(source) => Err(WebsocketError::Handshake { host, source: Box::new(source) }),
    }
}

/// Code and message of a refusal's body, or its first words if it is other text.
fn detail(body: Option<&[u8]>) -> String {
    let text = body.and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default().trim();
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once("</")?.0)
    };
    let parts = [element("Code"), element("Message")];
    let said: Vec<&str> = parts.into_iter().flatten().collect();
    let said = if said.is_empty() { text.to_owned() } else { said.join(": ") };
    if said.is_empty() { said } else { format!(": {}", said.chars().take(300).collect::<String>()) }
}

fn request_id(headers: &http::HeaderMap) -> Option<String> {
    let id = headers.get("x-amzn-requestid")?.to_str().ok()?;
    (!id.is_empty()).then(|| id.to_owned())
}

fn in_brackets(request_id: Option<&str>) -> String {
    request_id.map(|id| format!(" (request {id})")).unwrap_or_default()
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

fn sign_upgrade(
    request: &mut http::Request<()>,
    url: &Url,
    region: &str,
    credentials: &Credentials,
) -> Result<(), WebsocketError> {
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| WebsocketError::Signing(error.into()))?
        .into();
    let host =
        request.headers().get("host").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let signable = SignableRequest::new(
        "GET",
        url.as_str(),
        [("host", host.as_str())].into_iter(),
        SignableBody::Bytes(&[]),
    )
    .map_err(|error| WebsocketError::Signing(error.into()))?;
    let (instructions, _) =
        sign(signable, &params).map_err(|error| WebsocketError::Signing(error.into()))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

async fn connect(
    host: &str,
    port: u16,
    encrypted: bool,
    network: &Network,
) -> Result<TcpStream, WebsocketError> {
    let scheme = if encrypted { "https" } else { "http" };
    let target: Uri = format!("{scheme}://{host}:{port}")
        .parse()
        .map_err(|_| WebsocketError::Address(format!("{host}:{port}")))?;
    let stream =
        match network.proxy(&target) {
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), HttpConnector::new());
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                let name =
                    proxy.uri().authority().map(|authority| authority.host().to_owned()).unwrap_or_default();
                tunnel.call(target).await.map(TokioIo::into_inner).map_err(|source| {
                    WebsocketError::Proxy { proxy: name, host: host.to_owned(), source: source.into() }
                })?
            }
            None => {
                let bare = host.trim_start_matches('[').trim_end_matches(']');
                TcpStream::connect((bare, port))
                    .await
                    .map_err(|source| WebsocketError::Unreachable { host: host.to_owned(), source })?
            }
        };
    // A keystroke is a frame of its own: it must not wait for company.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Arc<Network> {
        Arc::new(Network::new(&super::super::Profiles::none(), &Default::default(), true).unwrap())
    }

    #[tokio::test]
    async fn an_unencrypted_channel_is_refused_off_this_machine() {
        for url in ["ws://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x", "ws://10.0.0.1/x"] {
            let error =
                dial(&Url::parse(url).unwrap(), "eu-west-1", None, &network()).await.map(drop).unwrap_err();
            assert!(matches!(error, WebsocketError::NotEncrypted(_)), "{error}");
        }
        let error =
            dial(&Url::parse("http://127.0.0.1/x").unwrap(), "eu-west-1", None, &network()).await.map(drop);
        assert!(matches!(error, Err(WebsocketError::Address(_))));
    }

    #[test]
    fn a_signed_address_is_recognised() {
        let signed =
            Url::parse("wss://host/v1/data-channel/s?role=x&X-Amz-Algorithm=AWS4-HMAC-SHA256").unwrap();
        let plain = Url::parse("wss://host/v1/data-channel/s?role=publish_subscribe&cell-number=A").unwrap();
        assert_eq!((is_presigned(&signed), is_presigned(&plain)), (true, false));
    }

    #[test]
    fn an_upgrade_is_signed_over_the_whole_query() {
        let url = Url::parse("wss://host.example/v1/data-channel/s?role=publish_subscribe&cell-number=A%2Fb")
            .unwrap();
        let mut request = url.as_str().into_client_request().unwrap();
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("session".into()), None, "test");
        sign_upgrade(&mut request, &url, "eu-west-1", &credentials).unwrap();
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert!(header("authorization").contains("/eu-west-1/ssmmessages/aws4_request"));
        assert!(header("authorization").contains("host;x-amz-date;x-amz-security-token"));
        assert_eq!(header("x-amz-security-token"), "session");
        assert_eq!(request.uri().query(), Some("role=publish_subscribe&cell-number=A%2Fb"));
    }

    #[test]
    fn a_refusal_is_told_by_code_and_message() {
        let xml = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>";
        assert_eq!(detail(Some(xml)), ": AccessDenied: not you");
        assert_eq!(detail(Some(b" go away \n")), ": go away");
        assert_eq!((detail(None), detail(Some(&[0xff]))), (String::new(), String::new()));
    }

    #[test]
    fn an_error_never_shows_the_query() {
        let url = Url::parse("wss://host/path?token=secret").unwrap();
        assert_eq!(without_query(&url), "wss://host/path");
    }
}
