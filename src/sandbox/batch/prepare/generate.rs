//! Manifests that the service makes itself: the versions of a bucket that meet all filters, written as an inventory, and
//! kept in a bucket where that is asked for.

use super::tasks::{List, unreadable};
use crate::sandbox::account::Account;
use crate::sandbox::batch::job::{Failure, GeneratedManifest};
use crate::sandbox::batch::objects::{self, Sink, store};
use crate::sandbox::batch::operation::replication_rule;
use crate::sandbox::s3::store::bucket::BucketSettings;
use crate::sandbox::s3::store::list::{Place, Query, VersionItem};
use crate::sandbox::s3::store::version::{Kms, Replication, Version, VersionId};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use opsctl_engine::batch::{EncryptionFilter, Filter, Generator, KmsFilter, OutputLocation, arn};
use opsctl_engine::hex::hex;
use opsctl_engine::manifest::{Inventory, key};
use serde_json::json;
use std::io::{self, Write};

const PAGE: usize = 1000;
const SCHEMA: &str = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, \
                      ReplicationStatus, EncryptionStatus";

/// `region` is the job's.
pub fn generate(
    account: &Account,
    generator: &Generator,
    job_id: &str,
    region: &str,
) -> Result<(List, Option<GeneratedManifest>), Failure> {
    let failed = |reason: String| Failure::new("ManifestGenerationFailed", reason);
    let source = arn::bucket(&generator.source_bucket).unwrap_or_default();
    let settings = store(account).settings(source);
    let settings =
        settings.map_err(|error| failed(format!("{source}: {}: {}", error.code, error.message)))?;
    if settings.region != region {
        let there = &settings.region;
        return Err(failed(format!("The bucket {source} is in {there}, and the job runs in {region}")));
    }
    let owners = [
        &generator.expected_bucket_owner,
        &generator.manifest_output_location.as_ref().and_then(|to| to.expected_manifest_bucket_owner.clone()),
    ];
    if owners.into_iter().flatten().any(|owner| *owner != account.identity.account) {
        return Err(failed("A bucket belongs to another account than is expected".to_owned()));
    }
    let filter = generator.filter.clone().unwrap_or_default();
    let (data, md5, size, rows) = rows(account, source, &settings, &filter)?;
    if rows == 0 {
        return Err(failed(format!("No object of {source} meets the filters")));
    }
    let output = generator.manifest_output_location.as_ref().filter(|_| generator.enable_manifest_output);
    match output {
        Some(output) => keep(account, source, job_id, output, data, &md5, size),
        // The manifest.json is only for reading the list back.
        None => {
            let data = data.into_content();
            let manifest = manifest(source, source, "data.csv.gz", size, &md5);
            let inventory = Inventory::parse(manifest.as_bytes());
            let inventory = inventory.map_err(|_| failed("The list cannot be read back".to_owned()))?;
            Ok((List::Inventory { files: [data].into(), schema: inventory.schema }, None))
        }
    }
}

