//! The options that say which objects: a manifest, an inventory, a list that S3 makes itself, or one that is built now.

use clap::{ArgGroup, Args};
use jiff::Timestamp;
use opsctl_engine::batch::{
    Filter, Generator, KeyNameConstraint, Manifest, ManifestEncryption, ManifestGenerator, ManifestLocation,
    ManifestSpec, Nothing, OutputLocation, Source, words,
};
use opsctl_engine::manifest::{Columns, Location};

use super::super::api::Jobs;
use super::super::objects::Objects;
use super::super::preflight::Head;
use super::build_args::BuildArgs;
use super::token::Ages;
use crate::cli::Moment;
use crate::commands::s3::filter::{FilterArgs, size};
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::signals::Signals;

#[derive(Debug, Clone, Args)]
#[command(
    next_help_heading = "Target",
    group(ArgGroup::new("objects").required(true).args(["manifest", "inventory", "generate", "build"])),
    group(ArgGroup::new("chosen").args(["generate", "build"])),
    // An option that needs one of them is at odds with the others, and clap has to be told of both.
    group(ArgGroup::new("named").args(["manifest", "inventory"])),
    group(ArgGroup::new("ready").args(["manifest", "inventory", "generate"])),
    group(ArgGroup::new("sent").args(["manifest", "inventory", "build"]))
)]
pub struct SourceArgs {
    /// A CSV manifest, s3://BUCKET/KEY
    #[arg(long, value_name = "S3-URI")]
    pub manifest: Option<Location>,

    /// The manifest.json of an S3 Inventory in CSV
    #[arg(long, value_name = "S3-URI")]
    pub inventory: Option<Location>,

    /// S3 makes the list itself: s3://BUCKET/PREFIX
    #[arg(long, value_name = "S3-URI")]
    pub generate: Option<Location>,

    #[command(flatten)]
    pub built: BuildArgs,

    /// The ETag that the manifest must have; else that of now
    #[arg(long, value_name = "ETAG", conflicts_with = "chosen", hide_short_help = true)]
    pub etag: Option<String>,

    /// The version of the manifest; else the newest
    #[arg(long, value_name = "ID", conflicts_with = "chosen", hide_short_help = true)]
    pub manifest_version: Option<String>,

    /// The columns of the manifest: Bucket, Key, VersionId, Ignore; else told by its first line
    #[arg(
        long, value_name = "A,B,C", requires = "manifest",
        conflicts_with_all = ["inventory", "generate", "build"], hide_short_help = true
    )]
    pub fields: Option<Columns>,

    /// With --generate: where the list is kept
    #[arg(
        long,
        value_name = "S3-URI",
        requires = "generate",
        conflicts_with = "sent",
        hide_short_help = true
    )]
    pub keep_manifest: Option<Location>,

    /// With --generate or --build: keys that end so
    #[arg(long, value_name = "TEXT", requires = "chosen", conflicts_with = "named", hide_short_help = true)]
    pub suffix: Option<String>,

    /// With --generate: keys that have this in them
    #[arg(long, value_name = "TEXT", requires = "generate", conflicts_with = "sent", hide_short_help = true)]
    pub substring: Option<String>,

    /// With --generate or --build: objects of more than this, as 10MB
    #[arg(
        long, value_name = "SIZE", value_parser = size, requires = "chosen", conflicts_with = "named",
        hide_short_help = true
    )]
    pub larger_than: Option<u64>,

    /// With --generate or --build: objects of less than this
    #[arg(
        long, value_name = "SIZE", value_parser = size, requires = "chosen", conflicts_with = "named",
        hide_short_help = true
    )]
    pub smaller_than: Option<u64>,

    /// With --generate or --build: objects made after this time
    #[arg(long, value_name = "TIME", requires = "chosen", conflicts_with = "named", hide_short_help = true)]
    pub created_after: Option<Moment>,

    /// With --generate or --build: objects made before this time
    #[arg(long, value_name = "TIME", requires = "chosen", conflicts_with = "named", hide_short_help = true)]
    pub created_before: Option<Moment>,

    /// With --generate or --build: objects of these storage classes
    #[arg(
        long, value_name = "CLASS", value_delimiter = ',', ignore_case = true,
        value_parser = clap::builder::PossibleValuesParser::new(words::STORAGE_CLASSES),
        requires = "chosen", conflicts_with = "named", hide_short_help = true
    )]
    pub of_class: Vec<String>,

    /// With --generate: objects in these states of replication
    #[arg(
        long, value_name = "STATUS", value_delimiter = ',', ignore_case = true,
        value_parser = clap::builder::PossibleValuesParser::new(words::REPLICATION_STATUSES),
        requires = "generate", conflicts_with = "sent", hide_short_help = true
    )]
    pub replication_status: Vec<String>,

    /// With --generate: objects that the bucket's rules would replicate
    #[arg(long, requires = "generate", conflicts_with = "sent", hide_short_help = true)]
    pub eligible_for_replication: bool,
}

