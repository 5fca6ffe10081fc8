//! Where a browser may be sent back to: a program that listens on this machine, and nothing else.

use url::{Host, Url};

/// The address, if it is one of loopback.
pub fn parse(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let is_loopback = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (url.scheme() == "http" && is_loopback && is_plain).then_some(url)
}

/// Whether it is one that a client has registered; its port is not known before the program listens.
pub fn is_registered(url: &Url, registered: &[String]) -> bool {
    let place = |url: &Url| {
        (url.host_str().map(str::to_owned), url.path().to_owned(), url.query().map(str::to_owned))
    };
    registered.iter().filter_map(|uri| parse(uri)).any(|known| place(&known) == place(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_an_address_to_be_sent_to() {
        for (uri, expected) in [
            ("http://127.0.0.1/oauth/callback", true),
            ("http://127.0.0.1:4711/oauth/callback", true),
            ("http://[::1]:1/", true),
            ("http://localhost:1/x?y=z", true),
            ("https://127.0.0.1/", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://localhost.example.com/", false),
            ("http://example.com/", false),
            ("http://127.0.0.1@example.com/", false),
            ("http://user@127.0.0.1/", false),
            ("http://127.0.0.1/#fragment", false),
            ("http://10.0.0.1/", false),
            ("javascript:alert(1)", false),
            ("//127.0.0.1/", false),
            ("", false),
        ] {
            assert_eq!(parse(uri).is_some(), expected, "{uri}");
        }
    }

    #[test]
    fn a_registered_address_has_any_port_and_no_other_path() {
        let registered = ["http://127.0.0.1/oauth/callback".to_owned()];
        for (uri, expected) in [
            ("http://127.0.0.1:4711/oauth/callback", true),
            ("http://127.0.0.1/oauth/callback", true),
            ("http://127.0.0.1:4711/oauth", false),
            ("http://127.0.0.1:4711/oauth/callback?more=1", false),
            ("http://localhost:4711/oauth/callback", false),
        ] {
            assert_eq!(is_registered(&parse(uri).unwrap(), &registered), expected, "{uri}");
        }
    }
}
