//! Which objects of a list are wanted. Every kind of condition must hold; of several values of one kind, one must.

use regex::Regex;
use thiserror::Error;

use super::glob;
use super::record::ObjectRecord;

/// What is asked for; without any of it, everything is wanted. Conditions look at the raw key.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    pub prefixes: Vec<String>,
    pub suffixes: Vec<String>,
    /// `*` is any text, slashes too, `?` one character, `[a-z]` and `[!a-z]` one of a set, as the AWS CLI has them.
    pub globs: Vec<String>,
    /// Found anywhere in the key unless it is anchored.
    pub regexes: Vec<String>,
    /// In bytes, both included.
    pub min_size: Option<u64>,
    pub max_size: Option<u64>,
    /// In milliseconds since 1970: last modified before, and at or after.
    pub modified_before: Option<i64>,
    pub modified_since: Option<i64>,
    /// In capitals, as the service writes them.
    pub storage_classes: Vec<String>,
    pub sample: Option<Sample>,
}

/// The part of a list that is taken: of a key all versions or none, and the same keys in every run with the same seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Between 0 and 1.
    pub rate: f64,
    pub seed: u64,
}

/// Conditions ready to be applied to millions of records.
#[derive(Debug, Clone)]
pub struct Filter {
    conditions: Conditions,
    patterns: Vec<Regex>,
    /// Hashes up to here are in the sample.
    sample: Option<(u64, u64)>,
}

/// What the list does not say of an object, and a condition needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Lacking {
    #[error("the list does not say how large objects are")]
    Size,
    #[error("the list does not say when objects were last modified")]
    LastModified,
    #[error("the list does not say which storage class objects have")]
    StorageClass,
}

/// A condition that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{pattern}` is no {kind}: {reason}")]
pub struct BadPattern {
    pub kind: &'static str,
    pub pattern: String,
    pub reason: String,
}

impl Filter {
    /// All patterns that are at fault are named; globs that can hardly be meant are.
    pub fn new(conditions: Conditions) -> Result<Self, Vec<BadPattern>> {
        let (mut patterns, mut bad) = (Vec::new(), Vec::new());
        let globs = conditions.globs.iter().map(|pattern| ("glob", pattern, glob::to_regex(pattern)));
        let regexes =
            conditions.regexes.iter().map(|pattern| ("regular expression", pattern, pattern.clone()));
        for pattern in &conditions.globs {
            if let Some(reason) = glob::fault(pattern) {
                bad.push(BadPattern { kind: "glob", pattern: pattern.clone(), reason: reason.to_owned() });
            }
        }
        for (kind, pattern, source) in globs.chain(regexes) {
            match Regex::new(&source) {
                Ok(regex) => patterns.push(regex),
                Err(error) => {
                    let reason = reason(&error);
                    bad.push(BadPattern { kind, pattern: pattern.clone(), reason });
                }
            }
        }
        if !bad.is_empty() {
            return Err(bad);
        }
        let sample = conditions.sample.map(|Sample { rate, seed }| (share(rate), seed));
        Ok(Filter { conditions, patterns, sample })
    }

    /// Whether the object is wanted. Fails where the answer needs what the list does not say.
    pub fn wants(&self, record: &ObjectRecord<'_>) -> Result<bool, Lacking> {
        let Conditions { prefixes, suffixes, storage_classes, .. } = &self.conditions;
        let key = record.key;
        if !prefixes.is_empty() && !prefixes.iter().any(|prefix| key.starts_with(prefix.as_str())) {
            return Ok(false);
        }
        if !suffixes.is_empty() && !suffixes.iter().any(|suffix| key.ends_with(suffix.as_str())) {
            return Ok(false);
        }
        if !storage_classes.is_empty() {
            let class = record.storage_class.ok_or(Lacking::StorageClass)?;
            if !storage_classes.iter().any(|wanted| wanted == class) {
                return Ok(false);
            }
        }
        if !self.is_of_wanted_size(record)? || !self.is_of_wanted_age(record)? || !self.is_in_sample(record) {
            return Ok(false);
        }
        let (globs, regexes) = self.patterns.split_at(self.conditions.globs.len());
        let any = |patterns: &[Regex]| patterns.is_empty() || patterns.iter().any(|it| it.is_match(key));
        Ok(any(globs) && any(regexes))
    }

    fn is_of_wanted_size(&self, record: &ObjectRecord<'_>) -> Result<bool, Lacking> {
        let Conditions { min_size, max_size, .. } = self.conditions;
        if min_size.is_none() && max_size.is_none() {
            return Ok(true);
        }
        let size = record.size.ok_or(Lacking::Size)?;
        Ok(min_size.is_none_or(|min| size >= min) && max_size.is_none_or(|max| size <= max))
    }

    fn is_of_wanted_age(&self, record: &ObjectRecord<'_>) -> Result<bool, Lacking> {
        let Conditions { modified_before, modified_since, .. } = self.conditions;
        if modified_before.is_none() && modified_since.is_none() {
            return Ok(true);
        }
        let modified = record.last_modified.ok_or(Lacking::LastModified)?;
        Ok(modified_before.is_none_or(|end| modified < end)
            && modified_since.is_none_or(|start| modified >= start))
    }

