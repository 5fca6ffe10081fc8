//! The region: option, environment, profile, and the instance metadata service only on an EC2 instance
//! (asking it elsewhere costs seconds and ends in a warning).

use std::time::Duration;

use aws_config::imds::region::ImdsRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::Profiles;
use super::options::{self, AwsOptions};
use crate::error::{Error, Kind, Result};
use crate::output::nearest;
use crate::settings::{Environment, Origin, Setting};

/// For `--regions`: every region.
pub const ALL: &str = "all";

const METADATA_LIMIT: Duration = Duration::from_secs(2);

/// The regions that were open in November 2026 and where they are: for completion and near matches, never to refuse
/// one.
pub const REGIONS: &[(&str, &str)] = &[
    ("af-south-1", "Cape Town"),
    ("ap-east-1", "Hong Kong"),
    ("ap-east-2", "Taipei"),
    ("ap-northeast-1", "Tokyo"),
    ("ap-northeast-2", "Seoul"),
    ("ap-northeast-3", "Osaka"),
    ("ap-south-1", "Mumbai"),
    ("ap-south-2", "Hyderabad"),
    ("ap-southeast-1", "Singapore"),
    ("ap-southeast-2", "Sydney"),
    ("ap-southeast-3", "Jakarta"),
    ("ap-southeast-4", "Melbourne"),
    ("ap-southeast-5", "Malaysia"),
    ("ap-southeast-6", "New Zealand"),
    ("ap-southeast-7", "Thailand"),
    ("ca-central-1", "Montreal"),
    ("ca-west-1", "Calgary"),
    ("cn-north-1", "Beijing"),
    ("cn-northwest-1", "Ningxia"),
    ("eu-central-1", "Frankfurt"),
    ("eu-central-2", "Zurich"),
    ("eu-north-1", "Stockholm"),
    ("eu-south-1", "Milan"),
    ("eu-south-2", "Spain"),
    ("eu-west-1", "Ireland"),
    ("eu-west-2", "London"),
    ("eu-west-3", "Paris"),
    ("il-central-1", "Tel Aviv"),
    ("me-central-1", "United Arab Emirates"),
    ("me-south-1", "Bahrain"),
    ("mx-central-1", "Mexico"),
    ("sa-east-1", "Sao Paulo"),
    ("us-east-1", "North Virginia"),
    ("us-east-2", "Ohio"),
    ("us-gov-east-1", "GovCloud East"),
    ("us-gov-west-1", "GovCloud West"),
    ("us-west-1", "North California"),
    ("us-west-2", "Oregon"),
];

/// The others of the partition must be enabled first.
const OPEN_TO_ALL: [&str; 21] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

pub async fn resolve(
    options: &AwsOptions,
    env: &Environment,
    profiles: &Profiles,
    client: SharedHttpClient,
) -> Result<Setting<String>> {
    if let Some(region) = configured(options, env, profiles) {
        return check(region);
    }
    if super::signin::metadata_may_be_asked(env) {
        let config = ProviderConfig::without_region().with_http_client(client);
        let provider = ImdsRegionProvider::builder().configure(&config).build();
        if let Ok(Some(region)) = tokio::time::timeout(METADATA_LIMIT, provider.region()).await {
            return check(Setting::new(region.to_string(), Origin::InstanceMetadata));
        }
    }
    Err(Error::new(Kind::Credentials, "no region is set")
        .hint("give --region, set AWS_REGION, or put region into the profile")
        .into())
}

/// A sandbox signs for the region that is asked for, and is in its own where none is. Config files and profiles are about
/// AWS.
pub fn in_sandbox(options: &AwsOptions, env: &Environment, own: &str) -> Result<Setting<String>> {
    let asked = options::asked(&options.region).cloned();
    let asked = asked.or_else(|| options::variable(env, &["AWS_REGION", "AWS_DEFAULT_REGION"]));
    asked.map_or_else(|| Ok(Setting::new(own.to_owned(), Origin::Sandbox)), check)
}

/// Without asking anybody.
pub fn configured(options: &AwsOptions, env: &Environment, profiles: &Profiles) -> Option<Setting<String>> {
    options::asked(&options.region)
        .cloned()
        .or_else(|| options::variable(env, &["AWS_REGION", "AWS_DEFAULT_REGION"]))
        .or_else(|| options::configured(&options.region).cloned())
        .or_else(|| profiles.setting("region"))
        .or_else(|| options.last_region.clone())
}

