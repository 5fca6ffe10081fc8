//! A sample of the objects that a job is about: the first lines of its list, or a page of the bucket, and how many objects
//! the whole has, as far as that can be told from it.

use opsctl_engine::hex::hex;
use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::EncodingType;
use md5::{Digest as _, Md5};
use opsctl_engine::batch::{JobDocument, Manifest, Operation, Source, arn, words};
use opsctl_engine::manifest::lint::{FaultKind, LintOptions, lint};
use opsctl_engine::manifest::{
    Columns, DataFile, Inventory, InventoryReader, ListError, Location, MAX_INVENTORY_MANIFEST,
    ManifestReader, ObjectRecord, Plain,
};

use super::findings::Finding;
use super::head::Head;
use crate::aws;
use crate::commands::s3::building::Census;
use crate::commands::s3::listed;
use crate::error::{Error, Kind, Result};

/// Rows that are kept; all are counted.
const KEPT: usize = 1000;
/// Objects that doubles are looked for among: all of a sample.
const LINTED: u64 = 1 << 20;
/// Data files of an inventory that are looked at.
const FILES: usize = 10;
/// Faults that are named.
const NAMED: usize = 5;

/// An object of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
    pub size: Option<u64>,
    pub storage_class: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    Exactly(u64),
    About(u64),
    #[default]
    Unknown,
}

