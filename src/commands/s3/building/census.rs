//! What kinds of objects a manifest holds, counted as it is written: those that an operation stumbles over are known by
//! number and name before there is a job. Pure.

use std::collections::BTreeMap;

use opsctl_engine::manifest::ObjectRecord;

/// The largest object that one CopyObject takes.
pub const LARGEST_COPY: u64 = 5 << 30;
/// Storage classes that are told apart; S3 has a dozen.
const CLASSES: usize = 64;

/// Objects of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub count: u64,
    /// The first few, as `s3://bucket/key`.
    pub named: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    pub objects: u64,
    /// Of how many the sources told the size.
    sized: u64,
    bytes: u64,
    pub too_large_to_copy: Group,
    pub by_class: BTreeMap<String, Group>,
}

impl Group {
    /// How many are named.
    pub const NAMED: usize = 3;

    fn add(&mut self, record: &ObjectRecord<'_>) {
        self.count += 1;
        if self.named.len() < Group::NAMED {
            self.named.push(format!("s3://{}/{}", record.bucket, record.key));
        }
    }
}

impl Census {
    pub fn add(&mut self, record: &ObjectRecord<'_>) {
        self.objects += 1;
        let Some(size) = record.size else { return };
        self.sized += 1;
        self.bytes = self.bytes.saturating_add(size);
        if size > LARGEST_COPY {
            self.too_large_to_copy.add(record);
        }
        let class = record.storage_class.unwrap_or("STANDARD");
        if let Some(group) = self.by_class.get_mut(class) {
            group.add(record);
        } else if self.by_class.len() < CLASSES {
            self.by_class.entry(class.to_owned()).or_default().add(record);
        }
    }

    /// Whether all there is to know is known: a list of names tells neither sizes nor classes.
    pub fn is_whole(&self) -> bool {
        self.sized == self.objects
    }

    pub fn bytes(&self) -> Option<u64> {
        self.is_whole().then_some(self.bytes)
    }
}
