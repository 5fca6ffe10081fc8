//! The store behind S3: buckets, objects with their versions, and uploads, all changes written to a journal before they
//! are acknowledged. It knows S3's rules and nothing of its protocol: the service and S3's jobs both work on it.

pub mod arrival;
pub mod bucket;
pub mod checksum;
pub mod content;
pub mod errors;
pub mod fill;
pub mod list;
pub mod version;

mod attributes;
mod copies;
mod journal;
mod objects;
mod tags;
#[cfg(test)]
mod tests;
mod uploads;

pub use attributes::Bypass;
pub use copies::{Copied, Copy};
pub use objects::{Condition, Draft};
pub use tags::check as check_tags;
pub use uploads::{CompletedPart, Part, Upload, UploadId};

use crate::random;
use crate::sandbox::services::ServiceError;
use arrival::{Arrival, Cause, Witness};
use bucket::{Bucket, BucketSettings};
use content::{Blob, Blobs, Content, Writer};
use fill::Fill;
use jiff::Timestamp;
use journal::{BucketRecord, Journal, Record, UploadRecord};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use version::{Attributes, Kind, Version, VersionId};

/// A bucket as it is at the start of a sandbox that has never had it.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstBucket {
    pub name: String,
    pub settings: BucketSettings,
    pub fill: Vec<Fill>,
}

/// An object, or one version of it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    /// As a client names it; None: the newest.
    pub version: Option<&'a str>,
}

pub struct Store {
    state: Mutex<State>,
    blobs: Arc<Blobs>,
    /// How long a restore of an archived object takes.
    restore_time: Duration,
}

struct State {
    buckets: BTreeMap<String, Bucket>,
    journal: Journal,
    /// Of the last object that was written: many are like the one before.
    last: Option<Arc<Attributes>>,
    /// Looks on when objects come to be.
    witness: Option<Witness>,
    /// Of the last of them.
    sequencer: u64,
}

impl Store {
    /// Loads what `folder` holds, and makes the buckets that it does not.
    pub fn open(folder: &Path, first: &[FirstBucket], restore_time: Duration) -> io::Result<Self> {
        let blobs = Blobs::new(folder.join("blobs"));
        let mut loader =
            Loader { blobs: Arc::clone(&blobs), buckets: BTreeMap::new(), files: HashMap::new(), lines: 0 };
        let journal = Journal::open(&folder.join("journal"), |_, record| {
            loader.apply(record);
            Ok(())
        })?;
        let Loader { buckets, files, lines, .. } = loader;
        let mut state = State { buckets, journal, last: None, witness: None, sequencer: 0 };
        let now = now();
        for bucket in first {
            if !state.buckets.contains_key(&bucket.name) {
                let record = Record::bucket(&bucket.name, now, &bucket.settings, &bucket.fill);
                state.journal.defer(&record)?;
                state
                    .buckets
                    .insert(bucket.name.clone(), filled(&bucket.name, now, &bucket.settings, &bucket.fill));
            }
        }
        if state.journal.is_there() {
            blobs.remove_others(|name| files.get(name).is_some_and(|blob| Arc::strong_count(blob) > 1))?;
            state.compact(lines)?;
        }
        drop(files);
        blobs.open();
        Ok(Store { state: Mutex::new(state), blobs, restore_time })
    }

    /// Takes the bytes of an object to come.
    pub fn writer(&self, algorithm: checksum::Algorithm) -> Writer {
        Writer::new(Arc::clone(&self.blobs), algorithm)
    }

