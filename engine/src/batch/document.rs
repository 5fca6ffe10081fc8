//! The document that CreateJob takes, with the API's own names. It is read with all its rules held against it; one that
//! was read is one that the service's model allows.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::arn;
use super::generator::ManifestGenerator;
use super::operation::Operation;
use super::tag::{JOB_TAGS, Tag, tags};
use super::words;
use crate::document::{Fault, Fields, Reader, Slot, drop_nulls};

/// What CreateJob takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct JobDocument {
    /// Travels in a header; documents of other tools have it.
    pub account_id: Option<String>,
    /// The service takes a missing one for `true`.
    pub confirmation_required: Option<bool>,
    pub operation: Operation,
    pub report: Report,
    /// The service needs one; a client may derive it from the rest.
    pub client_request_token: Option<String>,
    pub description: Option<String>,
    /// Higher first.
    pub priority: i32,
    pub role_arn: String,
    pub tags: Option<Vec<Tag>>,
    #[serde(flatten)]
    pub source: Source,
}

/// Where the objects come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Source {
    Manifest(Manifest),
    ManifestGenerator(Box<ManifestGenerator>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Manifest {
    pub spec: ManifestSpec,
    pub location: ManifestLocation,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestSpec {
    pub format: String,
    /// The columns in the order of the file; only of CSV manifests.
    pub fields: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestLocation {
    pub object_arn: String,
    pub object_version_id: Option<String>,
    /// Bare: without quotes.
    pub e_tag: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Report {
    pub bucket: Option<String>,
    pub format: Option<String>,
    pub enabled: bool,
    pub prefix: Option<String>,
    pub report_scope: Option<String>,
    pub expected_bucket_owner: Option<String>,
}

impl Default for Source {
    fn default() -> Self {
        Source::Manifest(Manifest::default())
    }
}

impl JobDocument {
    /// Reads a document; every fault of it at once. Dates are held against `now`.
    pub fn read(value: &Value, now: Timestamp) -> Result<Self, Vec<Fault>> {
        let reader = Reader::new(now);
        let root = reader.root(value);
        let document = root.fields().and_then(read);
        match reader.finish(document)? {
            Some(document) => Ok(document),
            // A document that could not be read has a fault; this is for the compiler.
            None => Err(vec![Fault { path: Vec::new(), message: "is no job".to_owned(), is_of_name: false }]),
        }
    }

    /// As JSON, in the form that it is read in: what is absent is left out.
    pub fn to_value(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        drop_nulls(&mut value);
        value
    }
}

fn read(fields: Fields<'_, '_>) -> Option<JobDocument> {
    let operation = fields.need("Operation");
    let operation = Operation::read(&operation);
    let report = fields.need("Report");
    let document = JobDocument {
        account_id: account(&fields.get("AccountId")),
        confirmation_required: fields.get("ConfirmationRequired").boolean(),
        report: Report::read(&report).unwrap_or_default(),
        client_request_token: fields.get("ClientRequestToken").text(1..=64),
        description: fields.get("Description").text(1..=256),
        priority: fields
            .need("Priority")
            .integer(0..=i64::from(i32::MAX))
            .and_then(|priority| i32::try_from(priority).ok())
            .unwrap_or_default(),
        role_arn: fields
            .need("RoleArn")
            .text_where(1..=2048, "the ARN of a role", |text| arn::role(text).is_some())
            .unwrap_or_default(),
        tags: tags(&fields.get("Tags"), JOB_TAGS),
        source: source(&fields).unwrap_or_default(),
        operation: operation?,
    };
    let checksums = matches!(document.operation, Operation::S3ComputeObjectChecksum(_));
    if checksums && report.is_given() && !document.report.enabled {
        report.fault("is off, and the checksums are told in the report alone");
    }
    restore_fits(&document, &fields);
    fields.finish();
    Some(document)
}

fn source(fields: &Fields<'_, '_>) -> Option<Source> {
    let given = fields.one_of(&["Manifest", "ManifestGenerator"]);
    if given.is_none() {
        fields.fault("neither `Manifest` nor `ManifestGenerator` says which objects");
    }
    match given? {
        ("Manifest", slot) => Manifest::read(&slot).map(Source::Manifest),
        (_, slot) => ManifestGenerator::read(&slot).map(Box::new).map(Source::ManifestGenerator),
    }
}

/// A generator that chooses by storage class says whether days are needed.
fn restore_fits(document: &JobDocument, fields: &Fields<'_, '_>) {
    let (Operation::S3InitiateRestoreObject(restore), Source::ManifestGenerator(generator)) =
        (&document.operation, &document.source)
    else {
        return;
    };
    let classes = generator.s3_job_manifest_generator.filter.as_ref();
    let classes = classes.and_then(|filter| filter.match_any_storage_class.as_deref()).unwrap_or_default();
    for class in classes {
        if let Err(why) = restore.fits(class) {
            fields.fault(format!("restores {class}, {why}"));
        }
    }
}

impl Manifest {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let manifest = Manifest {
            spec: ManifestSpec::read(&fields.need("Spec")).unwrap_or_default(),
            location: ManifestLocation::read(&fields.need("Location")).unwrap_or_default(),
        };
        fields.finish();
        Some(manifest)
    }
}

impl ManifestSpec {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let format = fields.need("Format").word(words::MANIFEST_FORMATS);
        let columns = fields.get("Fields");
        let named = columns
            .items()
            .map(|items| items.iter().filter_map(|item| item.word(words::FIELDS)).collect::<Vec<_>>());
        if format.as_deref() == Some(words::MANIFEST_CSV) {
            match &named {
                Some(named) => columns_fit(&columns, named),
                None if columns.is_given() => {}
                None => fields.fault("`Fields` is missing: a CSV manifest needs the names of its columns"),
            }
        }
        fields.finish();
        Some(ManifestSpec { format: format.unwrap_or_default(), fields: named })
    }
}

fn columns_fit(slot: &Slot<'_, '_>, named: &[String]) {
    for column in ["Bucket", "Key"] {
        if !named.iter().any(|name| name == column) {
            slot.fault(format!("`{column}` is missing"));
        }
    }
    for column in ["Bucket", "Key", "VersionId"] {
        if named.iter().filter(|name| *name == column).count() > 1 {
            slot.fault(format!("`{column}` is given twice"));
        }
    }
}

impl ManifestLocation {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let is_object = |text: &str| arn::object(text).is_some();
        let location = ManifestLocation {
            object_arn: fields
                .need("ObjectArn")
                .text_where(1..=2000, "the ARN of an object, arn:aws:s3:::BUCKET/KEY", is_object)
                .unwrap_or_default(),
            object_version_id: fields.get("ObjectVersionId").text(1..=2000),
            e_tag: fields
                .need("ETag")
                .text(1..=1024)
                .map(|tag| tag.trim_matches('"').to_owned())
                .unwrap_or_default(),
        };
        fields.finish();
        Some(location)
    }
}

impl Report {
    /// That of a job without one.
    pub fn none() -> Self {
        Report::default()
    }

    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let report = Report {
            bucket: bucket(&fields.get("Bucket")),
            format: fields.get("Format").word(&[words::REPORT_FORMAT]),
            enabled: fields.need("Enabled").boolean().unwrap_or_default(),
            prefix: fields.get("Prefix").text(1..=512),
            report_scope: fields.get("ReportScope").word(words::REPORT_SCOPES),
            expected_bucket_owner: account(&fields.get("ExpectedBucketOwner")),
        };
        if report.enabled {
            for name in ["Bucket", "Format", "ReportScope"] {
                fields.need(name);
            }
        }
        fields.finish();
        Some(report)
    }
}

/// A general purpose bucket's ARN.
pub(super) fn bucket(slot: &Slot<'_, '_>) -> Option<String> {
    let expected = "the ARN of a general purpose bucket, arn:aws:s3:::BUCKET";
    slot.text_where(1..=128, expected, |text| arn::bucket(text).is_some())
}

pub(super) fn account(slot: &Slot<'_, '_>) -> Option<String> {
    slot.text_where(12..=12, "an account id of 12 digits", arn::is_account)
}
