//! `opsctl s3 job policy`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use opsctl_engine::batch::policy::{self, Area, ManifestAccess, Needs};
use opsctl_engine::batch::{
    Copy, JobDocument, Lambda, Operation, OperationKind, Retention, Source, SseKmsEncryption,
    arn::{self, Arn},
};
use opsctl_engine::manifest::{Location, partition};
use serde_json::Value;

use super::create;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};

/// Print the IAM documents of a job's role
///
/// Prints the permissions that the role of a job needs: for exactly the buckets, prefixes, keys and
/// functions that the job touches, and nothing else. With --trust, the trust document: who may take
/// the role on, with --account for jobs of that account and region alone. -f takes all of it from a
/// job document; then the objects still have to be said where a manifest names them.
///
/// Examples:
///   opsctl s3 job policy tag --trust --account 111122223333
///   opsctl s3 job policy tag --objects s3://data/logs/ --manifest s3://lists/a.csv
///   opsctl s3 job policy copy --objects s3://data --to s3://copies/moved --generate
///
/// Exit codes:
///   0   the document is printed
///   2   an option or the job document is wrong
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, group(ArgGroup::new("job").required(true).args(["operation", "file"])))]
pub struct PolicyArgs {
    /// What the job does
    #[arg(value_name = "OPERATION", value_parser = create::operation)]
    operation: Option<OperationKind>,

    /// A job document, in YAML or JSON; - reads it from stdin
    #[arg(short, long, value_name = "FILE", conflicts_with = "operation", help_heading = "Command")]
    file: Option<PathBuf>,

    /// The trust document instead of the permissions
    #[arg(long, help_heading = "Command")]
    trust: bool,

    /// The objects, s3://BUCKET/PREFIX; again for others
    #[arg(long, value_name = "S3-URI", required_unless_present_any = ["trust", "file"], help_heading = "Target")]
    objects: Vec<Location>,

    /// The CSV manifest
    #[arg(long, value_name = "S3-URI", conflicts_with_all = ["inventory", "generate"], help_heading = "Target")]
    manifest: Option<Location>,

    /// The manifest.json of an inventory
    #[arg(long, value_name = "S3-URI", conflicts_with = "generate", help_heading = "Target")]
    inventory: Option<Location>,

    /// S3 makes the list itself
    #[arg(long, help_heading = "Target")]
    generate: bool,

    /// Where a list that S3 makes is kept
    #[arg(
        long,
        value_name = "S3-URI",
        requires = "generate",
        hide_short_help = true,
        help_heading = "Target"
    )]
    keep_manifest: Option<Location>,

    /// Where the report goes, s3://BUCKET/PREFIX
    #[arg(long, value_name = "S3-URI", help_heading = "Target")]
    report: Option<Location>,

    /// For copy: where the copies go, s3://BUCKET/FOLDER
    #[arg(long, value_name = "S3-URI", help_heading = "Command")]
    to: Option<Location>,

    /// For copy: the copies are locked
    #[arg(long, hide_short_help = true, help_heading = "Command")]
    locked: bool,

    /// For lambda: the function, with its version if it has one
    #[arg(long, value_name = "FUNCTION", help_heading = "Command")]
    function: Option<String>,

    /// For retention: governance is bypassed
    #[arg(long, hide_short_help = true, help_heading = "Command")]
    bypass_governance: bool,

    /// A KMS key that objects, manifest or report are encrypted with
    #[arg(long, value_name = "ARN", help_heading = "Command")]
    kms_key: Vec<String>,

    /// The account of the job
    #[arg(long, value_name = "ID", value_parser = account, hide_short_help = true, help_heading = "Target")]
    account: Option<String>,

    /// The partition that ARNs begin with; else that of the role in -f, or of the region
    #[arg(long, value_name = "NAME", value_parser = ["aws", "aws-cn", "aws-us-gov"], hide_short_help = true, help_heading = "Target")]
    partition: Option<String>,
}

/// Where a job runs.
struct Place<'a> {
    partition: &'a str,
    account: Option<&'a str>,
    region: &'a str,
}

fn account(text: &str) -> Result<String, String> {
    match arn::is_account(text) {
        true => Ok(text.to_owned()),
        false => Err("an account is 12 digits".to_owned()),
    }
}

