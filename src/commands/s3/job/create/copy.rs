//! `opsctl s3 job create copy`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use opsctl_engine::batch::{Copy, ObjectMetadata, Operation, words};

use super::job_args::JobArgs;
use super::lock::{EventHoldArgs, date};
use super::pair::Pair;
use super::source::moment;
use super::token::Ages;
use crate::cli::Moment;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use opsctl_engine::manifest::Location;

/// Copy every object of a list into one bucket
///
/// Copies with CopyObject, which takes objects of up to 5 GB: larger ones fail, one by one and late;
/// they are told beforehand where their sizes are known. The job runs in the region of the target.
/// Archived objects must be restored first. Objects may come from one bucket only.
///
/// Tags, metadata and annotations of the source are kept, unless --set-tag, --no-tags,
/// --replace-metadata or --annotations say otherwise; --replace-metadata drops all that is not given
/// anew. A prefix in --to is a folder: the copy of KEY is called PREFIX/KEY.
///
/// Examples:
///   opsctl s3 job create copy --to s3://rehearsal-target/old --build s3://rehearsal-data/logs/ \
///     --role opsctl-batch --report s3://rehearsal-reports --dry-run
///   opsctl s3 job create --example copy > job.yaml
///
/// Exit codes:
///   0    the job is created; with --wait, it is complete; with --dry-run, it could be
///   1    with --run: it was not agreed to
///   2    an option is wrong, or what it says breaks a rule of the service; all are told
///   3    there is no such manifest, bucket or role
///   4    no credentials or no region
///   5    denied by a policy
///   6    it would fail, or --build finds nothing; with --wait: it failed, or a task of it did
///   7    --build could not list some places: no job is created
///   8    --timeout was reached while waiting; the job goes on
///   9    the same job was made before; or the manifest has changed, or would be written over
///   75   AWS cannot be reached, or is busy
///   130  interrupted; a job that runs goes on
///
/// IAM:
///   s3:CreateJob                         the job
///   iam:PassRole                         on the role
///   s3:DescribeJob                       to see whether it is new, and for --wait
///   s3:ListJobs                          to see whether it is new; its age tells otherwise
///   s3:GetObject                         on the manifest, and on a few of the objects
///   s3:GetObjectVersion                  the same, where versions are named
///   s3:PutObject                         on the manifest, for --build
///   s3:ListBucket                        on the buckets, to see where they are, and for --build
///   s3:GetBucketObjectLockConfiguration  on the target, with --lock-mode and --legal-hold
///   iam:GetRole                          to see whether the role trusts the service
///   sts:GetCallerIdentity                for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, next_help_heading = "Command", override_usage = "opsctl s3 job create copy --to <TARGET> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct CopyArgs {
    /// Where to: s3://BUCKET/FOLDER, or a bucket by ARN
    #[arg(long, value_name = "TARGET", value_parser = target)]
    to: Target,

    /// The storage class of the copies
    #[arg(
        long, value_name = "CLASS", ignore_case = true,
        value_parser = PossibleValuesParser::new(words::STORAGE_CLASSES)
    )]
    storage_class: Option<String>,

    /// The canned ACL of the copies
    #[arg(
        long, value_name = "ACL", value_parser = PossibleValuesParser::new(words::CANNED_ACLS),
        hide_short_help = true
    )]
    acl: Option<String>,

    /// A tag of the copies, instead of those of the source; at most 10
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "no_tags", hide_short_help = true)]
    set_tag: Vec<Pair>,

    /// Copies without tags
    #[arg(long, hide_short_help = true)]
    no_tags: bool,

    /// Drop the metadata of the source, and take what is given here
    #[arg(long, hide_short_help = true)]
    replace_metadata: bool,

    /// Metadata of the copies
    #[arg(long, value_name = "KEY=VALUE", requires = "replace_metadata", hide_short_help = true)]
    metadata: Vec<Pair>,

    /// The Content-Type of the copies
    #[arg(long, value_name = "TYPE", requires = "replace_metadata", hide_short_help = true)]
    content_type: Option<String>,

    /// The Content-Encoding of the copies
    #[arg(long, value_name = "TEXT", requires = "replace_metadata", hide_short_help = true)]
    content_encoding: Option<String>,

    /// The Content-Language of the copies
    #[arg(long, value_name = "TEXT", requires = "replace_metadata", hide_short_help = true)]
    content_language: Option<String>,

    /// The Content-Disposition of the copies
    #[arg(long, value_name = "TEXT", requires = "replace_metadata", hide_short_help = true)]
    content_disposition: Option<String>,

    /// The Cache-Control of the copies
    #[arg(long, value_name = "TEXT", requires = "replace_metadata", hide_short_help = true)]
    cache_control: Option<String>,

    /// Annotations of the source: COPY or EXCLUDE
    #[arg(
        long, value_name = "WHAT", ignore_case = true,
        value_parser = PossibleValuesParser::new(words::ANNOTATION_DIRECTIVES), hide_short_help = true
    )]
    annotations: Option<String>,

    /// Only objects that were changed after this time
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    modified_since: Option<Moment>,

    /// Only objects that were not changed after this time
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    unmodified_since: Option<Moment>,

    /// Where a website sends who asks for a copy
    #[arg(long, value_name = "URL", hide_short_help = true)]
    redirect: Option<String>,

    /// This account pays for the requests
    #[arg(long, hide_short_help = true)]
    requester_pays: bool,

    /// How the copies are encrypted: AES256 or KMS
    #[arg(
        long, value_name = "ALGORITHM", ignore_case = true,
        value_parser = PossibleValuesParser::new(words::SSE_ALGORITHMS), hide_short_help = true
    )]
    sse: Option<String>,

    /// The KMS key of the copies: id, ARN or alias
    #[arg(long, value_name = "KEY", hide_short_help = true)]
    kms_key: Option<String>,

    /// Use an S3 Bucket Key
    #[arg(long, hide_short_help = true)]
    bucket_key: bool,

    /// The checksum that is kept with the copies
    #[arg(
        long, value_name = "ALGORITHM", ignore_case = true,
        value_parser = PossibleValuesParser::new(words::CHECKSUM_ALGORITHMS), hide_short_help = true
    )]
    checksum: Option<String>,

    /// A legal hold on the copies: on or off
    #[arg(
        long, value_name = "STATE", ignore_case = true, value_parser = ["on", "off"],
        hide_short_help = true
    )]
    legal_hold: Option<String>,

    /// How the copies are locked
    #[arg(
        long, value_name = "MODE", ignore_case = true,
        value_parser = PossibleValuesParser::new(words::LOCK_MODES), requires = "retain_until",
        hide_short_help = true
    )]
    lock_mode: Option<String>,

    /// Until when the copies are locked
    #[arg(long, value_name = "DATE", value_parser = date, requires = "lock_mode", hide_short_help = true)]
    retain_until: Option<Timestamp>,

    #[command(flatten)]
    event_hold: EventHoldArgs,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &CopyArgs, ctx: &Context) -> Result<Outcome> {
    let target = args.to.clone();
    let upper = |word: &Option<String>| word.as_deref().map(str::to_ascii_uppercase);
    let since = moment(args.modified_since, ctx)?;
    let until = moment(args.unmodified_since, ctx)?;
    let copy = Copy {
        target_key_prefix: target.prefix(),
        canned_access_control_list: args.acl.clone(),
        metadata_directive: args.replace_metadata.then(|| "REPLACE".to_owned()),
        annotation_directive: upper(&args.annotations),
        modified_since_constraint: since,
        un_modified_since_constraint: until,
        new_object_metadata: args.metadata(),
        new_object_tagging: (args.no_tags || !args.set_tag.is_empty())
            .then(|| args.set_tag.iter().map(Pair::tag).collect()),
        redirect_location: args.redirect.clone(),
        requester_pays: args.requester_pays.then_some(true),
        storage_class: upper(&args.storage_class),
        sse_aws_kms_key_id: args.kms_key.clone(),
        object_lock_legal_hold_status: upper(&args.legal_hold),
        object_lock_mode: upper(&args.lock_mode),
        object_lock_retain_until_date: args.retain_until,
        bucket_key_enabled: args.bucket_key.then_some(true),
        checksum_algorithm: upper(&args.checksum),
        object_lock_event_hold: args.event_hold.state(),
        object_lock_event_hold_duration: args.event_hold.duration(),
        ..Copy::default()
    };
    let operation = |partition: &str| {
        Operation::S3PutObjectCopy(Box::new(Copy { target_resource: target.arn(partition), ..copy }))
    };
    let mut ages = Ages::default();
    ages.add("/Operation/S3PutObjectCopy/ModifiedSinceConstraint", args.modified_since);
    ages.add("/Operation/S3PutObjectCopy/UnModifiedSinceConstraint", args.unmodified_since);
    args.job.create_with(operation, ages, ctx).await
}

