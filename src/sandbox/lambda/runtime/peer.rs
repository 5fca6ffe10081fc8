//! Who is at the other end of a connection on loopback: another user of the machine has no business with a function's
//! port. Linux says it in /proc; elsewhere nobody does without unsafe code, and whoever finds the port is let in.

use std::net::{IpAddr, SocketAddr};

/// Whether the other end belongs to another user. `peer` is its address, `own` that of this end.
#[cfg(target_os = "linux")]
pub fn is_a_stranger(peer: SocketAddr, own: SocketAddr) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    owner(&table, peer, own).is_some_and(|owner| owner != rustix::process::getuid().as_raw())
}

#[cfg(not(target_os = "linux"))]
pub fn is_a_stranger(_peer: SocketAddr, _own: SocketAddr) -> bool {
    false
}

/// The user of the socket that is bound to `local` and connected to `remote`, in the table that Linux shows.
#[cfg(any(target_os = "linux", test))]
fn owner(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (written(local)?, written(remote)?);
    let line = table.lines().find(|line| {
        let mut fields = line.split_whitespace().skip(1);
        fields.next() == Some(&local) && fields.next() == Some(&remote)
    })?;
    line.split_whitespace().nth(7)?.parse().ok()
}

/// An address as the table has it: its bytes in the order of the machine, the port as a number.
#[cfg(any(target_os = "linux", test))]
fn written(address: SocketAddr) -> Option<String> {
    match address.ip() {
        IpAddr::V4(ip) => Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port())),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_the_other_end_is_found() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (one, two) = (address("127.0.0.1:40000"), address("127.0.0.1:9001"));
        let line = |local, remote, user: u32| {
            format!(
                "   1: {} {} 01 00000000:00000000 00:00000000 00000000  {user}        0 12345 1 0 20 4 30 10 -1\n",
                written(local).unwrap(),
                written(remote).unwrap()
            )
        };
        let table =
            format!("  sl  local_address rem_address\n{}{}", line(two, one, 1000), line(one, two, 1001));
        assert_eq!(owner(&table, one, two), Some(1001));
        assert_eq!(owner(&table, two, one), Some(1000));
        assert_eq!(owner(&table, one, address("127.0.0.1:1")), None);
        assert_eq!(owner("", one, two), None);
    }

    #[tokio::test]
    async fn one_of_our_own_is_no_stranger() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (served, peer) = listener.accept().await.unwrap();
        assert_eq!(client.local_addr().unwrap(), peer);
        assert!(!is_a_stranger(peer, served.local_addr().unwrap()));
        #[cfg(target_os = "linux")]
        {
            let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
            let own = rustix::process::getuid().as_raw();
            assert_eq!(owner(&table, peer, served.local_addr().unwrap()), Some(own));
        }
    }
}
