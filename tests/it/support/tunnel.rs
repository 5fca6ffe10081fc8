//! What may stand between opsctl and AWS: an end of TLS with the certificate of `tls/`, and a proxy that
//! connects names to addresses of this machine. Both only carry bytes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The authority that signed the certificate.
pub fn authority() -> PathBuf {
    tls("ca.pem")
}

fn tls(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/tls").join(name)
}

/// Runs all that stands in between: a runtime for each would hold many files, in tests that have hundreds of them.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
});

/// Serves every socket with `serve`, until the test's process ends.
fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    RUNTIME.spawn(async move {
        let listener = TcpListener::from_std(listener).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            // A socket that fails is the client's business.
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// TLS for localhost, 127.0.0.1, {aws,*.aws,gateway}.example.test, before a server without.
pub struct TlsFront {
    pub address: SocketAddr,
}

impl TlsFront {
    pub fn before(backend: SocketAddr) -> Self {
        let chain = vec![CertificateDer::from_pem_file(tls("server.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(tls("server.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let address = listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut client = acceptor.accept(stream).await?;
                let mut server = TcpStream::connect(backend).await?;
                copy_bidirectional(&mut client, &mut server).await.map(drop)
            }
        });
        TlsFront { address }
    }
}

/// An HTTP proxy that knows CONNECT only, and records every request for it.
pub struct ConnectProxy {
    pub address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ConnectProxy {
    /// Connects each `NAME:PORT` to its address, `*` for whatever stands before the rest, and knows nothing else.
    pub fn to<const N: usize>(names: [(&'static str, SocketAddr); N]) -> Self {
        ConnectProxy::start(move |name| {
            let is_meant = |known: &str| match known.strip_prefix('*') {
                Some(rest) => name.ends_with(rest),
                None => name == known,
            };
            let found = names.iter().find(|(known, _)| is_meant(known));
            found.map(|(_, address)| *address).ok_or("502 Bad Gateway")
        })
    }

    /// Answers every request with this status line.
    pub fn refusing(status: &'static str) -> Self {
        ConnectProxy::start(move |_| Err(status))
    }

    fn start(route: impl Fn(&str) -> Result<SocketAddr, &'static str> + Send + Sync + 'static) -> Self {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (record, route) = (Arc::clone(&heads), Arc::new(route));
        let address = listen(move |mut client| {
            let (record, route) = (Arc::clone(&record), Arc::clone(&route));
            async move {
                let head = read_head(&mut client).await?;
                let name = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
                let routed = name.map_or(Err("405 Method Not Allowed"), |name| route(name));
                record.lock().unwrap().push(head.clone());
                match routed {
                    Ok(address) => {
                        let mut server = TcpStream::connect(address).await?;
                        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
                        copy_bidirectional(&mut client, &mut server).await.map(drop)
                    }
                    Err(status) => {
                        let refusal = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                        client.write_all(refusal.as_bytes()).await
                    }
                }
            }
        });
        ConnectProxy { address, heads }
    }

    /// The requests as they came, head by head.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn read_head(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