impl SourceArgs {
    /// Everything else here needs one of these.
    pub fn is_given(&self) -> bool {
        let SourceArgs { manifest, inventory, generate, built, etag, manifest_version, .. } = self;
        let named =
            manifest.is_some() || inventory.is_some() || generate.is_some() || !built.build.is_empty();
        named || etag.is_some() || manifest_version.is_some()
    }

    /// As far as it is known before anything is looked at: with a manifest that stands for the one to come.
    pub fn beforehand(&self, partition: &str, ctx: &Context) -> Result<Source> {
        if let Some(location) = &self.generate {
            return Ok(Source::ManifestGenerator(Box::new(self.generator(location, partition, ctx)?)));
        }
        if !self.built.build.is_empty() {
            self.filter()?.filter(ctx.now(), &ctx.out().settings().zone)?;
        }
        let fields = ["Bucket", "Key"].map(str::to_owned).to_vec();
        let spec = ManifestSpec { format: words::MANIFEST_CSV.to_owned(), fields: Some(fields) };
        let object_arn = Location { bucket: "given".to_owned(), key: "elsewhere".to_owned() }.arn(partition);
        let location = ManifestLocation { object_arn, object_version_id: None, e_tag: "0".to_owned() };
        Ok(Source::Manifest(Manifest { spec, location }))
    }

