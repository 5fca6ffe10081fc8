//! `opsctl sandbox put`.

mod files;
mod upload;

use std::path::PathBuf;

use clap::Args;
use futures_util::StreamExt as _;
use opsctl_engine::manifest::Location;
use serde::Serialize;

use super::reached;
use crate::cli::ListArgs;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output::Column;
use files::Found;

/// So many files are on their way at a time.
const TOGETHER: usize = 8;

/// Put a file, a folder or stdin into a bucket of a sandbox
///
/// A file gets the key of TARGET, or its own name below it where TARGET is a bucket or ends with a
/// slash. The files of a folder get their paths below TARGET; links to folders are not followed. The
/// answer says what was stored: ETag and version are what a job wants to know of its manifest.
///
/// It writes to a sandbox alone: to that of `sandbox run` inside of it, or to that of --sandbox.
///
/// Examples:
///   opsctl --sandbox sandbox put /etc/hostname s3://rehearsal-data/
///   opsctl sandbox run -- opsctl sandbox put /etc/hostname s3://rehearsal-data/name.txt
///   printf 'rehearsal-data,a\n' | opsctl --sandbox sandbox put - s3://rehearsal-manifests/one.csv
///
/// Exit codes:
///   0   all of it is there
///   1   a file cannot be read
///   2   this is no sandbox, or a file or TARGET cannot be used
///   3   there is no such bucket, or no sandbox runs
///   75  the sandbox asks to slow down
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct PutArgs {
    /// A file, a folder, or - for stdin
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::AnyPath)]
    file: PathBuf,

    /// s3://BUCKET, s3://BUCKET/KEY or s3://BUCKET/PREFIX/
    #[arg(value_name = "TARGET", value_hint = clap::ValueHint::Other)]
    target: Location,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    bucket: String,
    key: String,
    size: u64,
    e_tag: String,
    version_id: Option<String>,
}

const COLUMNS: &[Column<Stored>] = &[
    Column::new("key", "KEY", |stored: &Stored| stored.key.as_str().into()).cut(),
    Column::new("size", "SIZE", |stored: &Stored| i64::try_from(stored.size).unwrap_or(i64::MAX).into()),
    Column::new("etag", "ETAG", |stored: &Stored| stored.e_tag.as_str().into()),
    Column::new("version", "VERSION", |stored: &Stored| stored.version_id.as_deref().into()),
    Column::new("bucket", "BUCKET", |stored: &Stored| stored.bucket.as_str().into()).hidden(),
];

pub async fn run(args: &PutArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut list = out.stream("sandbox.object", COLUMNS)?;
    let aws = ctx.aws().await?;
    reached::to_change(aws, "put").await?;
    let client = aws.s3();
    if args.file.as_os_str() == "-" {
        if args.target.key.is_empty() || args.target.key.ends_with('/') {
            let hint = format!("opsctl sandbox put - {}NAME", args.target);
            return Err(Error::usage("stdin has no name, so TARGET must have a key").hint(hint).into());
        }
        let stored = upload::stream(&client, &args.target, tokio::io::stdin()).await?;
        let _ = list.push(stored)?;
    } else {
        let found = files::found(&args.file, &args.target)?;
        let puts = found.into_iter().map(|Found { path, target }| {
            let client = client.clone();
            async move { upload::file(&client, &path, &target).await }
        });
        let mut puts = futures_util::stream::iter(puts).buffered(TOGETHER);
        let mut shown = true;
        while let Some(stored) = puts.next().await {
            // A reader who has seen enough does not stop what was asked for.
            shown = shown && list.push(stored?)?.is_continue();
        }
    }
    list.finish()?;
    Ok(Outcome::Done)
}
