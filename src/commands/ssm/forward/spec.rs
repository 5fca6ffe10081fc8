//! What `-L` says: `[BIND:]LOCAL:[HOST:]PORT`. Owns the form and what may stand in each part; every mistake is found, with
//! its place. It must not open anything.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use crate::error::Error;

const FORM: &str = "the form is [BIND:]LOCAL:[HOST:]PORT, such as 8080:80 or 0:db.internal:5432";
const LONGEST_NAME: usize = 253;

/// One forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    pub bind: IpAddr,
    /// 0: any that is free.
    pub local_port: u16,
    /// None: the node itself.
    pub host: Option<String>,
    pub port: u16,
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bind, local) = (bracketed(&self.bind.to_string()), self.local_port);
        let host = self.host.as_deref().map(|host| bracketed(host) + ":").unwrap_or_default();
        write!(f, "{bind}:{local}:{host}{}", self.port)
    }
}

/// An address of version 6 as it stands before a port.
pub fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// All of `texts`, or one error that names every mistake in them.
pub fn parse_all(texts: &[String]) -> Result<Vec<Spec>, Error> {
    let mut mistakes = Vec::new();
    let mut specs: Vec<Spec> = Vec::new();
    for text in texts {
        match parse(text) {
            Ok(spec) => {
                let taken = |other: &&Spec| {
                    spec.local_port != 0 && (other.bind, other.local_port) == (spec.bind, spec.local_port)
                };
                if specs.iter().any(|other| taken(&other)) {
                    let local = format!("{}:{}", bracketed(&spec.bind.to_string()), spec.local_port);
                    mistakes.push(format!("-L {text}: {local} is forwarded already"));
                }
                specs.push(spec);
            }
            Err(found) => mistakes.extend(
                found
                    .into_iter()
                    .map(|mistake| format!("-L {text}, column {}: {}", mistake.column, mistake.message)),
            ),
        }
    }
    if mistakes.is_empty() {
        return Ok(specs);
    }
    let title = match mistakes.len() {
        1 => "a forward cannot be as it is given".to_owned(),
        count => format!("{count} mistakes are in the forwards that are given"),
    };
    let chain = |next: Option<Error>, text: String| {
        let error = Error::usage(text);
        Some(match next {
            Some(next) => error.because(next),
            None => error,
        })
    };
    let error = Error::usage(title).hint(FORM);
    Err(match mistakes.into_iter().rev().fold(None, chain) {
        Some(first) => error.because(first),
        None => error,
    })
}

/// Something wrong in one text; the column counts characters from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    column: usize,
    message: String,
}

impl Mistake {
    fn new(column: usize, message: impl Into<String>) -> Self {
        Mistake { column, message: message.into() }
    }
}

/// What stands between two colons.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    column: usize,
    text: &'a str,
    in_brackets: bool,
}

impl Part<'_> {
    fn is_number(&self) -> bool {
        !self.in_brackets && !self.text.is_empty() && self.text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

fn parse(text: &str) -> Result<Spec, Vec<Mistake>> {
    let parts = split(text).map_err(|mistake| vec![mistake])?;
    let (bind, local, host, remote) = match parts.as_slice() {
        [local, port] => (None, local, None, port),
        // A number alone is no address to bind.
        [local, host, port] if local.is_number() => (None, local, Some(host), port),
        [bind, local, port] => (Some(bind), local, None, port),
        [bind, local, host, port] => (Some(bind), local, Some(host), port),
        [_] => {
            return Err(vec![Mistake::new(
                1,
                "it has one part: the local port and the remote one are needed",
            )]);
        }
        more => {
            let text = format!("it has {} parts; an address of version 6 stands in brackets", more.len());
            return Err(vec![Mistake::new(1, text)]);
        }
    };
    let bind = bind.map_or(Ok(Ipv4Addr::LOCALHOST.into()), address);
    let (local, host, remote) = (port(local, 0), host.map(name).transpose(), port(remote, 1));
    match (bind, local, host, remote) {
        (Ok(bind), Ok(local_port), Ok(host), Ok(port)) => {
            // The node calls itself so: no remote host.
            let host = host.filter(|host| host != "localhost");
            Ok(Spec { bind, local_port, host, port })
        }
        (bind, local, host, remote) => {
            Err([bind.err(), local.err(), host.err(), remote.err()].into_iter().flatten().collect())
        }
    }
}

fn split(text: &str) -> Result<Vec<Part<'_>>, Mistake> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let at = text.len() - rest.len();
        let column = text.get(..at).unwrap_or_default().chars().count() + 1;
        let (part, behind) = match rest.strip_prefix('[') {
            Some(inner) => {
                let (inner, behind) =
                    inner.split_once(']').ok_or_else(|| Mistake::new(column, "the bracket is not closed"))?;
                (Part { column: column + 1, text: inner, in_brackets: true }, behind)
            }
            None => {
                let (plain, behind) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
                (Part { column, text: plain, in_brackets: false }, behind)
            }
        };
        parts.push(part);
        if behind.is_empty() {
            return Ok(parts);
        }
        let after = column + part.text.chars().count() + 2 * usize::from(part.in_brackets);
        rest = behind.strip_prefix(':').ok_or_else(|| Mistake::new(after, "a colon is missing"))?;
    }
}