pub async fn run(args: &PolicyArgs, ctx: &Context) -> Result<Outcome> {
    let document = match &args.file {
        Some(path) => Some(create::read(path, ctx).await?),
        None => None,
    };
    let region = ctx.global().region.clone().or_else(|| ctx.env().text("AWS_REGION").map(str::to_owned));
    let account = args.account.clone().or_else(|| {
        let document = document.as_ref()?;
        Some(arn::role(&document.role_arn)?.0.to_owned())
    });
    let partition = args.partition(document.as_ref(), region.as_deref());
    let printed = if args.trust {
        policy::trust(partition, account.as_deref(), region.as_deref().unwrap_or("*"))
    } else {
        let operation = match &document {
            Some(document) => document.operation.clone(),
            None => args.operation(partition)?,
        };
        let region = region.as_deref().unwrap_or("*");
        let place = Place { partition, account: account.as_deref(), region };
        policy::permissions(&args.needs(&operation, document.as_ref(), place)?)
    };
    print(&printed, ctx)
}

/// As it is pasted into IAM.
fn print(document: &Value, ctx: &Context) -> Result<Outcome> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Error::failed("the document cannot be written").because(error))?;
    ctx.out().text(&format!("{text}\n"))?;
    Ok(Outcome::Done)
}

impl PolicyArgs {
    /// What is said; else what the role of the document, or the region, is in.
    fn partition<'a>(&'a self, document: Option<&'a JobDocument>, region: Option<&str>) -> &'a str {
        let of_role = || Arn::parse(&document?.role_arn).map(|arn| arn.partition);
        let said = self.partition.as_deref().or_else(of_role);
        said.unwrap_or_else(|| partition(region.unwrap_or_default()))
    }

    /// As much of it as permissions depend on.
    fn operation(&self, partition: &str) -> Result<Operation> {
        let Some(kind) = self.operation else {
            return Err(Error::usage("nothing says what the job does").into());
        };
        let bucket = |place: &Location| Location { bucket: place.bucket.clone(), key: String::new() };
        let lacking = |option: &str| {
            Error::usage(format!("the permissions of a {} job depend on {option}", kind.word()))
        };
        Ok(match kind {
            OperationKind::Copy => {
                let to = self.to.as_ref().ok_or_else(|| lacking("--to"))?;
                Operation::S3PutObjectCopy(Box::new(Copy {
                    target_resource: bucket(to).arn(partition),
                    target_key_prefix: (!to.key.is_empty()).then(|| to.key.clone()),
                    object_lock_mode: self.locked.then(|| "GOVERNANCE".to_owned()),
                    object_lock_legal_hold_status: self.locked.then(|| "ON".to_owned()),
                    ..Copy::default()
                }))
            }
            OperationKind::Lambda => {
                let function_arn = self.function.clone().ok_or_else(|| lacking("--function"))?;
                if arn::Function::parse(&function_arn).is_none() {
                    return Err(Error::usage(format!("{function_arn} is no function")).into());
                }
                Operation::LambdaInvoke(Lambda { function_arn, ..Lambda::default() })
            }
            OperationKind::Retention => Operation::S3PutObjectRetention(Retention {
                bypass_governance_retention: self.bypass_governance.then_some(true),
                ..Retention::default()
            }),
            OperationKind::Acl => Operation::S3PutObjectAcl(Default::default()),
            OperationKind::Tag => Operation::S3PutObjectTagging(Default::default()),
            OperationKind::Untag => Operation::S3DeleteObjectTagging(Default::default()),
            OperationKind::Restore => Operation::S3InitiateRestoreObject(Default::default()),
            OperationKind::LegalHold => Operation::S3PutObjectLegalHold(Default::default()),
            OperationKind::Replicate => Operation::S3ReplicateObject(Default::default()),
            OperationKind::Checksum => Operation::S3ComputeObjectChecksum(Default::default()),
            OperationKind::Encrypt => Operation::S3UpdateObjectEncryption(Default::default()),
        })
    }