/// All rows of the list, compressed: the bytes in the store, their MD5, their size, and how many rows they are.
fn rows(
    account: &Account,
    source: &str,
    settings: &BucketSettings,
    filter: &Filter,
) -> Result<(Sink, String, u64, u64), Failure> {
    let mut out = GzEncoder::new(Measured::new(Sink::new(account)), Compression::fast());
    let (mut after, mut count, mut row) = (Place::Start, 0, Vec::new());
    loop {
        let query = Query { prefix: prefix(filter), delimiter: None, after, most: PAGE };
        let page = store(account).list_versions(source, &query);
        let page = page.map_err(|error| {
            Failure::new("ManifestGenerationFailed", format!("{source}: {}", error.message))
        })?;
        for item in &page.items {
            let VersionItem::Version { key, version, latest } = item else { continue };
            if is_chosen(settings, filter, key, version) {
                row.clear();
                write_row(&mut row, source, key, version, *latest);
                out.write_all(&row).map_err(unreadable)?;
                count += 1;
            }
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    let measured = out.finish().map_err(unreadable)?;
    let (sink, size, md5) = measured.finish();
    Ok((sink, md5, size, count))
}

/// What all keys begin with that can be chosen.
fn prefix(filter: &Filter) -> &str {
    let constraint = filter.key_name_constraint.as_ref();
    match constraint.and_then(|constraint| constraint.match_any_prefix.as_deref()) {
        Some([prefix]) => prefix,
        _ => "",
    }
}

/// Whether a version meets all filters. Delete markers are never chosen.
fn is_chosen(settings: &BucketSettings, filter: &Filter, key: &str, version: &Version) -> bool {
    let Some(data) = version.data() else { return false };
    let any = |list: &Option<Vec<String>>, test: &dyn Fn(&str) -> bool| {
        list.as_ref().is_none_or(|list| list.iter().any(|item| test(item)))
    };
    let names = filter.key_name_constraint.as_ref().is_none_or(|names| {
        any(&names.match_any_prefix, &|prefix| key.starts_with(prefix))
            && any(&names.match_any_suffix, &|suffix| key.ends_with(suffix))
            && any(&names.match_any_substring, &|part| key.contains(part))
    });
    let size = i64::try_from(data.content.size()).unwrap_or(i64::MAX);
    let replication = version.attributes().replication;
    let eligible = replication_rule(settings, key).is_some() && replication != Some(Replication::Replica);
    let encryption = version.attributes().encryption.as_ref();
    names
        && filter.created_after.is_none_or(|after| version.modified > after.as_millisecond())
        && filter.created_before.is_none_or(|before| version.modified < before.as_millisecond())
        && filter.object_size_greater_than_bytes.is_none_or(|least| size > least)
        && filter.object_size_less_than_bytes.is_none_or(|most| size < most)
        && any(&filter.match_any_storage_class, &|class| data.class.name() == class)
        && any(&filter.object_replication_statuses, &|status| {
            replication.map_or("NONE", Replication::name) == status
        })
        && filter.eligible_for_replication.is_none_or(|wanted| wanted == eligible)
        && filter
            .match_any_object_encryption
            .as_ref()
            .is_none_or(|wanted| wanted.iter().any(|wanted| is_encrypted_so(wanted, encryption)))
}

/// The store keeps nothing unencrypted, and nothing with keys of customers.
fn is_encrypted_so(wanted: &EncryptionFilter, kms: Option<&Kms>) -> bool {
    let fits = |filter: &KmsFilter, kms: &Kms| {
        filter.kms_key_arn.as_ref().is_none_or(|arn| kms.key.as_ref() == Some(arn))
            && filter.bucket_key_enabled.is_none_or(|enabled| kms.bucket_key == enabled)
    };
    match (wanted, kms) {
        (EncryptionFilter::SseS3(_), None) => true,
        (EncryptionFilter::SseKms(filter), Some(kms)) => !kms.dsse && fits(filter, kms),
        (EncryptionFilter::DsseKms(filter), Some(kms)) => kms.dsse && fits(filter, kms),
        _ => false,
    }
}

/// Every field in quotes, as inventories have it; none of them can hold one.
fn write_row(row: &mut Vec<u8>, bucket: &str, key: &str, version: &Version, latest: bool) {
    let (mut encoded, attributes) = (Vec::new(), version.attributes());
    key::encode(key, &mut encoded);
    let modified = Timestamp::from_millisecond(version.modified).unwrap_or(Timestamp::UNIX_EPOCH);
    let encryption = match &attributes.encryption {
        None => "SSE-S3",
        Some(kms) if kms.dsse => "DSSE-KMS",
        Some(_) => "SSE-KMS",
    };
    let fields = [
        version.id.to_string(),
        latest.to_string(),
        "false".to_owned(),
        version.size().to_string(),
        modified.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        version.data().map(|data| data.etag.to_string()).unwrap_or_default(),
        version.data().map(|data| data.class.name().to_owned()).unwrap_or_default(),
        attributes.replication.map(|status| status.name().to_owned()).unwrap_or_default(),
        encryption.to_owned(),
    ];
    row.extend_from_slice(b"\"");
    row.extend_from_slice(bucket.as_bytes());
    row.extend_from_slice(b"\",\"");
    row.extend_from_slice(&encoded);
    for field in &fields {
        row.extend_from_slice(b"\",\"");
        row.extend_from_slice(field.as_bytes());
    }
    row.extend_from_slice(b"\"\n");
}

/// Puts the list where the job says, the manifest last.
fn keep(
    account: &Account,
    source: &str,
    job_id: &str,
    output: &OutputLocation,
    data: Sink,
    md5: &str,
    size: u64,
) -> Result<(List, Option<GeneratedManifest>), Failure> {
    let bucket = arn::bucket(&output.bucket).unwrap_or_default();
    let prefix = output.manifest_prefix.as_deref().unwrap_or_default();
    let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
    let folder = format!("{prefix}{slash}{source}/job-{job_id}/");
    let encryption = output.manifest_encryption.as_ref().and_then(|encryption| encryption.sse_kms.as_ref());
    let kms = encryption.map(|kms| Kms { key: Some(kms.key_id.clone()), bucket_key: false, dsse: false });
    let put = |key: &str, sink: Sink| {
        objects::put_encrypted(account, bucket, key, sink, kms.clone()).map_err(|fault| {
            let reason =
                format!("Writing the manifest to {bucket} failed: {}: {}", fault.code, fault.message);
            Failure::new("ManifestGenerationFailed", reason)
        })
    };
    let data_key = format!("{folder}data/{md5}.csv.gz");
    put(&data_key, data)?;
    let json = manifest(source, bucket, &data_key, size, md5);
    let checksum = hex(&Md5::digest(json.as_bytes()));
    put(
        &format!("{folder}manifest.checksum"),
        objects::sink(account, checksum.as_bytes()).map_err(unreadable)?,
    )?;
    let key = format!("{folder}manifest.json");
    let version = put(&key, objects::sink(account, json.as_bytes()).map_err(unreadable)?)?;
    let content = version.data().map(|data| data.content.clone());
    let content =
        content.ok_or_else(|| Failure::new("ManifestGenerationFailed", "The manifest has no content"))?;
    let generated = GeneratedManifest {
        object_arn: format!("arn:aws:s3:::{bucket}/{key}"),
        etag: checksum,
        version_id: (version.id != VersionId::NULL).then(|| version.id.to_string()),
    };
    Ok((super::manifest::inventory(account, &content)?, Some(generated)))
}

fn manifest(source: &str, destination: &str, key: &str, size: u64, md5: &str) -> String {
    json!({
        "sourceBucket": source,
        "destinationBucket": format!("arn:aws:s3:::{destination}"),
        "version": "2016-11-30",
        "creationTimestamp": Timestamp::now().as_millisecond().to_string(),
        "fileFormat": "CSV",
        "fileSchema": SCHEMA,
        "files": [{ "key": key, "size": size, "MD5checksum": md5 }],
    })
    .to_string()
}

/// Counts what goes through.
struct Measured {
    out: Sink,
    size: u64,
    md5: Md5,
}

impl Measured {
    fn new(out: Sink) -> Self {
        Measured { out, size: 0, md5: Md5::new() }
    }

    fn finish(self) -> (Sink, u64, String) {
        (self.out, self.size, hex(&self.md5.finalize()))
    }
}

impl Write for Measured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.size += count as u64;
        self.md5.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
