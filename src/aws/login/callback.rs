//! Where a browser comes back to with the code of a login: an address of this machine that is there for as long as the
//! login takes, for whoever knows its state.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use super::tokens::Secret;

const PATH: &str = "/oauth/callback";
/// As clients register it: the port is not known then.
pub const REDIRECT_URI: &str = "http://127.0.0.1/oauth/callback";
const LONGEST_HEAD: usize = 16 << 10;
/// For one request: browsers open connections and say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the browser brings.
#[derive(Debug, PartialEq)]
pub enum Brought {
    Code(Secret),
    Refusal(String),
}

#[derive(Debug)]
pub struct Callback {
    listener: TcpListener,
    redirect_uri: String,
}

impl Callback {
    pub async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Callback { listener, redirect_uri: format!("http://127.0.0.1:{port}{PATH}") })
    }

    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Until a browser comes that was sent with this state. Others are turned away.
    pub async fn wait(&self, state: &str) -> io::Result<Brought> {
        let mut asking = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    let state = state.to_owned();
                    asking.spawn(async move { timeout(PATIENCE, answer(stream, &state)).await });
                }
                Some(answered) = asking.join_next() => {
                    if let Ok(Ok(Ok(Some(brought)))) = answered {
                        return Ok(brought);
                    }
                }
            }
        }
    }
}

async fn answer(mut stream: TcpStream, state: &str) -> io::Result<Option<Brought>> {
    let target = target(&mut stream).await?;
    let brought = target.as_deref().and_then(|target| brought(target, state));
    let (status, text) = match &brought {
        Some(Brought::Code(_)) => ("200 OK", "opsctl has the code of your login: go back to the terminal."),
        Some(Brought::Refusal(_)) => ("200 OK", "The login was refused: go back to the terminal."),
        None => ("404 Not Found", "This is no login that opsctl waits for."),
    };
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>opsctl</title><p>{text}</p></html>\n"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         content-security-policy: default-src 'none'\r\nx-content-type-options: nosniff\r\n\
         referrer-policy: no-referrer\r\ncache-control: no-store\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // The code is here: a browser that does not listen any more takes nothing from it.
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
    Ok(brought)
}

/// What a GET asks for; nothing where it is no GET.
async fn target(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 || head.len() > LONGEST_HEAD {
            return Ok(None);
        }
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = std::str::from_utf8(line).unwrap_or_default().split(' ');
    Ok(match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => Some(target.to_owned()),
        _ => None,
    })
}

fn brought(target: &str, state: &str) -> Option<Brought> {
    let url = Url::parse("http://127.0.0.1").ok()?.join(target).ok()?;
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if url.path() != PATH || value("state").as_deref() != Some(state) {
        return None;
    }
    if let Some(error) = value("error") {
        return Some(Brought::Refusal(value("error_description").unwrap_or(error)));
    }
    value("code").filter(|code| !code.is_empty()).map(|code| Brought::Code(Secret::new(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_knows_the_state_brings_something() {
        for (target, expected) in [
            ("/oauth/callback?code=a%20b&state=s", Some(Brought::Code(Secret::new("a b")))),
            (
                "/oauth/callback?error=access_denied&error_description=no&state=s",
                Some(Brought::Refusal("no".into())),
            ),
            ("/oauth/callback?error=access_denied&state=s", Some(Brought::Refusal("access_denied".into()))),
            ("/oauth/callback?code=a&state=other", None),
            ("/oauth/callback?error=x&state=other", None),
            ("/oauth/callback?code=a", None),
            ("/oauth/callback?code=&state=s", None),
            ("/favicon.ico?code=a&state=s", None),
            ("//example.com/oauth/callback?code=a&state=s", Some(Brought::Code(Secret::new("a")))),
            ("", None),
        ] {
            assert_eq!(brought(target, "s"), expected, "{target}");
        }
    }

    #[tokio::test]
    async fn a_silent_connection_keeps_nobody_from_coming() {
        let callback = Callback::listen().await.unwrap();
        let address = Url::parse(callback.redirect_uri()).unwrap();
        let port = address.port().unwrap();
        let client = async {
            let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            for (line, status) in [
                ("POST /oauth/callback?code=c&state=s HTTP/1.1", "404"),
                ("GET /oauth/callback?code=c&state=t HTTP/1.1", "404"),
                ("GET /oauth/callback?code=c&state=s HTTP/1.1", "200"),
            ] {
                let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
                stream.write_all(format!("{line}\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
                let mut told = String::new();
                stream.read_to_string(&mut told).await.unwrap();
                assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {told}");
            }
            drop(silent);
        };
        let (brought, ()) = tokio::join!(callback.wait("s"), client);
        assert_eq!(brought.unwrap(), Brought::Code(Secret::new("c")));
    }
}
