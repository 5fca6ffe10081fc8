//! `opsctl sandbox add`.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::reached;
use crate::cli::ListArgs;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::input::files;
use crate::output::Column;
use crate::sandbox::config::Additions;

/// Add buckets, functions and notifications to a sandbox that runs
///
/// FILE has the tables of a sandbox.toml that can be added: [[buckets]], [[functions]] and
/// [[notifications]]. Functions are programs that run with your own account, in the folder of FILE;
/// read a file before you add it. What is there already stays: a bucket keeps its objects. A function
/// that is there becomes what FILE says.
///
/// What is added is kept in the sandbox's folder and is there again when the next sandbox runs in it:
/// after what its sandbox.toml says, whose functions it replaces. What is added later replaces it.
///
/// It changes a sandbox alone: that of `sandbox run` inside of it, or that of --sandbox.
///
/// Examples:
///   printf '[[buckets]]\nname = "pictures"\n' | opsctl --sandbox sandbox add -
///
/// Exit codes:
///   0  all of it is there
///   2  this is no sandbox, or FILE has mistakes
///   3  FILE does not exist, or no sandbox runs
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct AddArgs {
    /// A file, or - for stdin
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "PascalCase"))]
struct Added {
    kind: String,
    name: String,
    is_new: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    added: Vec<Added>,
}

const COLUMNS: &[Column<Added>] = &[
    Column::new("kind", "KIND", |added: &Added| added.kind.as_str().into()),
    Column::new("name", "NAME", |added: &Added| added.name.as_str().into()),
    Column::new("is-new", "NEW", |added: &Added| if added.is_new { "yes" } else { "no" }.into()),
];

pub async fn run(args: &AddArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut list = out.stream("sandbox.addition", COLUMNS)?;
    let aws = ctx.aws().await?;
    let text = files::text(&args.file, "what to add from").await?;
    let name = files::named(&args.file);
    if let Err(mistakes) = Additions::parse(&name, &text, &aws.region().value) {
        let message = format!("what {name} says cannot be added to a sandbox");
        return Err(files::mistaken(message, mistakes).into());
    }
    let sandbox = reached::to_change(aws, "add").await?;
    // Functions run beside the file, wherever the sandbox itself was started. Stdin is in the current folder.
    let file = std::path::absolute(&args.file)
        .map_err(|error| Error::failed(format!("cannot tell where {name} is")).because(error))?;
    let asked = serde_json::json!({ "File": file.to_string_lossy(), "Text": text });
    let answer = sandbox.ask("AddToSandbox", &asked).await?;
    let answer: Answer = serde_json::from_value(answer)
        .map_err(|error| Error::failed("the sandbox does not say what it added").because(error))?;
    for added in answer.added {
        if list.push(added)?.is_break() {
            break;
        }
    }
    list.finish()?;
    Ok(Outcome::Done)
}
