//! `StringMatches`: a star stands for any text, a backslash takes the meaning of the star or backslash after it.

/// The texts between the stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    first: String,
    /// After each star one.
    others: Vec<String>,
}

impl Pattern {
    pub fn new(source: &str) -> Self {
        let mut pieces = vec![String::new()];
        let mut chars = source.chars();
        while let Some(found) = chars.next() {
            let literal = match found {
                '*' => {
                    pieces.push(String::new());
                    continue;
                }
                '\\' => match chars.clone().next() {
                    Some(escaped @ ('*' | '\\')) => {
                        chars.next();
                        escaped
                    }
                    _ => found,
                },
                _ => found,
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(literal);
            }
        }
        let others = pieces.split_off(1);
        Pattern { first: pieces.pop().unwrap_or_default(), others }
    }

    /// The texts between the stars, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first).chain(&self.others).map(String::as_str)
    }

    pub fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = text.strip_prefix(&*self.first) else { return false };
        let Some((last, middle)) = self.others.split_last() else { return rest.is_empty() };
        for piece in middle {
            let Some(at) = rest.find(piece.as_str()) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last.as_str())
    }
}
