//! Names that are asked for by a pattern: `*` stands for any text, `?` for one character, and everything else for itself.

/// Whether a pattern has a character that stands for others.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether the whole name is like the pattern, in time of the product of both lengths at most.
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
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

/// What every name begins with that is like the pattern.
pub fn beginning(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_like_a_pattern() {
        for (pattern, name, expected) in [
            ("nightly", "nightly", true),
            ("nightly", "nightly-7", false),
            ("*-7", "nightly-7", true),
            ("*-7", "nightly-77", false),
            ("*-7*", "nightly-77", true),
            ("n?ght*", "night", true),
            ("n?ght*", "nght", false),
            ("*ab*ab", "abxabab", true),
            ("a*b*c", "axxbyyd", false),
            ("größe-?", "größe-é", true),
            ("a[b]", "a[b]", true),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern:?} {name}");
        }
        assert!(!fits(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn what_stands_before_the_first_star_is_a_beginning() {
        for (pattern, expected) in [("api-*-x", "api-"), ("*", ""), ("a?c", "a"), ("whole", "whole")] {
            assert_eq!(beginning(pattern), expected, "{pattern}");
        }
    }
}
