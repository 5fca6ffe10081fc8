//! Tags of a machine or an activity, in the order they came.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// Those of a key that is there take its place.
    pub fn put(&mut self, tags: Vec<(String, String)>) {
        for (key, value) in tags {
            match self.0.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => self.0.push((key, value)),
            }
        }
    }

    pub fn remove(&mut self, keys: &[String]) {
        self.0.retain(|(key, _)| !keys.contains(key));
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl From<Vec<(String, String)>> for Tags {
    fn from(given: Vec<(String, String)>) -> Self {
        let mut tags = Tags::default();
        tags.put(given);
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_take_new_values_in_their_old_places() {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut tags = Tags::from(vec![tag("b", "1"), tag("a", "2"), tag("b", "3")]);
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("b", "3"), ("a", "2")]);
        tags.remove(&["b".to_owned(), "c".to_owned()]);
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("a", "2")]);
    }
}
