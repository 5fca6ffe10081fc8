//! Where the connections of a port session go: addresses of loopback and nothing else. No name is looked up: those that
//! the standards give to loopback are known, and every other one is forbidden.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A node's ports are those of this machine's loopback. `Err`: what the end of the session says.
pub fn resolve(host: Option<&str>, port: u16) -> Result<SocketAddr, String> {
    let Some(host) = host else { return Ok((Ipv4Addr::LOCALHOST, port).into()) };
    let address = match host.parse() {
        Ok(IpAddr::V4(address)) if address.is_loopback() => address,
        Err(_) if is_local_name(host) => Ipv4Addr::LOCALHOST,
        Ok(IpAddr::V4(_) | IpAddr::V6(_)) => {
            return Err(format!("Forwarding to IP address {host} is forbidden: {}", RULE));
        }
        Err(_) => return Err(format!("Forwarding to {host} is forbidden: {}", RULE)),
    };
    Ok((address, port).into())
}

const RULE: &str = "the traffic of a sandbox stays on loopback, which is localhost and 127.0.0.0/8.";

fn is_local_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_a_destination() {
        for (host, address) in [
            (None, "127.0.0.1:80"),
            (Some("localhost"), "127.0.0.1:80"),
            (Some("LocalHost."), "127.0.0.1:80"),
            (Some("db.localhost"), "127.0.0.1:80"),
            (Some("127.0.0.1"), "127.0.0.1:80"),
            (Some("127.8.9.10"), "127.8.9.10:80"),
        ] {
            assert_eq!(resolve(host, 80), Ok(address.parse().unwrap()), "{host:?}");
        }
        for host in [
            "169.254.169.254",
            "fd00:ec2::254",
            "10.0.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:127.0.0.1",
            "example.com",
            "127.0.0.1.example.com",
            "notlocalhost",
            "2130706433",
            "0x7f000001",
            "127.1",
            "127.0.0.1 ",
            "",
        ] {
            let reason = resolve(Some(host), 80).unwrap_err();
            assert!(reason.contains(host) && reason.contains(" is forbidden"), "{host}: {reason}");
        }
    }
}
