//! `opsctl sandbox`: the group's verbs and their dispatch, no logic.

mod add;
mod clock;
mod down;
mod init;
mod inside;
mod launch;
mod messages;
mod put;
mod reached;
mod run;
mod status;
mod up;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result, exit};

/// A loopback AWS to rehearse in
///
/// A sandbox answers AWS calls on 127.0.0.1, for any client: opsctl, the AWS CLI, a script. It is a
/// rehearsal room, not a mock: a session is a real shell of your own account on this machine, over the
/// real data-channel protocol. What it does not support it refuses, as AWS refuses an unknown
/// operation; it never pretends.
///
/// `sandbox run` starts one for a single command, `sandbox up` keeps one that every opsctl command
/// finds with --sandbox. It has three nodes and four buckets until a sandbox.toml says otherwise:
/// `sandbox init` writes one with all that can be set, such as denied actions, encrypted sessions, a
/// bad network and a million objects. `sandbox put` brings files into its buckets.
///
/// It listens on loopback only, has a random key of its own and refuses every request that neither
/// this key nor a temporary one it has issued has signed; sign-in by sso and oidc, which nobody signs,
/// takes the codes and tokens it has issued and no others. A command inside sees nothing of your AWS
/// variables and profiles. The folder of a sandbox is readable by you only.
///
/// Every region is the same sandbox: --region chooses the one to sign for. A bucket is in one of them,
/// as `region` of its [[buckets]] says, and reached there alone; a job is known where it was made.
/// Nodes, keys, roles and functions are the same everywhere.
///
/// Services:
///   sts  GetCallerIdentity, AssumeRole, GetSessionToken, with codes of a device
///   sso, oidc  the portal's accounts, roles and their credentials; clients, devices, tokens
///   ssm  the calls of sessions and of Run Command, and those that list nodes and read documents
///   kms  GenerateDataKey, Decrypt
///   s3   objects, versions, lists, tags, ACLs, Object Lock, restores, uploads in parts, and what
///        buckets are set to; replication only by jobs
///   s3control  CreateJob, DescribeJob, ListJobs, UpdateJobPriority, UpdateJobStatus and the tags of
///        jobs, which really run
///   iam  GetRole
///   states  machines with their versions and aliases, executions, activities, tokens, single states
///        by TestState; tasks reach functions, S3, SNS, SQS and other machines
///   sns  Publish, PublishBatch, of which `sandbox messages` tells
///   sqs  SendMessage, SendMessageBatch, GetQueueUrl, the same
///   cloudwatch  metrics with math, alarms on them and composites, by a clock of their own that
///        `sandbox clock` sets; actions go to topics and functions
///
/// Examples:
///   opsctl sandbox run -- opsctl ssm list
///   opsctl sandbox up --dir rehearsal &
///   opsctl --sandbox ssm list
///   opsctl sandbox down
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Run(run::RunArgs),
    Up(up::UpArgs),
    Status(status::StatusArgs),
    Down(down::DownArgs),
    Init(init::InitArgs),
    Put(put::PutArgs),
    Add(add::AddArgs),
    Messages(messages::MessagesArgs),
    Clock(clock::ClockArgs),
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        matches!(self, Command::Run(_) | Command::Up(_))
    }

    /// `run` passes the exit code of its command on: its own failures are 255.
    pub fn own_failure(&self) -> Option<u8> {
        matches!(self, Command::Run(_)).then_some(exit::OWN_FAILURE)
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Run(args) => run::run(args, ctx).await,
        Command::Up(args) => up::run(args, ctx).await,
        Command::Status(args) => status::run(args, ctx).await,
        Command::Down(args) => down::run(args, ctx).await,
        Command::Init(args) => init::run(args, ctx),
        Command::Put(args) => put::run(args, ctx).await,
        Command::Add(args) => add::run(args, ctx).await,
        Command::Messages(args) => messages::run(args, ctx).await,
        Command::Clock(args) => clock::run(args, ctx).await,
    }
}
