//! Versions of client and agent, and what each side may expect of the other. Dotted numbers are compared
//! part by part; a missing or unreadable version counts as old.

use std::cmp::Ordering;
use std::fmt;

#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    /// Without zeros at the end, so that 1.2 equals 1.2.0.
    parts: Vec<u64>,
}

impl Version {
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = text.trim().split('.').map(number).collect::<Option<Vec<u64>>>()?;
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Some(Version { text: text.trim().to_owned(), parts })
    }

    fn cmp_parts(&self, parts: &[u64]) -> Ordering {
        self.parts.as_slice().cmp(parts)
    }
}

/// Digits only: `u64::from_str` would take a sign.
fn number(part: &str) -> Option<u64> {
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_parts(&other.parts)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_after(version: Option<&Version>, limit: &[u64]) -> bool {
    version.is_some_and(|version| version.cmp_parts(limit).is_gt())
}

/// Flag 2 ends the session; an older agent needs the TerminateSession call.
pub fn agent_takes_terminate_flag(agent: Option<&Version>) -> bool {
    is_after(agent, &[2, 3, 722])
}

/// A local port session is multiplexed; with an older agent it is basic.
pub fn agent_multiplexes_ports(agent: Option<&Version>) -> bool {
    is_after(agent, &[3, 0, 196])
}

/// The client must not send keep-alives in a multiplexed session.
pub fn agent_wants_no_keep_alive(agent: Option<&Version>) -> bool {
    is_after(agent, &[3, 1, 1511])
}

/// As [`agent_multiplexes_ports`], seen from the agent.
pub fn client_multiplexes_ports(client: Option<&Version>) -> bool {
    client.is_some_and(|version| version.cmp_parts(&[1, 1, 70]).is_ge())
}

/// The agent must not send keep-alives in a multiplexed session.
pub fn client_wants_no_keep_alive(client: Option<&Version>) -> bool {
    is_after(client, &[1, 2, 331])
}

/// The client knows separate output streams; to an older one the agent sends a text that asks for an update.
pub fn client_separates_output(client: Option<&Version>) -> bool {
    is_after(client, &[1, 2, 295])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_numbers_compare_part_by_part() {
        let cases = [
            ("1.2.694.0", "1.2.694", Ordering::Equal),
            ("1.10.0.0", "1.9.9.9", Ordering::Greater),
            ("3.3", "3.3.0.1", Ordering::Less),
            ("01.2", "1.2", Ordering::Equal),
        ];
        for (left, right, order) in cases {
            let (left, right) = (Version::parse(left).unwrap(), Version::parse(right).unwrap());
            assert_eq!(left.cmp(&right), order, "{left} {right}");
            assert_eq!(left == right, order.is_eq(), "{left} {right}");
        }
        for text in ["", "1.", "a.b", "1.-2", "+1.2", "1.99999999999999999999"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_limit_is_where_the_reference_ends_have_it() {
        type Gate = fn(Option<&Version>) -> bool;
        let gates: [(&str, Gate, &str, &str); 6] = [
            ("terminate flag", agent_takes_terminate_flag, "2.3.722.0", "2.3.722.1"),
            ("agent multiplexes", agent_multiplexes_ports, "3.0.196.0", "3.0.197.0"),
            ("agent keep-alive", agent_wants_no_keep_alive, "3.1.1511.0", "3.1.1512.0"),
            ("client multiplexes", client_multiplexes_ports, "1.1.69.9", "1.1.70.0"),
            ("client keep-alive", client_wants_no_keep_alive, "1.2.331.0", "1.2.331.1"),
            ("separate output", client_separates_output, "1.2.295.0", "1.2.312.0"),
        ];
        for (name, gate, old, new) in gates {
            assert!(!gate(None), "{name}: no version is an old one");
            assert!(!gate(Version::parse(old).as_ref()), "{name}: {old}");
            assert!(gate(Version::parse(new).as_ref()), "{name}: {new}");
        }
    }
}
