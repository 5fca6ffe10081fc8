//! The way out: one trust store, one proxy rule and one resolver for the SDK's HTTP client and for the
//! websocket of a session.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use super::Profiles;
use super::limiter::Limiter;
use super::paced::Paced;
use crate::error::{Error, Result};
use crate::settings::Environment;

/// What every connection has in common.
#[derive(Debug)]
pub struct Network {
    bundle: Option<Vec<u8>>,
    /// Every call stays on this machine, unencrypted: no proxy can reach it, and the system's certificates, which
    /// take milliseconds to read, are of no use.
    is_local: bool,
    proxies: Matcher,
}

/// The connections of a process, and how fast it may call: whoever has the same way out shares them.
#[derive(Debug, Default)]
pub struct Pools {
    clients: Mutex<Vec<(Arc<Network>, SharedHttpClient)>>,
    limiter: Limiter,
}

impl Pools {
    pub fn client(&self, network: &Arc<Network>) -> SharedHttpClient {
        let mut pools = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &&(Arc<Network>, SharedHttpClient)| known.0.is_same_way(network);
        if let Some((_, client)) = pools.iter().find(same) {
            return client.clone();
        }
        let client = SharedHttpClient::new(Paced(network.http_client()));
        pools.push((Arc::clone(network), client.clone()));
        client
    }

    pub fn limiter(&self) -> Limiter {
        self.limiter.clone()
    }
}

impl Network {
    pub fn new(profiles: &Profiles, env: &Environment, is_local: bool) -> Result<Self> {
        let named = env.text("AWS_CA_BUNDLE").map(|path| (path, "AWS_CA_BUNDLE".to_owned())).or_else(|| {
            profiles.value("ca_bundle").map(|path| (path, format!("profile {}", profiles.name())))
        });
        let bundle = named.map(|(path, origin)| read_bundle(path, &origin)).transpose()?;
        Ok(Network { bundle, is_local, proxies: Matcher::from_env() })
    }

    /// The proxies are those of the process.
    fn is_same_way(&self, other: &Network) -> bool {
        self.bundle == other.bundle && self.is_local == other.is_local
    }

    /// Connections of its own; [`Pools`] has those that are shared.
    pub fn http_client(&self) -> SharedHttpClient {
        let connector = self.connectors();
        Builder::new().build_with_connector_fn(move |settings, components| {
            connector(settings.cloned(), components.and_then(|components| components.sleep_impl()))
        })
    }

    /// For a call that no client of the SDK makes.
    pub fn connector(&self, settings: HttpConnectorSettings) -> Connector {
        self.connectors()(Some(settings), Some(SharedAsyncSleep::new(TokioSleep::new())))
    }

    fn connectors(
        &self,
    ) -> impl Fn(Option<HttpConnectorSettings>, Option<SharedAsyncSleep>) -> Connector + Send + Sync + 'static
    {
        let trust = match &self.bundle {
            Some(bundle) => TrustStore::empty().with_pem_certificate(bundle.clone()),
            None => TrustStore::empty().with_native_roots(!self.is_local),
        };
        // Only additional server names can make it fail, and there are none.
        let tls =
            TlsContext::builder().with_trust_store(trust).build().unwrap_or_else(|_| TlsContext::default());
        let proxies = if self.is_local { ProxyConfig::disabled() } else { ProxyConfig::from_env() };
        move |settings, sleep| {
            let mut builder = Connector::builder();
            builder.set_connector_settings(settings);
            builder.set_sleep_impl(sleep);
            builder.set_proxy_config(Some(proxies.clone()));
            builder
                .enable_tcp_nodelay(true)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls.clone())
                .build_with_resolver(Resolver)
        }
    }

    /// The TLS settings of the websocket: the same trust as the SDK's.
    pub fn tls(&self) -> Result<Arc<rustls::ClientConfig>> {
        let mut roots = rustls::RootCertStore::empty();
        match &self.bundle {
            Some(bundle) => {
                roots.add_parsable_certificates(certificates(bundle).unwrap_or_default());
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::failed("cannot set up TLS").because(error))?;
        Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    }

    /// The proxy for a connection to `uri` (scheme http or https), by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. This
    /// machine is never reached through one.
    pub fn proxy(&self, uri: &http::Uri) -> Option<Intercept> {
        if uri.to_string().parse().is_ok_and(|url| is_loopback(&url)) {
            return None;
        }
        self.proxies.intercept(uri)
    }
}

pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn read_bundle(path: &str, origin: &str) -> Result<Vec<u8>> {
    let pem = std::fs::read(path).map_err(|error| {
        Error::usage(format!("cannot read the CA bundle {path} ({origin})")).because(error)
    })?;
    match certificates(&pem) {
        Some(found) if !found.is_empty() => Ok(pem),
        _ => Err(Error::usage(format!("no certificates in the CA bundle {path} ({origin})"))
            .hint("the file holds certificates in PEM form, -----BEGIN CERTIFICATE-----")
            .into()),
    }
}

/// Every certificate of a PEM file; `None` when one of them is damaged (the SDK would panic on it).
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    let mut store = rustls::RootCertStore::empty();
    found.iter().all(|certificate| store.add(certificate.clone()).is_ok()).then_some(found)
}

/// The system's resolver, except for the names that the SDK makes of a loopback endpoint by putting a prefix
/// before it. They mean loopback; nothing may be stripped from the request, since Host is signed.
#[derive(Debug, Clone)]
struct Resolver;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            if is_prefixed_loopback(name) {
                return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
            }
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

fn is_prefixed_loopback(name: &str) -> bool {
    let Some(prefix) = name.strip_suffix("127.0.0.1") else { return false };
    let account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    prefix == "sync-" || prefix.strip_suffix('.').is_some_and(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_prefixed_loopback_names_are_loopback() {
        for good in ["sync-127.0.0.1", "111122223333.127.0.0.1"] {
            assert!(is_prefixed_loopback(good), "{good}");
        }
        for bad in
            ["127.0.0.1", "evil.127.0.0.1", "11112222333.127.0.0.1", "sync-127.0.0.1.example", "x127.0.0.1"]
        {
            assert!(!is_prefixed_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn a_damaged_bundle_is_an_error_not_a_panic() {
        let folder = std::env::temp_dir().join(format!("opsctl-bundle-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("bundle.pem");
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&file, text).unwrap();
            let error = read_bundle(file.to_str().unwrap(), "AWS_CA_BUNDLE").unwrap_err();
            assert!(error.to_string().contains("bundle.pem (AWS_CA_BUNDLE)"), "{error}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(read_bundle(file.to_str().unwrap(), "AWS_CA_BUNDLE").is_err());
    }
}
