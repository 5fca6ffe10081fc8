//! The local ports: bound before anything else is done, opened when everything is ready, and each connection given to
//! the session that has the fewest. It must not know what sessions do.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;

use super::room::{Incoming, Load};
use super::spec::Spec;
use crate::error::{Error, Kind, Result};
use crate::output::Reporter;

/// Connections that the system holds until they are accepted.
const BACKLOG: u32 = 1024;
/// Between two attempts when the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// A local port that is ours, and does not accept yet.
#[derive(Debug)]
pub struct Bound {
    pub address: SocketAddr,
    socket: TcpSocket,
}

/// All ports, or one error that names every one that cannot be had.
pub fn bind_all(specs: &[Spec]) -> Result<Vec<Bound>> {
    let (mut bound, mut failures) = (Vec::new(), Vec::new());
    for spec in specs {
        let address = SocketAddr::new(spec.bind, spec.local_port);
        match bind(address) {
            Ok(port) => bound.push(port),
            Err(error) => failures.push((address, error)),
        }
    }
    match failures.as_slice() {
        [] => Ok(bound),
        [(address, error)] => Err(cannot_listen(*address, error).into()),
        several => {
            let chain = several.iter().rev().fold(None, |next: Option<Error>, (address, error)| {
                let error = cannot_listen(*address, error);
                Some(match next {
                    Some(next) => error.because(next),
                    None => error,
                })
            });
            let error =
                Error::new(Kind::Conflict, format!("cannot listen on {} of the ports", several.len()));
            Err(match chain {
                Some(first) => error.because(first),
                None => error,
            }
            .into())
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<Bound> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections that have ended a moment ago keep no port that is asked for by its number.
    socket.set_reuseaddr(address.port() != 0)?;
    socket.bind(address)?;
    Ok(Bound { address: socket.local_addr()?, socket })
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Error {
    let port = address.port();
    let (kind, reason, hint) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            Kind::Conflict,
            "another program uses it",
            format!("ss -ltnp 'sport = :{port}' shows it; -L 0:... takes a free port"),
        ),
        io::ErrorKind::PermissionDenied => (
            Kind::Denied,
            "only the administrator may use ports below 1024",
            "take a port from 1024 on, or 0 for a free one".to_owned(),
        ),
        io::ErrorKind::AddrNotAvailable => (
            Kind::Usage,
            "no interface of this machine has the address",
            "ip addr shows the addresses; * stands for all of them".to_owned(),
        ),
        _ => return Error::failed(format!("cannot listen on {address}: {error}")),
    };
    Error::new(kind, format!("cannot listen on {address}: {reason}")).hint(hint)
}

/// Where a program on this machine finds what listens at `address`.
pub fn reached_at(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

impl Bound {
    /// From here on connections are accepted.
    pub fn open(self) -> Result<TcpListener> {
        let Bound { address, socket } = self;
        Ok(socket.listen(BACKLOG).map_err(|error| cannot_listen(address, &error))?)
    }
}

/// The way to one session.
#[derive(Clone)]
pub struct Lane {
    pub incoming: mpsc::Sender<Incoming>,
    pub connections: Arc<AtomicUsize>,
}

/// Gives connections away until no session is left to take one.
pub async fn accept(listener: TcpListener, mut lanes: Vec<Lane>, reporter: Reporter) {
    let mut told = false;
    loop {
        let local = tokio::select! {
            accepted = listener.accept() => accepted,
            () = none_is_left(&lanes) => return,
        };
        let local = match local {
            Ok((local, _)) => local,
            Err(error) => {
                if !std::mem::replace(&mut told, true) {
                    let address =
                        listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
                    reporter.warn(format_args!("{address} cannot accept a connection for now: {error}"));
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Small answers are not to wait for the next ones.
        let _ = local.set_nodelay(true);
        let mut local = Some(local);
        while let Some(stream) = local.take() {
            lanes.retain(|lane| !lane.incoming.is_closed());
            let Some(lane) = lanes.iter().min_by_key(|lane| lane.connections.load(Ordering::Relaxed)) else {
                return;
            };
            let incoming = Incoming { local: stream, load: Load::on(&lane.connections) };
            if let Err(mpsc::error::SendError(incoming)) = lane.incoming.send(incoming).await {
                local = Some(incoming.local);
            }
        }
    }
}

async fn none_is_left(lanes: &[Lane]) {
    for lane in lanes {
        lane.incoming.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    fn spec(local_port: u16) -> Spec {
        Spec { bind: Ipv4Addr::LOCALHOST.into(), local_port, host: None, port: 80 }
    }

    #[tokio::test]
    async fn ports_in_use_are_all_named_before_anything_is_done() {
        let taken = [0, 0].map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).unwrap());
        let taken = taken.each_ref().map(|listener| listener.local_addr().unwrap().port());
        let one = Report::new(&bind_all(&[spec(0), spec(taken[0])]).unwrap_err());
        assert_eq!(one.kind, Kind::Conflict);
        assert_eq!(one.message, format!("cannot listen on 127.0.0.1:{}: another program uses it", taken[0]));
        let both = Report::new(&bind_all(&[spec(taken[0]), spec(0), spec(taken[1])]).unwrap_err());
        assert_eq!((both.kind, both.causes.len(), both.hints.len()), (Kind::Conflict, 2, 2));
        for (cause, port) in both.causes.iter().zip(taken) {
            assert!(cause.contains(&format!("127.0.0.1:{port}")), "{cause}");
        }
    }

    #[tokio::test]
    async fn a_bound_port_accepts_only_when_it_is_opened() {
        let bound = bind_all(&[spec(0)]).unwrap().remove(0);
        let address = bound.address;
        assert_eq!(
            std::net::TcpStream::connect(address).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        let _listener = bound.open().unwrap();
        std::net::TcpStream::connect(address).unwrap();
    }

    #[test]
    fn every_interface_is_reached_on_this_one() {
        for (address, reached) in [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1")] {
            assert_eq!(reached_at(address.parse().unwrap()).to_string(), reached);
        }
    }
}