    /// As a job document has it, with what is known of the objects by then. `report`: beside which a list is kept.
    pub async fn resolve(
        &self,
        report: Option<&Location>,
        jobs: &Jobs,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<(Source, Objects)> {
        let partition = jobs.partition;
        if let Some(location) = &self.generate {
            let generator = self.generator(location, partition, ctx)?;
            return Ok((Source::ManifestGenerator(Box::new(generator)), Objects::default()));
        }
        if !self.built.build.is_empty() {
            return self.built.run(&self.filter()?, report, jobs, ctx, signals).await;
        }
        let Some(location) = self.manifest.as_ref().or(self.inventory.as_ref()) else {
            return Err(Error::usage("nothing says which objects are meant").into());
        };
        let client = ctx.aws().await?.s3();
        let version = self.manifest_version.as_deref();
        let head = signals.race(Head::fetch(&client, location, version, &jobs.region)).await?;
        if let Some(expected) = self.etag.as_deref().map(|etag| etag.trim_matches('"'))
            && expected != head.etag
        {
            return Err(stale(location, expected, &head.etag));
        }
        let spec = match &self.inventory {
            Some(_) => ManifestSpec { format: words::MANIFEST_INVENTORY.to_owned(), fields: None },
            None => {
                let columns = match &self.fields {
                    Some(columns) => columns.clone(),
                    None => head.columns(location)?,
                };
                let fields = columns.fields().iter().map(|field| field.name().to_owned()).collect();
                ManifestSpec { format: words::MANIFEST_CSV.to_owned(), fields: Some(fields) }
            }
        };
        let location = ManifestLocation {
            object_arn: location.arn(partition),
            object_version_id: self.manifest_version.clone(),
            e_tag: head.etag.clone(),
        };
        let objects = Objects { head: Some(head), ..Objects::default() };
        Ok((Source::Manifest(Manifest { spec, location }), objects))
    }

    /// The times that S3 chooses by, as they were said; those of a list that is built are not in the document.
    pub fn ages(&self, ages: &mut Ages) {
        if self.generate.is_some() {
            ages.add("/ManifestGenerator/S3JobManifestGenerator/Filter/CreatedAfter", self.created_after);
            ages.add("/ManifestGenerator/S3JobManifestGenerator/Filter/CreatedBefore", self.created_before);
        }
    }

    /// Which objects of a list that is built: by the words that S3 chooses by, and some of opsctl's own.
    fn filter(&self) -> Result<FilterArgs> {
        let none = || Error::usage("no object is smaller than that").hint("--smaller-than 1MB");
        let below = |size: u64| size.checked_sub(1).ok_or_else(none);
        Ok(FilterArgs {
            suffixes: self.suffix.iter().cloned().collect(),
            min_size: self.larger_than.map(|size| size.saturating_add(1)),
            max_size: self.smaller_than.map(below).transpose()?,
            since: self.created_after,
            until: self.created_before,
            storage_classes: self.of_class.iter().map(|class| class.to_ascii_uppercase()).collect(),
            ..self.built.filter()
        })
    }

    fn generator(&self, location: &Location, partition: &str, ctx: &Context) -> Result<ManifestGenerator> {
        let bucket = |location: &Location| {
            Location { bucket: location.bucket.clone(), key: String::new() }.arn(partition)
        };
        let one = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| vec![text.to_owned()]);
        let names = KeyNameConstraint {
            match_any_prefix: one(Some(&location.key)),
            match_any_suffix: one(self.suffix.as_deref()),
            match_any_substring: one(self.substring.as_deref()),
        };
        let several = |words: &[String]| {
            (!words.is_empty()).then(|| words.iter().map(|word| word.to_ascii_uppercase()).collect())
        };
        let bytes = |size: Option<u64>| size.and_then(|size| i64::try_from(size).ok());
        let filter = Filter {
            eligible_for_replication: self.eligible_for_replication.then_some(true),
            created_after: moment(self.created_after, ctx)?,
            created_before: moment(self.created_before, ctx)?,
            object_replication_statuses: several(&self.replication_status),
            key_name_constraint: (names != KeyNameConstraint::default()).then_some(names),
            object_size_greater_than_bytes: bytes(self.larger_than),
            object_size_less_than_bytes: bytes(self.smaller_than),
            match_any_storage_class: several(&self.of_class),
            match_any_object_encryption: None,
        };
        let output = |kept: &Location| OutputLocation {
            expected_manifest_bucket_owner: None,
            bucket: bucket(kept),
            manifest_prefix: (!kept.key.is_empty()).then(|| kept.key.trim_end_matches('/').to_owned()),
            manifest_encryption: Some(ManifestEncryption { sse_s3: Some(Nothing {}), sse_kms: None }),
            manifest_format: words::GENERATED_MANIFEST.to_owned(),
        };
        Ok(ManifestGenerator {
            s3_job_manifest_generator: Generator {
                expected_bucket_owner: None,
                source_bucket: bucket(location),
                manifest_output_location: self.keep_manifest.as_ref().map(output),
                filter: (filter != Filter::default()).then_some(filter),
                enable_manifest_output: self.keep_manifest.is_some(),
            },
        })
    }
}

pub fn stale(location: &Location, expected: &str, found: &str) -> anyhow::Error {
    Error::new(Kind::Conflict, format!("the manifest {location} has changed: its ETag is not {expected}"))
        .because(format!("its ETag is {found} now"))
        .hint("look at it again, and leave the ETag out to take it as it is")
        .into()
}

/// A time as a user wrote it.
pub fn moment(moment: Option<Moment>, ctx: &Context) -> Result<Option<Timestamp>> {
    let resolve = |moment: Moment| {
        moment
            .resolve(ctx.now(), &ctx.out().settings().zone)
            .map_err(|error| Error::usage("the time is beyond the calendar").because(error).into())
    };
    moment.map(resolve).transpose()
}
