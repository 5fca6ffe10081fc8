//! `opsctl s3 job create`: an operation a verb, and jobs from a file; their dispatch, no logic.

mod acl;
mod build_args;
mod checksum;
mod consent;
mod copy;
mod encrypt;
mod example;
mod existing;
mod file;
mod job_args;
mod lambda;
mod legal_hold;
mod lock;
mod options;
mod overrides;
mod pair;
mod replicate;
mod restore;
mod retention;
mod settings;
mod source;
mod submit;
mod tag;
mod token;
mod untag;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use opsctl_engine::batch::OperationKind;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};

pub use example::operation;
pub use file::read;
pub use source::stale;
pub use submit::{Draft, SubmitArgs, submit};
pub use token::Ages;

/// Create a batch job
///
/// The operation is a verb of its own with its own options; -f takes a whole job from a file, in
/// YAML or in the JSON of the API, and what is said beside it stands for what the file says: which
/// objects, the role, the report, the priority. Before anything is created opsctl looks at the role,
/// the buckets and a sample of the list for what would make the job fail late, and says what it will
/// cost; --dry-run stops there. A job waits for opsctl s3 job confirm unless --run starts it at once,
/// which is asked about on a terminal unless --yes says it.
///
/// With --build, opsctl makes the list itself, as s3 manifest build does, and sends it beside the
/// report under a name that follows from its rows. The same settings of the same list make one job,
/// however often they are sent, with --run or without: the token that AWS knows a request by follows
/// from them. That one is there already is an error (9), or none with --if-exists ok, unless it has
/// failed, was cancelled, or waits for a confirmation where --run is given. An age, as in
/// --created-after 1d, counts as it is said: what is to make a job every day says so with --token.
///
/// Examples:
///   opsctl s3 job create --example copy
///   opsctl s3 job create --example retention > job.yaml
///   opsctl s3 job create --example tag | opsctl s3 job create -f - --build s3://rehearsal-data/logs/ \
///     --role opsctl-batch --report s3://rehearsal-reports --dry-run
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    mut_arg("wait", |arg| arg.hide_short_help(true)),
    mut_arg("manifest", |arg| arg.hide_short_help(true)),
    mut_arg("inventory", |arg| arg.hide_short_help(true)),
    mut_arg("generate", |arg| arg.hide_short_help(true)),
    mut_arg("build", |arg| arg.hide_short_help(true)),
    mut_group("objects", |group| group.required(false).multiple(false))
)]
pub struct CreateArgs {
    #[command(subcommand)]
    operation: Option<Operations>,

    /// A job document, in YAML or JSON; - is stdin
    #[arg(short, long, value_name = "FILE", conflicts_with = "example", help_heading = "Command")]
    file: Option<PathBuf>,

    /// Print a job document that does this, to begin with
    #[arg(long, value_name = "OPERATION", value_parser = operation, help_heading = "Command")]
    example: Option<OperationKind>,

    #[command(flatten)]
    overrides: overrides::OverrideArgs,

    #[command(flatten)]
    submit: submit::SubmitArgs,
}

/// What is done to each object.
#[derive(Debug, Subcommand)]
enum Operations {
    Copy(Box<copy::CopyArgs>),
    Acl(Box<acl::AclArgs>),
    Tag(Box<tag::TagArgs>),
    Untag(Box<untag::UntagArgs>),
    Restore(Box<restore::RestoreArgs>),
    Lambda(Box<lambda::LambdaArgs>),
    LegalHold(Box<legal_hold::LegalHoldArgs>),
    Retention(Box<retention::RetentionArgs>),
    Replicate(Box<replicate::ReplicateArgs>),
    Checksum(Box<checksum::ChecksumArgs>),
    Encrypt(Box<encrypt::EncryptArgs>),
}

impl Operations {
    fn job(&self) -> &job_args::JobArgs {
        match self {
            Operations::Copy(args) => &args.job,
            Operations::Acl(args) => &args.job,
            Operations::Tag(args) => &args.job,
            Operations::Untag(args) => &args.job,
            Operations::Restore(args) => &args.job,
            Operations::Lambda(args) => &args.job,
            Operations::LegalHold(args) => &args.job,
            Operations::Retention(args) => &args.job,
            Operations::Replicate(args) => &args.job,
            Operations::Checksum(args) => &args.job,
            Operations::Encrypt(args) => &args.job,
        }
    }
}

impl CreateArgs {
    pub fn handles_signals(&self) -> bool {
        self.operation.is_some() || self.file.is_some()
    }

    /// An example is only printed.
    pub fn changes(&self) -> Changes {
        match &self.operation {
            Some(operation) => operation.job().changes(),
            None if self.file.is_some() => self.submit.changes(),
            None => Changes::Nothing,
        }
    }
}

pub async fn run(args: &CreateArgs, ctx: &Context) -> Result<Outcome> {
    let Some(operation) = &args.operation else {
        return match (&args.file, args.example) {
            (Some(path), _) => file::create(path, &args.overrides, &args.submit, ctx).await,
            (None, Some(kind)) => example::print(kind, ctx),
            (None, None) => Err(Error::usage("nothing says what the job does")
                .hint("opsctl s3 job create --help lists the operations; -f takes a job from a file")
                .into()),
        };
    };
    // What stands before the operation would be lost, and with it a --dry-run.
    let is_given = args.overrides.is_given() || args.submit.is_given();
    if args.file.is_some() || args.example.is_some() || is_given {
        return Err(
            Error::usage("options of a job stand after its operation, as in create copy --dry-run").into()
        );
    }
    match operation {
        Operations::Copy(args) => copy::run(args, ctx).await,
        Operations::Acl(args) => acl::run(args, ctx).await,
        Operations::Tag(args) => tag::run(args, ctx).await,
        Operations::Untag(args) => untag::run(args, ctx).await,
        Operations::Restore(args) => restore::run(args, ctx).await,
        Operations::Lambda(args) => lambda::run(args, ctx).await,
        Operations::LegalHold(args) => legal_hold::run(args, ctx).await,
        Operations::Retention(args) => retention::run(args, ctx).await,
        Operations::Replicate(args) => replicate::run(args, ctx).await,
        Operations::Checksum(args) => checksum::run(args, ctx).await,
        Operations::Encrypt(args) => encrypt::run(args, ctx).await,
    }
}
