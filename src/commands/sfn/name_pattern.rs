//! Names that are asked for by a part of them: how they begin, or a pattern with `*` and `?`, which no name has in it.

use std::str::FromStr;

use opsctl_engine::glob;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(String);

impl FromStr for NamePattern {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(NamePattern::from(text))
    }
}

impl From<&str> for NamePattern {
    fn from(text: &str) -> Self {
        NamePattern(if glob::is_pattern(text) { text.to_owned() } else { format!("{text}*") })
    }
}

impl NamePattern {
    pub fn fits(&self, name: &str) -> bool {
        glob::fits(&self.0, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_by_its_beginning_or_by_a_pattern() {
        for (pattern, name, expected) in [
            ("nightly", "nightly-7", true),
            ("nightly", "a-nightly", false),
            ("", "anything", true),
            ("*-7", "nightly-7", true),
            ("*-7", "nightly-77", false),
        ] {
            let pattern: NamePattern = pattern.parse().unwrap();
            assert_eq!(pattern.fits(name), expected, "{pattern:?} {name}");
        }
    }
}
