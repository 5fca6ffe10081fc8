//! `opsctl s3 job create acl`.

use std::str::FromStr;

use clap::Args;
use clap::builder::PossibleValuesParser;
use opsctl_engine::batch::{
    AccessControlList, AccessControlPolicy, Acl, Grant, Grantee, Operation, Owner, words,
};

use super::job_args::JobArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Set the ACL of every object of a list
///
/// Takes the place of the ACL that an object has. It fails in buckets with the Object Ownership
/// "bucket owner enforced", which know no ACLs, unless the ACL gives full control to the bucket owner
/// alone.
///
/// Examples:
///   opsctl s3 job create acl bucket-owner-full-control --build s3://rehearsal-data/logs/ \
///     --role opsctl-batch --report s3://rehearsal-reports --dry-run
///   opsctl s3 job create --example acl > job.yaml
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
///   s3:CreateJob                   the job
///   iam:PassRole                   on the role
///   s3:DescribeJob                 to see whether it is new, and for --wait
///   s3:ListJobs                    to see whether it is new; its age tells otherwise
///   s3:GetObject                   on the manifest, and on a few of the objects
///   s3:GetObjectVersion            the same, where versions are named
///   s3:PutObject                   on the manifest, for --build
///   s3:ListBucket                  on the buckets, to see where they are, and for --build
///   s3:GetBucketOwnershipControls  on the bucket, to see whether it has ACLs at all
///   iam:GetRole                    to see whether the role trusts the service
///   sts:GetCallerIdentity          for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create acl <ACL> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct AclArgs {
    /// A canned ACL
    #[arg(value_name = "ACL", value_parser = PossibleValuesParser::new(words::CANNED_ACLS), required_unless_present = "grant", conflicts_with = "grant")]
    acl: Option<String>,

    /// A grant: id=ID, emailAddress=ADDRESS or uri=URI, then : and a permission
    #[arg(
        long,
        value_name = "GRANTEE:PERMISSION",
        requires = "owner",
        hide_short_help = true,
        help_heading = "Command"
    )]
    grant: Vec<Granted>,

    /// The canonical id of the objects' owner, which goes with grants
    #[arg(long, value_name = "ID", requires = "grant", hide_short_help = true, help_heading = "Command")]
    owner: Option<String>,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &AclArgs, ctx: &Context) -> Result<Outcome> {
    let list = || AccessControlList {
        owner: Owner { id: args.owner.clone(), display_name: None },
        grants: Some(args.grant.iter().map(|grant| grant.0.clone()).collect()),
    };
    let policy = AccessControlPolicy {
        access_control_list: (!args.grant.is_empty()).then(list),
        canned_access_control_list: args.acl.clone(),
    };
    args.job.create(|_| Operation::S3PutObjectAcl(Acl { access_control_policy: policy }), ctx).await
}

/// A grant as it is written: `id=0123:READ`.
#[derive(Debug, Clone)]
struct Granted(Grant);

impl FromStr for Granted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "a grant looks like id=ID:READ or uri=URI:FULL_CONTROL".to_owned();
        let (grantee, permission) = text.rsplit_once(':').ok_or_else(expected)?;
        let (kind, identifier) = grantee.split_once('=').ok_or_else(expected)?;
        Ok(Granted(Grant {
            grantee: Grantee {
                type_identifier: kind.to_owned(),
                identifier: identifier.to_owned(),
                display_name: None,
            },
            permission: permission.to_owned(),
        }))
    }
}