    /// Lets somebody look on from now on.
    pub fn tell(&self, witness: Witness) {
        self.lock().witness = Some(witness);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at a bucket.
    pub fn with<T>(
        &self,
        name: &str,
        look: impl FnOnce(&Bucket) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        look(self.lock().bucket(name)?)
    }

    pub fn settings(&self, name: &str) -> Result<BucketSettings, ServiceError> {
        self.with(name, |bucket| Ok(bucket.settings.clone()))
    }

    /// Names, regions and dates, in order.
    pub fn buckets(&self) -> Vec<(String, String, i64)> {
        let state = self.lock();
        let list = state.buckets.iter();
        list.map(|(name, bucket)| (name.clone(), bucket.settings.region.clone(), bucket.created)).collect()
    }

    pub fn create_bucket(&self, name: &str, settings: BucketSettings) -> Result<(), ServiceError> {
        let mut state = self.lock();
        if state.buckets.contains_key(name) {
            let message =
                "Your previous request to create the named bucket succeeded and you already own it.";
            return Err(errors::conflict("BucketAlreadyOwnedByYou", message));
        }
        let created = now();
        state.write(&Record::bucket(name, created, &settings, &[]))?;
        state.buckets.insert(name.to_owned(), Bucket::new(created, settings));
        Ok(())
    }

    /// Makes a bucket with its objects; whether it was not there before.
    pub fn add_bucket(&self, bucket: &FirstBucket) -> Result<bool, ServiceError> {
        let FirstBucket { name, settings, fill } = bucket;
        let mut state = self.lock();
        if state.buckets.contains_key(name) {
            return Ok(false);
        }
        let created = now();
        state.write(&Record::bucket(name, created, settings, fill))?;
        state.buckets.insert(name.clone(), filled(name, created, settings, fill));
        Ok(true)
    }

    pub fn delete_bucket(&self, name: &str) -> Result<(), ServiceError> {
        let mut state = self.lock();
        if !state.bucket(name)?.is_empty() {
            let message =
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
            return Err(errors::conflict("BucketNotEmpty", message));
        }
        state.write(&Record::NoBucket { name: Cow::Borrowed(name) })?;
        state.buckets.remove(name);
        Ok(())
    }

    /// Changes what a bucket is set to.
    pub fn configure(
        &self,
        name: &str,
        change: impl FnOnce(&mut BucketSettings) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let mut state = self.lock();
        let bucket = state.bucket(name)?;
        let (created, mut settings) = (bucket.created, bucket.settings.clone());
        change(&mut settings)?;
        state.write(&Record::bucket(name, created, &settings, &[]))?;
        state.bucket_mut(name)?.settings = settings;
        Ok(())
    }

    pub fn list(&self, name: &str, query: &list::Query<'_>) -> Result<list::Page<list::Item>, ServiceError> {
        self.with(name, |bucket| Ok(list::objects(bucket, query)))
    }

    pub fn list_versions(
        &self,
        name: &str,
        query: &list::Query<'_>,
    ) -> Result<list::Page<list::VersionItem>, ServiceError> {
        self.with(name, |bucket| list::versions(bucket, query))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.blobs.close();
    }
}

impl State {
    fn bucket(&self, name: &str) -> Result<&Bucket, ServiceError> {
        self.buckets.get(name).ok_or_else(errors::no_such_bucket)
    }

    fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, ServiceError> {
        self.buckets.get_mut(name).ok_or_else(errors::no_such_bucket)
    }

    fn write(&mut self, record: &Record<'_>) -> Result<(), ServiceError> {
        self.journal.append(record).map_err(errors::disk)
    }

    /// Makes a version the newest of its key.
    fn put(&mut self, bucket: &str, key: &str, mut version: Version) -> Result<Arc<Version>, ServiceError> {
        version.attributes = self.shared(version.attributes.take());
        let (bucket_name, name) = (Cow::Borrowed(bucket), Cow::Borrowed(key));
        self.write(&Record::Put { bucket: bucket_name, key: name, version: Cow::Borrowed(&version) })?;
        let version = Arc::new(version);
        self.bucket_mut(bucket)?.put(key, Arc::clone(&version));
        Ok(version)
    }

    /// Tells whoever looks on of a new object.
    fn announce(&mut self, cause: Cause, bucket: &str, key: &str, version: &Version) {
        // By the clock, so that a later sandbox goes on from there.
        let now = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
        self.sequencer = now.max(self.sequencer.saturating_add(1));
        let region = self.buckets.get(bucket).map_or("", |bucket| bucket.settings.region.as_str());
        if let Some(witness) = &self.witness {
            witness(&Arrival { cause, bucket, region, key, version, sequencer: self.sequencer });
        }
    }

    /// Gives a version other attributes or data, in its place.
    fn change(
        &mut self,
        bucket: &str,
        key: &str,
        mut version: Version,
    ) -> Result<Arc<Version>, ServiceError> {
        version.attributes = self.shared(version.attributes.take());
        let (bucket_name, name) = (Cow::Borrowed(bucket), Cow::Borrowed(key));
        self.write(&Record::Change { bucket: bucket_name, key: name, version: Cow::Borrowed(&version) })?;
        let version = Arc::new(version);
        self.bucket_mut(bucket)?.replace(key, Arc::clone(&version));
        Ok(version)
    }

    fn remove(&mut self, bucket: &str, key: &str, id: VersionId) -> Result<(), ServiceError> {
        self.write(&Record::Remove { bucket: Cow::Borrowed(bucket), key: Cow::Borrowed(key), id })?;
        self.bucket_mut(bucket)?.remove(key, id);
        Ok(())
    }

    fn shared(&mut self, attributes: Option<Arc<Attributes>>) -> Option<Arc<Attributes>> {
        let attributes = attributes.filter(|attributes| **attributes != Attributes::new())?;
        if let Some(last) = self.last.as_ref().filter(|last| **last == attributes) {
            return Some(Arc::clone(last));
        }
        self.last = Some(Arc::clone(&attributes));
        Some(attributes)
    }

