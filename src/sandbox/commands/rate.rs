//! Rate control: how many nodes run a command at a time, and how many failures stop it. Numbers or shares of the nodes,
//! in the forms that the service takes.

/// `MaxConcurrency` or `MaxErrors`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    Nodes(usize),
    Percent(usize),
}

impl Rate {
    /// At most 7 characters: `10`, `10%`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            let whole = digits == "0" || !digits.starts_with('0');
            (plain && whole && text.len() <= 7).then(|| digits.parse().ok()).flatten()
        };
        match text.strip_suffix('%') {
            Some(digits) => number(digits).filter(|share| *share <= 100).map(Rate::Percent),
            None => number(text).map(Rate::Nodes),
        }
    }

    pub fn is_zero(self) -> bool {
        matches!(self, Rate::Nodes(0) | Rate::Percent(0))
    }

    /// What it is of `total` nodes. A share is rounded down: of 50 nodes the sixth failure stops a command that
    /// bears 10%.
    pub fn of(self, total: usize) -> usize {
        match self {
            Rate::Nodes(number) => number,
            Rate::Percent(share) => total * share / 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares() {
        for (text, rate, of_50) in [
            ("1", Some(Rate::Nodes(1)), 1),
            ("0", Some(Rate::Nodes(0)), 0),
            ("10%", Some(Rate::Percent(10)), 5),
            ("1%", Some(Rate::Percent(1)), 0),
            ("100%", Some(Rate::Percent(100)), 50),
            ("101%", None, 0),
            ("01", None, 0),
            ("-1", None, 0),
            ("+1", None, 0),
            ("", None, 0),
            ("%", None, 0),
            ("all", None, 0),
            ("12345678", None, 0),
        ] {
            assert_eq!(Rate::parse(text), rate, "{text}");
            assert_eq!(rate.map_or(0, |rate| rate.of(50)), of_50, "{text}");
        }
    }
}