impl Count {
    pub fn known(self) -> Option<u64> {
        match self {
            Count::Exactly(count) | Count::About(count) => Some(count),
            Count::Unknown => None,
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Sample {
    pub rows: Vec<Row>,
    pub buckets: BTreeSet<String>,
    pub count: Count,
    /// Of all objects.
    pub bytes: Option<u64>,
    faults: Vec<String>,
    fault_count: u64,
    warnings: Vec<String>,
    is_generated: bool,
    is_inventory: bool,
}

impl Sample {
    pub async fn take(client: &Client, document: &JobDocument, head: Option<&Head>) -> Result<Self> {
        match (&document.source, head) {
            (Source::ManifestGenerator(generator), _) => {
                let generator = &generator.s3_job_manifest_generator;
                let bucket = arn::bucket(&generator.source_bucket).unwrap_or_default();
                let filter = generator.filter.clone().unwrap_or_default();
                let names = filter.key_name_constraint.clone().unwrap_or_default();
                let prefix = names.match_any_prefix.as_ref().and_then(|all| all.first().cloned());
                let is_prefix_alone = filter.created_after.is_none()
                    && filter.created_before.is_none()
                    && filter.eligible_for_replication.is_none()
                    && filter.object_replication_statuses.is_none()
                    && filter.object_size_greater_than_bytes.is_none()
                    && filter.object_size_less_than_bytes.is_none()
                    && filter.match_any_storage_class.is_none()
                    && filter.match_any_object_encryption.is_none()
                    && names.match_any_suffix.is_none()
                    && names.match_any_substring.is_none();
                Sample::of_bucket(client, bucket, prefix, is_prefix_alone).await
            }
            (Source::Manifest(manifest), Some(head)) if manifest.spec.format == words::MANIFEST_INVENTORY => {
                Sample::of_inventory(client, head).await
            }
            (Source::Manifest(manifest), Some(head)) => Ok(Sample::of_csv(manifest, head)),
            (Source::Manifest(_), None) => Ok(Sample::default()),
        }
    }

    /// Every row was counted when it was written.
    pub fn counted(&mut self, census: &Census) {
        self.count = Count::Exactly(census.objects);
        self.bytes = census.bytes().or(self.bytes);
    }

    /// For the cost: of one million where it is not known.
    pub fn objects(&self) -> u64 {
        self.count.known().unwrap_or(1_000_000)
    }

    pub fn generated_from(&self) -> Option<u64> {
        self.is_generated.then(|| self.objects())
    }

    fn of_csv(manifest: &Manifest, head: &Head) -> Self {
        let mut sample = Sample::default();
        let lines = head.lines();
        let named = manifest.spec.fields.as_ref().and_then(|fields| fields.join(",").parse::<Columns>().ok());
        sample.lint(lines, named.clone(), head.is_whole());
        let mut reader = match named {
            Some(columns) => ManifestReader::new(lines, columns),
            None => ManifestReader::guessing(lines),
        };
        let mut rows = 0_u64;
        loop {
            match reader.read() {
                Ok(Some(record)) => {
                    rows += 1;
                    sample.keep(&record);
                }
                Ok(None) => break,
                Err(ListError::Line { .. }) => rows += 1,
                Err(ListError::Io(_)) => break,
            }
        }
        sample.count = match (head.is_whole(), lines.len() as u64) {
            (true, _) => Count::Exactly(rows),
            (false, 0) => Count::Unknown,
            (false, read) => Count::About(scaled(rows, head.size, read)),
        };
        sample
    }

    /// The faults of its first lines. Those of several buckets are told with the buckets.
    fn lint(&mut self, lines: &[u8], columns: Option<Columns>, is_whole: bool) {
        let options = LintOptions { columns, max_objects: LINTED, ..LintOptions::default() };
        let mut told: Vec<FaultKind> = Vec::new();
        let linted = lint(lines, options, None::<std::io::Sink>, |fault| {
            let at_the_end = matches!(fault.kind, FaultKind::NoObjects | FaultKind::NoFinalLineBreak);
            if fault.kind == FaultKind::OtherBucket || at_the_end && !is_whole {
                return ControlFlow::Continue(());
            }
            let is_new = !told.contains(&fault.kind);
            told.extend(is_new.then_some(fault.kind));
            let text = format!("line {}: {}: {}", fault.line, fault.kind.name(), fault.kind.meaning());
            match fault.kind.is_warning() {
                true if is_new => self.warnings.push(text),
                true => {}
                false if is_new => self.fault(text),
                false => self.fault_count += 1,
            }
            ControlFlow::Continue(())
        });
        if let Err(error) = linted {
            self.fault(error.to_string());
        }
    }

    /// Its manifest.json whole, the first part of its first data file, and whether the others are there.
    async fn of_inventory(client: &Client, head: &Head) -> Result<Self> {
        let json = match head.is_whole() {
            true => head.bytes.clone(),
            false => whole(client, &head.location).await?,
        };
        let mut sample = Sample { is_inventory: true, ..Sample::default() };
        let inventory = match Inventory::parse(&json) {
            Ok(inventory) => inventory,
            Err(faults) => {
                faults.iter().for_each(|fault| sample.fault(fault.to_string()));
                return Ok(sample);
            }
        };
        if inventory.schema.has_versions() {
            let trap = "an inventory with versions names those made before versioning by nothing, and lists delete \
                        markers: such tasks fail; a manifest built from it has neither";
            sample.warnings.push(trap.to_owned());
        }
        let Some(file) = inventory.files.first() else {
            sample.count = Count::Exactly(0);
            sample.fault("it has no data files");
            return Ok(sample);
        };
        let place = |file: &DataFile| Location {
            bucket: inventory.destination_bucket.clone(),
            key: file.key.clone(),
        };
        for file in inventory.files.iter().take(FILES) {
            if let Some(fault) = lacking(client, &place(file), file).await? {
                sample.fault(fault);
            }
        }
        if sample.fault_count > 0 {
            return Ok(sample);
        }
        let place = place(file);
        let part = Head::part(client, &place, None).await?;
        let md5 = hex(&Md5::digest(&part.bytes));
        if part.is_whole() && !md5.eq_ignore_ascii_case(&file.md5) {
            sample.fault(format!("its data file {place} has the MD5 {md5}, and not {}", file.md5));
            return Ok(sample);
        }
        let Ok(plain) = Plain::new(part.bytes.as_slice()) else {
            sample.fault(format!("{place} is not compressed as an inventory is"));
            return Ok(sample);
        };
        let mut bounded = InventoryReader::new(plain.take(64 << 20), inventory.schema.clone());
        let (mut rows, mut bytes) = (0_u64, Some(0_u64));
        loop {
            match bounded.read() {
                Ok(Some(record)) => {
                    rows += 1;
                    bytes = bytes.zip(record.size).map(|(sum, size)| sum.saturating_add(size));
                    if !record.is_delete_marker {
                        sample.keep(&record);
                    }
                }
                Ok(None) => break,
                // The part may end in the middle of a line.
                Err(ListError::Line { .. }) if !part.is_whole() => break,
                Err(error @ ListError::Line { .. }) => sample.fault(format!("{place}: {error}")),
                Err(ListError::Io(_)) => break,
            }
        }
        let (read, all) = (part.bytes.len() as u64, inventory.bytes());
        let is_whole = part.is_whole() && inventory.files.len() == 1;
        sample.count = if is_whole { Count::Exactly(rows) } else { Count::About(scaled(rows, all, read)) };
        sample.bytes = bytes.map(|bytes| if is_whole { bytes } else { scaled(bytes, all, read) });
        Ok(sample)
    }

    /// One page of what the service will list.
    async fn of_bucket(
        client: &Client,
        bucket: &str,
        prefix: Option<String>,
        is_prefix_alone: bool,
    ) -> Result<Self> {
        let mut sample = Sample { is_generated: true, ..Sample::default() };
        sample.buckets.insert(bucket.to_owned());
        let request = client.list_objects_v2().bucket(bucket).set_prefix(prefix).max_keys(1000);
        let listed = request.encoding_type(EncodingType::Url).send().await;
        let page = match listed {
            Ok(page) => page,
            Err(error) if aws::is_denied(&error) => return Ok(sample),
            // That it is missing is told with the buckets.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_bucket()) => {
                return Ok(sample);
            }
            Err(error) => return Err(aws::failure(&error, format!("cannot list s3://{bucket}/")).into()),
        };
        let objects = page.contents();
        for object in objects {
            let key = listed::key(object, page.encoding_type())
                .map_err(|error| Error::failed(format!("cannot list s3://{bucket}/")).because(error))?;
            sample.rows.push(Row {
                bucket: bucket.to_owned(),
                key,
                version_id: None,
                size: object.size().and_then(|size| u64::try_from(size).ok()),
                storage_class: object.storage_class().map(|class| class.as_str().to_owned()),
            });
        }
        if page.is_truncated() == Some(false) && is_prefix_alone {
            sample.count = Count::Exactly(objects.len() as u64);
            sample.bytes = sample.rows.iter().map(|row| row.size).sum();
        }
        Ok(sample)
    }

    fn keep(&mut self, record: &ObjectRecord<'_>) {
        if !self.buckets.contains(record.bucket) && self.buckets.len() < KEPT {
            self.buckets.insert(record.bucket.to_owned());
        }
        if self.rows.len() < KEPT {
            self.rows.push(Row {
                bucket: record.bucket.to_owned(),
                key: record.key.to_owned(),
                version_id: record.version_id.map(str::to_owned),
                size: record.size,
                storage_class: record.storage_class.map(str::to_owned),
            });
        }
    }

    fn fault(&mut self, fault: impl Into<String>) {
        self.fault_count += 1;
        if self.faults.len() < NAMED {
            self.faults.push(fault.into());
        }
    }

    /// What the list itself is found to be.
    pub fn findings(&self, document: &JobDocument) -> Vec<Finding> {
        let mut found = Vec::new();
        let check = if self.is_inventory { "inventory" } else { "manifest" };
        if self.fault_count > 0 {
            let more = match self.fault_count.saturating_sub(self.faults.len() as u64) {
                0 => String::new(),
                more => format!("; and {more} more in the sample"),
            };
            let finding = Finding::bad(check, format!("{}{more}", self.faults.join("; ")));
            found.push(match self.is_inventory {
                true => finding,
                false => {
                    finding.hint("opsctl s3 manifest check finds every fault of a manifest, and mends it")
                }
            });
        }
        if self.buckets.len() > 1 {
            let named: Vec<&str> = self.buckets.iter().take(NAMED).map(String::as_str).collect();
            found.push(Finding::bad(check, format!("its rows are of several buckets: {}", named.join(", "))));
        }
        if let Operation::S3ReplicateObject(_) = document.operation
            && self.rows.iter().any(|row| row.version_id.is_none())
            && !self.is_generated
        {
            found.push(Finding::bad(check, "its rows name no versions, which a replicate job needs"));
        }
        found.extend(self.warnings.iter().map(|warning| Finding::warning(check, warning.clone())));
        if found.is_empty() && !self.rows.is_empty() {
            found.push(Finding::good(check, format!("{} objects of it are sound", self.rows.len())));
        }
        found
    }
}

/// What is wrong with a data file, as far as its size tells; nothing, where it may not be looked at.
async fn lacking(client: &Client, place: &Location, file: &DataFile) -> Result<Option<String>> {
    let found = client.head_object().bucket(&place.bucket).key(&place.key).send().await;
    match found {
        Ok(found) => {
            let size = found.content_length().and_then(|size| u64::try_from(size).ok());
            let other = size.filter(|size| *size != file.size);
            Ok(other.map(|size| format!("its data file {place} has {size} bytes, and not {}", file.size)))
        }
        Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 404) => {
            Ok(Some(format!("its data file {place} is not there")))
        }
        Err(error) if aws::is_denied(&error) => Ok(None),
        Err(error) => Err(aws::failure(&error, format!("cannot look at {place}")).into()),
    }
}

/// `part` of `read` bytes as a share of `all` bytes.
fn scaled(part: u64, all: u64, read: u64) -> u64 {
    let scaled = u128::from(part) * u128::from(all) / u128::from(read.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

async fn whole(client: &Client, location: &Location) -> Result<Vec<u8>> {
    let call = client.get_object().bucket(&location.bucket).key(&location.key);
    let answer =
        call.send().await.map_err(|error| aws::failure(&error, format!("cannot read {location}")))?;
    let length = answer.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(u64::MAX);
    if length > MAX_INVENTORY_MANIFEST {
        return Err(
            Error::usage(format!("{location} is too long for the manifest.json of an inventory")).into()
        );
    }
    let body = answer.body.collect().await;
    let body =
        body.map_err(|error| Error::new(Kind::Temporary, format!("cannot read {location}")).because(error))?;
    Ok(body.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsctl_engine::batch::ManifestSpec;

    fn head(text: &str, size: u64) -> Head {
        let location = "s3://lists/a.csv".parse().unwrap();
        Head { location, etag: String::new(), size, bytes: text.as_bytes().to_vec() }
    }

    fn sample(text: &str, fields: &[&str], size: u64) -> Sample {
        let fields = Some(fields.iter().map(|field| (*field).to_owned()).collect());
        let spec = ManifestSpec { format: words::MANIFEST_CSV.into(), fields };
        Sample::of_csv(&Manifest { spec, ..Manifest::default() }, &head(text, size))
    }

    #[test]
    fn a_list_is_counted_and_its_faults_are_named() {
        let two = ["Bucket", "Key"];
        for (text, count, faults) in [
            ("b-1,x\nb-1,y\n", 2, &[][..]),
            ("Bucket,Key\nb-1,x\n", 2, &["line 1: header"]),
            ("b-1,a b\nb-1,c d\n", 2, &["line 1: unencoded"]),
            ("b-1,x\nb-1,x\n", 2, &["line 2: duplicate"]),
            ("", 0, &["line 1: no-objects"]),
        ] {
            let sample = sample(text, &two, text.len() as u64);
            assert_eq!(sample.count, Count::Exactly(count), "{text}");
            let named: Vec<String> = sample
                .faults
                .iter()
                .map(|fault| fault.split(": ").take(2).collect::<Vec<_>>().join(": "))
                .collect();
            assert_eq!(named, faults, "{text}");
        }
    }

    #[test]
    fn a_long_list_is_estimated_from_its_beginning() {
        let sample = sample("b-1,aa\nb-1,bb\nb-1,c", &["Bucket", "Key"], 7000);
        assert_eq!((sample.count, sample.rows.len()), (Count::About(1000), 2));
    }

    #[test]
    fn rows_of_several_buckets_are_bad() {
        let sample = sample("b-1,x\nb-2,y\n", &["Bucket", "Key"], 12);
        assert_eq!(sample.buckets.len(), 2);
    }
}
