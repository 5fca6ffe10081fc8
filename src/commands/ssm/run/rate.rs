//! Rate control as the user writes it, `10` or `10%`, and what it means for some nodes.

use std::fmt;
use std::str::FromStr;

/// `--max-concurrency` and `--max-errors`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    Nodes(usize),
    Percent(usize),
}

impl Rate {
    /// Of `total` nodes; a share is rounded down, as Run Command does it.
    pub fn of(self, total: usize) -> usize {
        match self {
            Rate::Nodes(number) => number,
            Rate::Percent(share) => total * share / 100,
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, most) = match text.strip_suffix('%') {
            Some(share) => (share, 100),
            None => (text, 999_999),
        };
        let expected = || "it is a number of nodes, as 10, or a share of them, as 10%".to_owned();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(expected());
        }
        let number = digits.parse().ok().filter(|number| *number <= most).ok_or_else(expected)?;
        Ok(if text.ends_with('%') { Rate::Percent(number) } else { Rate::Nodes(number) })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rate::Nodes(number) => write!(f, "{number}"),
            Rate::Percent(share) => write!(f, "{share}%"),
        }
    }
}

/// The same, and not nothing.
pub fn positive(text: &str) -> Result<Rate, String> {
    match text.parse()? {
        Rate::Nodes(0) | Rate::Percent(0) => Err("at least one node at a time".to_owned()),
        rate => Ok(rate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_or_a_share() {
        for (text, of_50, shown) in
            [("10", 10, "10"), ("010", 10, "10"), ("10%", 5, "10%"), ("1%", 0, "1%"), ("0", 0, "0")]
        {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.of(50), rate.to_string().as_str()), (of_50, shown), "{text}");
        }
        for bad in ["", "%", "-1", "101%", "1.5", "all", "10 %", "+5", "1000000"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
        assert!(positive("0%").is_err() && positive("1").is_ok());
    }
}