    fn needs<'a>(
        &self,
        operation: &'a Operation,
        document: Option<&JobDocument>,
        place: Place<'a>,
    ) -> Result<Needs<'a>> {
        let area = |place: &Location| Area { bucket: place.bucket.clone(), prefix: place.key.clone() };
        let mut objects: Vec<Area> = self.objects.iter().map(area).collect();
        let source = document.map(|document| &document.source);
        if objects.is_empty()
            && let Some(Source::ManifestGenerator(generator)) = source
        {
            objects.push(generated_objects(generator));
        }
        if objects.is_empty() {
            return Err(Error::usage("nothing says which objects the job touches")
                .hint("--objects s3://BUCKET/PREFIX")
                .into());
        }
        let report = document.and_then(|document| {
            let bucket = arn::bucket(document.report.bucket.as_deref()?)?;
            let prefix = document.report.prefix.clone().unwrap_or_default();
            document.report.enabled.then(|| Area { bucket: bucket.to_owned(), prefix })
        });
        let mut kms_keys = self.kms_key.clone();
        kms_keys.extend(keys(operation));
        kms_keys.dedup();
        Ok(Needs {
            partition: place.partition,
            account: place.account,
            region: place.region,
            operation,
            objects,
            manifest: self.manifest(source)?,
            report: self.report.as_ref().map(area).or(report),
            kms_keys,
        })
    }

    fn manifest(&self, source: Option<&Source>) -> Result<ManifestAccess> {
        let area = |place: &Location| Area { bucket: place.bucket.clone(), prefix: place.key.clone() };
        if let Some(place) = &self.manifest {
            return Ok(ManifestAccess::Object { bucket: place.bucket.clone(), key: place.key.clone() });
        }
        if let Some(place) = &self.inventory {
            return Ok(inventory(&place.bucket, &place.key));
        }
        if self.generate {
            return Ok(ManifestAccess::Generated { output: self.keep_manifest.as_ref().map(area) });
        }
        match source {
            Some(Source::Manifest(manifest)) => {
                let place = arn::object(&manifest.location.object_arn);
                let (bucket, key) = place.ok_or_else(|| Error::usage("the manifest is no object of S3"))?;
                Ok(match manifest.spec.fields {
                    Some(_) => ManifestAccess::Object { bucket: bucket.to_owned(), key: key.to_owned() },
                    None => inventory(bucket, key),
                })
            }
            Some(Source::ManifestGenerator(generator)) => {
                let output = generator.s3_job_manifest_generator.manifest_output_location.as_ref();
                let output = output.and_then(|output| {
                    let bucket = arn::bucket(&output.bucket)?.to_owned();
                    Some(Area { bucket, prefix: output.manifest_prefix.clone().unwrap_or_default() })
                });
                Ok(ManifestAccess::Generated { output })
            }
            None => Err(Error::usage("nothing says what the list of the job is")
                .hint("--manifest s3://BUCKET/KEY, --inventory s3://BUCKET/KEY or --generate")
                .into()),
        }
    }
}

/// An inventory is `PREFIX/SOURCE/ID/DATE/manifest.json`, its data below `PREFIX/SOURCE/ID/data/`.
fn inventory(bucket: &str, key: &str) -> ManifestAccess {
    let folder =
        key.rsplit_once('/').and_then(|(dated, _)| dated.rsplit_once('/')).map_or("", |(root, _)| root);
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    ManifestAccess::Inventory { bucket: bucket.to_owned(), prefix }
}

fn generated_objects(generator: &opsctl_engine::batch::ManifestGenerator) -> Area {
    let generator = &generator.s3_job_manifest_generator;
    let names = generator.filter.as_ref().and_then(|filter| filter.key_name_constraint.as_ref());
    let prefix = names.and_then(|names| names.match_any_prefix.as_ref()?.first().cloned());
    Area {
        bucket: arn::bucket(&generator.source_bucket).unwrap_or_default().to_owned(),
        prefix: prefix.unwrap_or_default(),
    }
}

/// Those that the operation itself names.
fn keys(operation: &Operation) -> Option<String> {
    match operation {
        Operation::S3UpdateObjectEncryption(encrypt) => {
            let SseKmsEncryption { kms_key_arn, .. } = &encrypt.object_encryption.sse_kms;
            (!kms_key_arn.is_empty()).then(|| kms_key_arn.clone())
        }
        Operation::S3PutObjectCopy(copy) => {
            copy.sse_aws_kms_key_id.clone().filter(|key| arn::is_kms_key(key))
        }
        _ => None,
    }
}