    fn is_in_sample(&self, record: &ObjectRecord<'_>) -> bool {
        let Some((share, seed)) = self.sample else { return true };
        share == u64::MAX || xxhash_rust::xxh3::xxh3_64_with_seed(record.key.as_bytes(), seed) < share
    }
}

/// Of all hashes, from 0 on.
fn share(rate: f64) -> u64 {
    // A float becomes the nearest number there is: all of them for 1 and more, none for 0 and less.
    (rate * 18_446_744_073_709_551_616.0) as u64
}

/// The last line of a message that draws the pattern with a caret under it.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: ObjectRecord<'_> = ObjectRecord {
        bucket: "b-1",
        key: "logs/2026/app-1.gz",
        version_id: None,
        is_latest: None,
        is_delete_marker: false,
        size: Some(1000),
        last_modified: Some(5000),
        etag: None,
        storage_class: Some("STANDARD_IA"),
    };

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn wants(conditions: Conditions) -> bool {
        Filter::new(conditions).unwrap().wants(&RECORD).unwrap()
    }

    #[test]
    fn every_kind_must_hold_and_one_value_of_it() {
        let none = Conditions::default;
        for (conditions, wanted) in [
            (none(), true),
            (Conditions { prefixes: texts(&["data/", "logs/"]), ..none() }, true),
            (Conditions { prefixes: texts(&["data/"]), ..none() }, false),
            (Conditions { suffixes: texts(&[".gz", ".zip"]), ..none() }, true),
            (Conditions { suffixes: texts(&[".csv"]), ..none() }, false),
            (Conditions { prefixes: texts(&["logs/"]), suffixes: texts(&[".csv"]), ..none() }, false),
            (Conditions { globs: texts(&["logs/*.gz"]), ..none() }, true),
            (Conditions { globs: texts(&["*.csv", "*/app-?.gz"]), ..none() }, true),
            (Conditions { globs: texts(&["app*"]), ..none() }, false),
            (Conditions { regexes: texts(&["/20[0-9]{2}/"]), ..none() }, true),
            (Conditions { regexes: texts(&["^app"]), ..none() }, false),
            (Conditions { globs: texts(&["logs/*"]), regexes: texts(&["^app"]), ..none() }, false),
            (Conditions { min_size: Some(1000), max_size: Some(1000), ..none() }, true),
            (Conditions { min_size: Some(1001), ..none() }, false),
            (Conditions { max_size: Some(999), ..none() }, false),
            (Conditions { modified_before: Some(5001), modified_since: Some(5000), ..none() }, true),
            (Conditions { modified_before: Some(5000), ..none() }, false),
            (Conditions { modified_since: Some(5001), ..none() }, false),
            (Conditions { storage_classes: texts(&["GLACIER", "STANDARD_IA"]), ..none() }, true),
            (Conditions { storage_classes: texts(&["STANDARD"]), ..none() }, false),
            (Conditions { sample: Some(Sample { rate: 1.0, seed: 3 }), ..none() }, true),
            (Conditions { sample: Some(Sample { rate: 0.0, seed: 3 }), ..none() }, false),
        ] {
            assert_eq!(wants(conditions.clone()), wanted, "{conditions:?}");
        }
    }

    #[test]
    fn what_the_list_does_not_say_is_no_answer() {
        let bare = ObjectRecord { bucket: "b-1", key: "k", ..ObjectRecord::default() };
        for (conditions, lacking) in [
            (Conditions { min_size: Some(1), ..Conditions::default() }, Lacking::Size),
            (Conditions { modified_since: Some(1), ..Conditions::default() }, Lacking::LastModified),
            (
                Conditions { storage_classes: texts(&["GLACIER"]), ..Conditions::default() },
                Lacking::StorageClass,
            ),
        ] {
            assert_eq!(Filter::new(conditions).unwrap().wants(&bare), Err(lacking));
        }
    }

    #[test]
    fn all_bad_patterns_are_named() {
        let (globs, regexes) = (texts(&["[a", "[a]"]), texts(&["a(", "fine", "[z-a]"]));
        let conditions = Conditions { globs, regexes, ..Conditions::default() };
        let bad: Vec<String> = Filter::new(conditions).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(bad.len(), 3);
        assert!(bad[0].starts_with("`[a` is no glob: a bracket is never closed"), "{bad:?}");
        assert_eq!(bad[1], "`a(` is no regular expression: unclosed group");
        assert!(
            bad[2].starts_with("`[z-a]` is no regular expression: invalid character class range"),
            "{bad:?}"
        );
    }

    #[test]
    fn a_sample_is_near_its_rate_and_the_same_with_the_same_seed() {
        let chosen = |seed| -> Vec<usize> {
            let sample = Some(Sample { rate: 0.01, seed });
            let filter = Filter::new(Conditions { sample, ..Conditions::default() }).unwrap();
            let keys: Vec<String> = (0..100_000).map(|number| format!("key-{number}")).collect();
            let wanted = |key: &String| filter.wants(&ObjectRecord { key, ..RECORD }).unwrap();
            keys.iter().enumerate().filter(|(_, key)| wanted(key)).map(|(index, _)| index).collect()
        };
        let first = chosen(1);
        assert!((900..1100).contains(&first.len()), "{}", first.len());
        assert_eq!(first, chosen(1));
        assert_ne!(first, chosen(2));
    }
}