    /// A journal in which most is no longer true is written anew.
    fn compact(&mut self, lines: u64) -> io::Result<()> {
        let objects = |bucket: &Bucket| {
            bucket.from(std::ops::Bound::Unbounded).map(|(_, all)| all.len() as u64).sum::<u64>()
        };
        let live: u64 = self.buckets.values().map(|bucket| 1 + objects(bucket)).sum();
        if lines < 2 * live + 1000 {
            return Ok(());
        }
        let State { buckets, journal, .. } = self;
        journal.rewrite(|write| {
            for (name, bucket) in buckets.iter() {
                write_bucket(name, bucket, write)?;
            }
            Ok(())
        })
    }
}

/// All that is true of a bucket, oldest first.
fn write_bucket(
    name: &str,
    bucket: &Bucket,
    write: &mut dyn FnMut(&Record<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let called = || Cow::Borrowed(name);
    write(&Record::bucket(name, bucket.created, &bucket.settings, &[]))?;
    for (key, versions) in bucket.from(std::ops::Bound::Unbounded) {
        for version in versions.iter().rev() {
            let key = Cow::Borrowed(key);
            write(&Record::Put { bucket: called(), key, version: Cow::Borrowed(version.as_ref()) })?;
        }
    }
    for ((key, id), upload) in &bucket.uploads {
        let (key, id) = (key.as_str(), id.as_str());
        write(&Record::upload(name, key, id, upload))?;
    }
    Ok(())
}

/// What a journal says, one record after the other.
struct Loader {
    blobs: Arc<Blobs>,
    buckets: BTreeMap<String, Bucket>,
    /// Every file that was named; those that nothing else refers to in the end are gone.
    files: HashMap<String, Arc<Blob>>,
    lines: u64,
}

impl Loader {
    /// A record of something that is not there changes nothing.
    fn apply(&mut self, record: Record<'static>) {
        self.lines += 1;
        let Loader { blobs, buckets, files, .. } = self;
        let mut adopt =
            |name: &str| Arc::clone(files.entry(name.to_owned()).or_insert_with(|| blobs.adopt(name)));
        match record {
            Record::Bucket(record) => {
                let BucketRecord { name, created, settings, fill } = *record;
                match buckets.get_mut(name.as_ref()) {
                    Some(bucket) => bucket.settings = settings.into_owned(),
                    None => {
                        let bucket = filled(&name, created, &settings, &fill);
                        buckets.insert(name.into_owned(), bucket);
                    }
                }
            }
            Record::NoBucket { name } => drop(buckets.remove(name.as_ref())),
            Record::Put { bucket, key, version } => {
                if let Some(bucket) = buckets.get_mut(bucket.as_ref()) {
                    bucket.put(&key, adopted(version.into_owned(), &mut adopt));
                }
            }
            Record::Change { bucket, key, version } => {
                if let Some(bucket) = buckets.get_mut(bucket.as_ref()) {
                    bucket.replace(&key, adopted(version.into_owned(), &mut adopt));
                }
            }
            Record::Remove { bucket, key, id } => {
                if let Some(bucket) = buckets.get_mut(bucket.as_ref()) {
                    bucket.remove(&key, id);
                }
            }
            Record::Upload(record) => {
                let UploadRecord { bucket, key, id, upload } = *record;
                if let Some(bucket) = buckets.get_mut(bucket.as_ref()) {
                    let mut upload = upload.into_owned();
                    upload.parts = std::mem::take(&mut upload.parts)
                        .into_iter()
                        .map(|(number, part)| (number, part.adopted(&mut adopt)))
                        .collect();
                    bucket.uploads.insert((key.into_owned(), id.into_owned()), upload);
                }
            }
            Record::Part { bucket, key, id, number, part } => {
                let bucket = buckets.get_mut(bucket.as_ref());
                let place = (key.into_owned(), id.into_owned());
                if let Some(upload) = bucket.and_then(|bucket| bucket.uploads.get_mut(&place)) {
                    upload.parts.insert(number, part.into_owned().adopted(&mut adopt));
                }
            }
            Record::NoUpload { bucket, key, id } => {
                if let Some(bucket) = buckets.get_mut(bucket.as_ref()) {
                    bucket.uploads.remove(&(key.into_owned(), id.into_owned()));
                }
            }
        }
    }
}

fn filled(name: &str, created: i64, settings: &BucketSettings, fill: &[Fill]) -> Bucket {
    let mut bucket = Bucket::new(created, settings.clone());
    for fill in fill {
        fill.apply(name, &mut bucket, created);
    }
    bucket
}

fn adopted(mut version: Version, adopt: &mut impl FnMut(&str) -> Arc<Blob>) -> Arc<Version> {
    if let Kind::Object(data) = &mut version.kind {
        let content = std::mem::replace(&mut data.content, Content::Zeros(0));
        data.content = content.adopted(adopt);
    }
    Arc::new(version)
}

/// Milliseconds since 1970, whole seconds: so S3 counts.
pub fn now() -> i64 {
    Timestamp::now().as_second() * 1000
}

fn new_id() -> Result<VersionId, ServiceError> {
    // An odd number is never that of null.
    Ok(VersionId(u128::from_be_bytes(random::bytes()?) | 1))
}