/// What is to be said where one does not answer that may be misspelt. It may be new, so that nothing is refused for it.
pub fn doubt(region: &str) -> Option<String> {
    let known = || REGIONS.iter().map(|(region, _)| *region);
    let near = if known().any(|known| known == region) { None } else { nearest(region, known()) };
    near.map(|near| format!("{region} is no region that is known; did you mean {near}?"))
}

/// Whether it is open to every account. The others answer only those that have enabled them.
pub fn is_open_to_all(region: &str) -> bool {
    OPEN_TO_ALL.contains(&region)
}

/// The regions of the partition that this one is of.
pub fn of_partition(region: &str) -> impl Iterator<Item = &'static str> {
    let partition = partition(region);
    REGIONS.iter().map(|(region, _)| *region).filter(move |region| self::partition(region) == partition)
}

/// What the names of its regions begin with, where they are not those of most.
fn partition(region: &str) -> Option<&'static str> {
    ["cn-", "us-gov-"].into_iter().find(|start| region.starts_with(start))
}

/// What can be said against a value of `--regions`.
pub fn check_places(text: &str) -> Result<(), String> {
    if text == ALL { Ok(()) } else { check_shape(text) }
}

/// A region becomes part of host names: what cannot be one is refused before anything is sent.
pub fn check(region: Setting<String>) -> Result<Setting<String>> {
    let text = &region.value;
    if is_shaped(text) {
        return Ok(region);
    }
    let error = Error::usage(format!("{text} is not a region ({})", region.origin));
    Err(match nearest(text, REGIONS.iter().map(|(region, _)| *region)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("a region looks like eu-west-1"),
    }
    .into())
}

/// What can be said against a region that nobody has asked for yet.
pub fn check_shape(text: &str) -> Result<(), String> {
    is_shaped(text).then_some(()).ok_or_else(|| "a region looks like eu-west-1".to_owned())
}

fn is_shaped(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let shaped = parts.len() >= 3
        && parts.iter().all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
        && parts.last().is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
    shaped && text.len() <= 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(value: &str) -> Result<Setting<String>> {
        check(Setting::new(value.to_owned(), Origin::Option("--region".into())))
    }

    #[test]
    fn a_region_has_the_shape_of_one() {
        let known = REGIONS.iter().map(|(region, _)| *region);
        for good in known.chain(["us-iso-east-1", "eusc-de-east-1", "xx-new-12"]) {
            assert!(region(good).is_ok(), "{good}");
        }
        for bad in
            ["", "eu", "eu-west", "EU-WEST-1", "eu-west-1.evil.example", "eu-west-1/", "eu--1", "eu-west-1 "]
        {
            assert!(region(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_partition_of_a_region_is_told_by_its_name() {
        assert_eq!(of_partition("cn-north-1").collect::<Vec<_>>(), ["cn-north-1", "cn-northwest-1"]);
        assert_eq!(of_partition("us-gov-west-1").count(), 2);
        let usual: Vec<&str> = of_partition("xx-new-12").collect();
        assert_eq!(usual.len(), REGIONS.len() - 4);
        assert_eq!(usual.iter().filter(|region| is_open_to_all(region)).count(), 17);
        assert!(OPEN_TO_ALL.iter().all(|region| REGIONS.iter().any(|(known, _)| known == region)));
    }

    #[test]
    fn the_option_wins_then_the_environment_then_a_file() {
        let asked = |origin| AwsOptions {
            region: Some(Setting::new("eu-west-1".into(), origin)),
            ..AwsOptions::default()
        };
        let (option, file) =
            (asked(Origin::Option("--region".into())), asked(Origin::File { path: "c".into(), line: 1 }));
        let env = Environment::from_iter([("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-2")]);
        let of = |options: &AwsOptions, env: &Environment| {
            configured(options, env, &Profiles::none()).map(|it| (it.value, it.origin.to_string()))
        };
        let found = |value: &str, origin: &str| Some((value.to_owned(), origin.to_owned()));
        assert_eq!(of(&option, &env), found("eu-west-1", "option --region"));
        assert_eq!(of(&file, &env), found("us-east-1", "environment AWS_REGION"));
        assert_eq!(of(&file, &Environment::default()), found("eu-west-1", "c:1"));
        assert_eq!(of(&AwsOptions::default(), &Environment::default()), None);
    }
}
