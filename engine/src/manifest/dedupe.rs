//! Which objects were seen before, exactly, and without keeping their keys.
//!
//! An object is known by 128 bits of XXH3 over bucket, key and version. That two of `n` different ones share them has the
//! odds `n² / 2^129`: about 1 in 10^24 for 10 million objects, 1 in 10^18 for 10 billion. A program that is read, not
//! attacked: who may choose keys freely and wants two of them to collide is no concern of a list of objects.

use hashbrown::HashTable;
use thiserror::Error;

use super::record::ObjectRecord;

/// A table that grows moves all it has; of so many, one grows at a time, so that growing takes little beside what is kept.
const TABLES: usize = 64;

/// The objects seen, up to a number of them: 20 to 39 bytes each, 285 MB for 10 million.
#[derive(Debug)]
pub struct Seen {
    tables: Vec<HashTable<u128>>,
    count: u64,
    limit: u64,
    text: Vec<u8>,
}

/// There are more objects than the caller gave memory for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("over {0} different objects, more than doubles can be found among in memory")]
pub struct TooMany(pub u64);

impl Seen {
    pub fn new(limit: u64) -> Self {
        Seen { tables: vec![HashTable::new(); TABLES], count: 0, limit, text: Vec::new() }
    }

    /// Whether the object was not seen before; it is from now on. A record without a version is not the same as one with
    /// the version `null`.
    pub fn insert(&mut self, record: &ObjectRecord<'_>) -> Result<bool, TooMany> {
        let hash = self.hash(record);
        let (high, low) = ((hash >> 64) as u64, hash as u64);
        let Some(table) = self.tables.get_mut((high >> 58) as usize) else { return Ok(true) };
        if table.find(low, |seen| *seen == hash).is_some() {
            return Ok(false);
        }
        if self.count >= self.limit {
            return Err(TooMany(self.limit));
        }
        table.insert_unique(low, hash, |seen| *seen as u64);
        self.count += 1;
        Ok(true)
    }

    /// How many different ones there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    fn hash(&mut self, record: &ObjectRecord<'_>) -> u128 {
        // Lengths keep parts apart: a key may have any byte in it.
        let lengths = (record.bucket.len() as u32, record.version_id.map_or(u32::MAX, |id| id.len() as u32));
        self.text.clear();
        self.text.extend_from_slice(&lengths.0.to_le_bytes());
        self.text.extend_from_slice(&lengths.1.to_le_bytes());
        self.text.extend_from_slice(record.bucket.as_bytes());
        self.text.extend_from_slice(record.version_id.unwrap_or_default().as_bytes());
        self.text.extend_from_slice(record.key.as_bytes());
        xxhash_rust::xxh3::xxh3_128(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record<'a>(bucket: &'a str, key: &'a str, version_id: Option<&'a str>) -> ObjectRecord<'a> {
        ObjectRecord { bucket, key, version_id, ..ObjectRecord::default() }
    }

    #[test]
    fn what_differs_in_bucket_key_or_version_is_another_object() {
        let mut seen = Seen::new(100);
        let different = [
            record("b-1", "key", None),
            record("b-1", "key", Some("null")),
            record("b-1", "key", Some("")),
            record("b-1", "key", Some("v")),
            record("b-1k", "ey", None),
            record("b-1", "keyv", None),
            record("b-1", "vkey", None),
            record("b-2", "key", None),
        ];
        for object in &different {
            assert_eq!(seen.insert(object), Ok(true), "{object:?}");
        }
        for object in &different {
            let same = ObjectRecord { size: Some(7), is_latest: Some(true), ..*object };
            assert_eq!(seen.insert(&same), Ok(false), "{object:?}");
        }
        assert_eq!(seen.count(), 8);
    }

    #[test]
    fn past_the_limit_only_what_was_seen_is_known() {
        let mut seen = Seen::new(2);
        assert_eq!(seen.insert(&record("b", "1", None)), Ok(true));
        assert_eq!(seen.insert(&record("b", "2", None)), Ok(true));
        assert_eq!(seen.insert(&record("b", "1", None)), Ok(false));
        assert_eq!(seen.insert(&record("b", "3", None)), Err(TooMany(2)));
    }

    #[test]
    fn many_are_told_apart_while_tables_grow() {
        let mut seen = Seen::new(u64::MAX);
        for round in [true, false] {
            for number in 0..50_000 {
                let key = format!("key-{number}");
                assert_eq!(seen.insert(&record("b", &key, None)), Ok(round), "{key}");
            }
        }
        assert_eq!(seen.count(), 50_000);
    }
}