impl CopyArgs {
    fn metadata(&self) -> Option<ObjectMetadata> {
        let user = self.metadata.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
        let kms = self.kms_key.is_some().then(|| "KMS".to_owned());
        let metadata = ObjectMetadata {
            user_metadata: (!self.metadata.is_empty()).then_some(user),
            content_type: self.content_type.clone(),
            content_encoding: self.content_encoding.clone(),
            content_language: self.content_language.clone(),
            content_disposition: self.content_disposition.clone(),
            cache_control: self.cache_control.clone(),
            sse_algorithm: self.sse.as_deref().map(str::to_ascii_uppercase).or(kms),
            ..ObjectMetadata::default()
        };
        (metadata != ObjectMetadata::default()).then_some(metadata)
    }
}

/// A place in S3, or a bucket by its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Place(Location),
    Arn(String),
}

impl Target {
    fn arn(&self, partition: &str) -> String {
        match self {
            Target::Place(place) => {
                Location { bucket: place.bucket.clone(), key: String::new() }.arn(partition)
            }
            Target::Arn(arn) => arn.clone(),
        }
    }

    fn prefix(&self) -> Option<String> {
        let Target::Place(place) = self else { return None };
        let folder = place.key.trim_end_matches('/');
        (!folder.is_empty()).then(|| folder.to_owned())
    }
}

fn target(text: &str) -> Result<Target, Error> {
    match text.starts_with("arn:") {
        true => Ok(Target::Arn(text.to_owned())),
        false => text.parse().map(Target::Place).map_err(|error| {
            let error: opsctl_engine::manifest::LocationError = error;
            Error::usage(error.to_string())
        }),
    }
}
