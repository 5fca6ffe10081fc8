//! Which objects were seen before, exactly, and without keeping their keys.
//!
//! An object is known by 128 bits of XXH3 over bucket, key and version. That two of `n` different ones share them has the
//! odds `n² / 2^129`: about 1 in 10^24 for 10 million objects, 1 in 10^18 for 10 billion. A program that is read, not
//! attacked: who may choose keys freely and wants two of them to collide is no concern of a list of objects.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use thiserror::Error;

use super::batch::RecordBatch;
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
    /// Of a batch: who each is, and whether it was not seen before.
    asked: Vec<(u128, bool)>,
}

/// There are more objects than the caller gave memory for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("over {0} different objects, more than doubles can be found among in memory")]
pub struct TooMany(pub u64);

impl Seen {
    pub fn new(limit: u64) -> Self {
        Seen { tables: vec![HashTable::new(); TABLES], count: 0, limit, text: Vec::new(), asked: Vec::new() }
    }

    /// Whether the object was not seen before; it is from now on. A record without a version is not the same as one with
    /// the version `null`.
    pub fn insert(&mut self, record: &ObjectRecord<'_>) -> Result<bool, TooMany> {
        let hash = self.hash(record);
        self.insert_hash(hash)
    }

    /// The same for each of a batch, in their order. A lookup is little but a wait for memory: here the waits of a whole
    /// batch are one.
    pub fn insert_all(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<impl ExactSizeIterator<Item = bool> + '_, TooMany> {
        let mut asked = std::mem::take(&mut self.asked);
        asked.clear();
        asked.extend(batch.records().map(|record| (self.hash(&record), true)));
        for (hash, is_new) in &mut asked {
            *is_new = !self.has(*hash);
        }
        for (hash, is_new) in &mut asked {
            // It may be in the batch twice.
            *is_new = *is_new && self.insert_hash(*hash)?;
        }
        self.asked = asked;
        Ok(self.asked.iter().map(|(_, is_new)| *is_new))
    }

    fn has(&self, hash: u128) -> bool {
        let (table, low) = place(hash);
        self.tables.get(table).is_some_and(|table| table.find(low, |seen| *seen == hash).is_some())
    }

    fn insert_hash(&mut self, hash: u128) -> Result<bool, TooMany> {
        let (table, low) = place(hash);
        let Some(table) = self.tables.get_mut(table) else { return Ok(true) };
        let Entry::Vacant(free) = table.entry(low, |seen| *seen == hash, |seen| *seen as u64) else {
            return Ok(false);
        };
        if self.count >= self.limit {
            return Err(TooMany(self.limit));
        }
        free.insert(hash);
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

/// Which table it is in, and its hash there.
fn place(hash: u128) -> (usize, u64) {
    ((hash >> 122) as usize % TABLES, hash as u64)
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
    fn a_batch_is_told_apart_as_one_after_the_other() {
        let (mut at_once, mut by_one) = (Seen::new(u64::MAX), Seen::new(u64::MAX));
        let mut batch = RecordBatch::default();
        for round in 0..40_u64 {
            let keys: Vec<String> =
                (0..500_u64).map(|row| format!("key-{}", (round * 500 + row * row) % 7919)).collect();
            batch.clear();
            keys.iter().for_each(|key| batch.push(&record("b", key, None)));
            let told: Vec<bool> = at_once.insert_all(&batch).unwrap().collect();
            let expected: Vec<bool> = batch.records().map(|record| by_one.insert(&record).unwrap()).collect();
            assert_eq!(told, expected, "round {round}");
        }
        assert_eq!(at_once.count(), by_one.count());
        assert!(at_once.count() > 1000);
    }

    #[test]
    fn a_batch_ends_at_the_limit() {
        let mut seen = Seen::new(2);
        let mut batch = RecordBatch::default();
        ["1", "2", "1"].iter().for_each(|key| batch.push(&record("b", key, None)));
        assert_eq!(seen.insert_all(&batch).map(Iterator::collect::<Vec<_>>), Ok(vec![true, true, false]));
        batch.push(&record("b", "3", None));
        assert_eq!(seen.insert_all(&batch).err(), Some(TooMany(2)));
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