fn address(part: &Part<'_>) -> Result<IpAddr, Mistake> {
    let wrong = || {
        let text = part.text;
        let text =
            format!("`{text}` is no address to listen at: it is localhost, * or the address of an interface");
        Mistake::new(part.column, text)
    };
    match part.text {
        text if part.in_brackets => text.parse().map(IpAddr::V6).map_err(|_| wrong()),
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        "*" => Ok(Ipv4Addr::UNSPECIFIED.into()),
        text => text.parse().map(IpAddr::V4).map_err(|_| wrong()),
    }
}

fn name(part: &Part<'_>) -> Result<String, Mistake> {
    let Part { column, text, in_brackets } = *part;
    if in_brackets {
        let address = text.parse::<std::net::Ipv6Addr>();
        return match address {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(Mistake::new(column, format!("`{text}` is no address of version 6"))),
        };
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    // A number would be a port that has slipped in.
    if begins && !part.is_number() && text.len() <= LONGEST_NAME && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(column, format!("`{text}` is neither the name of a host nor its address")))
}

fn port(part: &Part<'_>, least: u16) -> Result<u16, Mistake> {
    let number = part.is_number().then(|| part.text.parse().ok()).flatten();
    number.filter(|number| *number >= least).ok_or_else(|| {
        Mistake::new(part.column, format!("`{}` is no port: it is a number from {least} to 65535", part.text))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Report;

    fn spec(bind: &str, local_port: u16, host: Option<&str>, port: u16) -> Spec {
        Spec { bind: bind.parse().unwrap(), local_port, host: host.map(str::to_owned), port }
    }

    #[test]
    fn each_form_is_read() {
        for (text, expected) in [
            ("8080:80", spec("127.0.0.1", 8080, None, 80)),
            ("0:5432", spec("127.0.0.1", 0, None, 5432)),
            ("0:db.internal:5432", spec("127.0.0.1", 0, Some("db.internal"), 5432)),
            ("8080:10.0.0.7:80", spec("127.0.0.1", 8080, Some("10.0.0.7"), 80)),
            ("8080:[fd00::7]:80", spec("127.0.0.1", 8080, Some("fd00::7"), 80)),
            ("8080:localhost:80", spec("127.0.0.1", 8080, None, 80)),
            ("localhost:8080:80", spec("127.0.0.1", 8080, None, 80)),
            ("0.0.0.0:8080:80", spec("0.0.0.0", 8080, None, 80)),
            ("*:8080:80", spec("0.0.0.0", 8080, None, 80)),
            ("[::1]:8080:80", spec("::1", 8080, None, 80)),
            ("[::]:0:[::1]:22", spec("::", 0, Some("::1"), 22)),
            ("192.168.1.2:8080:web_1-a:80", spec("192.168.1.2", 8080, Some("web_1-a"), 80)),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn each_mistake_has_its_column() {
        for (text, columns) in [
            ("", &[1][..]),
            ("80", &[1]),
            ("80:", &[4]),
            (":80", &[1]),
            ("80:0", &[4]),
            ("65536:80", &[1]),
            ("x:y", &[1, 3]),
            ("-1:80", &[1]),
            ("+1:80", &[1]),
            ("web:80:80", &[1]),
            ("8080:5432:80", &[6]),
            ("8080:a b:80", &[6]),
            ("8080:-x:80", &[6]),
            ("[::1:80:80", &[1]),
            ("[::1]80:80", &[6]),
            ("[nonsense]:80:80", &[2]),
            ("[127.0.0.1]:80:80", &[2]),
            ("x:99999:ü:0", &[1, 3, 9, 11]),
            ("::1:80:80", &[1]),
        ] {
            let found = parse(text).unwrap_err();
            let found: Vec<usize> = found.iter().map(|mistake| mistake.column).collect();
            assert_eq!(found, columns, "{text}");
        }
    }

    #[test]
    fn all_mistakes_of_all_forwards_are_told_at_once() {
        let texts = ["8080:80", "x:80", "8080:db:81", "1:2:3:4"].map(str::to_owned);
        let report = Report::new(&parse_all(&texts).unwrap_err().into());
        assert_eq!(report.message, "4 mistakes are in the forwards that are given");
        assert_eq!(
            report.causes,
            [
                "-L x:80, column 1: `x` is no port: it is a number from 0 to 65535",
                "-L 8080:db:81: 127.0.0.1:8080 is forwarded already",
                "-L 1:2:3:4, column 1: `1` is no address to listen at: it is localhost, * or the address of an interface",
                "-L 1:2:3:4, column 5: `3` is neither the name of a host nor its address",
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(
            bind: IpAddr,
            local_port: u16,
            host in prop_oneof![
                Just(None),
                "[a-z][a-z0-9.-]{0,20}".prop_map(Some),
                any::<std::net::Ipv6Addr>().prop_map(|address| Some(address.to_string())),
            ],
            port in 1..=u16::MAX,
        ) {
            let host = host.filter(|host| host != "localhost");
            let spec = Spec { bind, local_port, host, port };
            prop_assert_eq!(parse(&spec.to_string()), Ok(spec));
        }

        #[test]
        fn any_text_is_read_and_every_mistake_is_in_it(text in "[0-9a-z:\\[\\]*. ü]{0,30}") {
            if let Err(mistakes) = parse(&text) {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    prop_assert!((1..=text.chars().count() + 1).contains(&mistake.column), "{:?}", mistake);
                }
            }
        }
    }
}
