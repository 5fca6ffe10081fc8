//! The options of a list that is built for the job: which objects, and where the list goes. The building itself is the one
//! of `s3 manifest build`.

use std::num::NonZeroUsize;

use clap::Args;
use opsctl_engine::batch::Source as JobSource;
use opsctl_engine::manifest::Location;

use super::super::api::Jobs;
use super::super::objects::{Objects, Shelf};
use super::super::preflight::Head;
use crate::commands::s3::building::{Building, Destination};
use crate::commands::s3::filter::{FilterArgs, part};
use crate::commands::s3::source::Source;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::signals::Signals;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Target")]
pub struct BuildArgs {
    /// A list that is built now: s3://BUCKET/PREFIX, a file
    #[arg(long, value_name = "SOURCE")]
    pub build: Vec<Source>,

    /// With --build: where the list goes, an object or s3://BUCKET/FOLDER/; else beside the report
    #[arg(long, value_name = "S3-URI", requires = "build", conflicts_with = "ready", hide_short_help = true)]
    manifest_to: Option<Location>,

    /// With --build: all versions, not only the current objects
    #[arg(long, requires = "build", conflicts_with = "ready", hide_short_help = true)]
    versions: bool,

    /// With --build: keys that begin so; may be repeated
    #[arg(
        long = "prefix",
        value_name = "TEXT",
        requires = "build",
        conflicts_with = "ready",
        hide_short_help = true
    )]
    prefixes: Vec<String>,

    /// With --build: keys like this, with * ? [a-z]; may be repeated
    #[arg(
        long = "glob",
        value_name = "PATTERN",
        requires = "build",
        conflicts_with = "ready",
        hide_short_help = true
    )]
    globs: Vec<String>,

    /// With --build: keys in which this regular expression is found; may be repeated
    #[arg(
        long = "regex",
        value_name = "PATTERN",
        requires = "build",
        conflicts_with = "ready",
        hide_short_help = true
    )]
    regexes: Vec<String>,

    /// With --build: this part of the keys, the same ones in every run: 1%, 0.5
    #[arg(
        long, value_name = "PART", value_parser = part, requires = "build", conflicts_with = "ready",
        hide_short_help = true
    )]
    sample: Option<f64>,

    /// With --build: this many objects at most
    #[arg(long, value_name = "N", requires = "build", conflicts_with = "ready", hide_short_help = true)]
    limit: Option<u64>,

    /// With --build: go on with what the same command has listed
    #[arg(long, requires = "build", conflicts_with = "ready", hide_short_help = true)]
    resume: bool,

    /// With --build: the most requests in flight
    #[arg(
        long,
        value_name = "N",
        default_value = "64",
        requires = "build",
        conflicts_with = "ready",
        hide_short_help = true
    )]
    max_concurrency: NonZeroUsize,
}

impl BuildArgs {
    /// What is chosen by these options alone.
    pub fn filter(&self) -> FilterArgs {
        FilterArgs {
            prefixes: self.prefixes.clone(),
            globs: self.globs.clone(),
            regexes: self.regexes.clone(),
            sample: self.sample,
            ..FilterArgs::default()
        }
    }

    /// Builds the list; S3 has it when the job is sent. Without `manifest_to` it goes beside the `report`.
    pub async fn run(
        &self,
        filter: &FilterArgs,
        report: Option<&Location>,
        jobs: &Jobs,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<(JobSource, Objects)> {
        let Some(folder) = self.manifest_to.as_ref().or(report) else {
            return Err(Error::usage("nothing says where the list of the job goes")
                .hint("--manifest-to s3://BUCKET/FOLDER/")
                .into());
        };
        let shelf = Shelf { to: self.manifest_to.as_ref(), folder: folder.clone(), stem: "manifest" };
        // Nothing is listed in vain.
        let client = ctx.aws().await?.s3();
        let what = match self.manifest_to {
            Some(_) => "the list of the job",
            None => "the report, beside which the list of the job goes",
        };
        signals.race(Head::check_place(&client, shelf.bucket(), what, &jobs.region)).await?;
        let building = Building {
            sources: &self.build,
            to: &Destination::Spool,
            versions: self.versions,
            filter,
            limit: self.limit,
            keep_duplicates: false,
            resume: self.resume,
            max_concurrency: self.max_concurrency,
        };
        let built = building.run(signals, ctx).await?;
        if let Some(partly) = built.partly {
            let message = "no job is created: its list would lack objects";
            return Err(Error::new(Kind::Partial, message).because(partly).into());
        }
        if built.assembled.rows == 0 {
            return Err(Error::new(Kind::ConditionFalse, "no object was found: there is nothing to do")
                .because("no job is created")
                .into());
        }
        Objects::built(built.assembled, built.kept, &shelf, jobs.partition)
    }
}
