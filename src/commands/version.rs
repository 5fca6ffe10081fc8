//! `opsctl version`: the line of `--version`, and the same for programs.

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;

/// Print the version
///
/// With -o or --query also how this opsctl was built: the commit, whether the files differed from it,
/// the target, the cargo features and the build profile. Attach it to a report.
///
/// Examples:
///   opsctl version
///   opsctl version -o json
///   opsctl version --query item.version -o text
///
/// Exit codes:
///   0  always, unless stdout cannot be written
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct VersionArgs {}

/// This opsctl, as it was built.
#[derive(Debug, Serialize)]
struct Version {
    version: &'static str,
    /// Of git; none where the sources were no checkout.
    commit: Option<&'static str>,
    /// Did the files differ from the commit?
    modified: bool,
    target: &'static str,
    features: Vec<&'static str>,
    profile: &'static str,
}

impl Version {
    fn of_this_build() -> Self {
        Version {
            version: env!("CARGO_PKG_VERSION"),
            commit: words(env!("OPSCTL_BUILD_COMMIT")).next(),
            modified: env!("OPSCTL_BUILD_MODIFIED") == "true",
            target: env!("OPSCTL_BUILD_TARGET"),
            features: words(env!("OPSCTL_BUILD_FEATURES")).collect(),
            profile: env!("OPSCTL_BUILD_PROFILE"),
        }
    }
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(',').filter(|word| !word.is_empty())
}

const DETAILS: &[Column<Version>] = &[
    Column::new("version", "Version", |it: &Version| it.version.into()),
    Column::new("commit", "Commit", |it: &Version| it.commit.into()),
    Column::new("modified", "Modified", |it: &Version| it.modified.to_string().into()),
    Column::new("target", "Target", |it: &Version| it.target.into()),
    Column::new("features", "Features", |it: &Version| it.features.join(",").into()),
    Column::new("profile", "Profile", |it: &Version| it.profile.into()),
];

pub fn run(_args: &VersionArgs, ctx: &Context) -> Result<Outcome> {
    let version = Version::of_this_build();
    if ctx.global().output.is_none() && ctx.global().query.is_none() {
        ctx.out().text(&format!("opsctl {}\n", version.version))?;
    } else {
        ctx.out().item("version", DETAILS, &version)?;
    }
    Ok(Outcome::Done)
}
