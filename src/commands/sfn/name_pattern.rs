//! Names that are asked for by a part of them: how they begin, or a pattern with `*` and `?`, which no name has in it.

use std::str::FromStr;

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
        let is_pattern = text.contains(['*', '?']);
        NamePattern(if is_pattern { text.to_owned() } else { format!("{text}*") })
    }
}

impl NamePattern {
    /// In time of the product of both lengths at most.
    pub fn fits(&self, name: &str) -> bool {
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut at, mut of) = (0, 0);
        // Where the last star is, and how much of the name it has taken.
        let mut star: Option<(usize, usize)> = None;
        while let Some(letter) = name.get(at) {
            match pattern.get(of) {
                Some('*') => {
                    star = Some((of, at));
                    of += 1;
                }
                Some(wanted) if wanted == letter || *wanted == '?' => {
                    at += 1;
                    of += 1;
                }
                _ => match star {
                    Some((place, taken)) => {
                        star = Some((place, taken + 1));
                        (of, at) = (place + 1, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern.iter().skip(of).all(|rest| *rest == '*')
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
            ("*-7*", "nightly-77", true),
            ("n?ght*", "night", true),
            ("n?ght*", "nght", false),
            ("*ab*ab", "abxabab", true),
            ("a*b*c", "axxbyyd", false),
            ("größe-?", "größe-é", true),
        ] {
            let pattern: NamePattern = pattern.parse().unwrap();
            assert_eq!(pattern.fits(name), expected, "{pattern:?} {name}");
        }
        let slow: NamePattern = "*a".repeat(40).parse().unwrap();
        assert!(!slow.fits(&"a".repeat(39)));
    }
}
