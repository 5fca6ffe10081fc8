//! What the user asked of AWS, with where each wish came from. AWS's own variables stand between what was typed and
//! what a config file of opsctl says: a variable is set for one shell, a file for all of them.

use std::time::Duration;

use crate::settings::{Environment, Origin, Setting};

/// Options, `OPSCTL_` variables and config files, merged.
#[derive(Debug, Clone, Default)]
pub struct AwsOptions {
    pub profile: Option<Setting<String>>,
    pub region: Option<Setting<String>>,
    /// Where nothing else names a region.
    pub last_region: Option<Setting<String>>,
    pub endpoint_url: Option<Setting<String>>,
    pub max_attempts: Option<Setting<u32>>,
    pub retry_mode: Option<Setting<RetryMode>>,
    pub connect_timeout: Option<Duration>,
    pub read_timeout: Option<Duration>,
}

/// The SDK's retry strategies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RetryMode {
    Standard,
    Adaptive,
}

/// What was typed or set for opsctl, and comes before AWS's own variables.
pub(super) fn asked<T>(setting: &Option<Setting<T>>) -> Option<&Setting<T>> {
    setting.as_ref().filter(|setting| !is_from_file(setting))
}

/// What a config file says, and comes after AWS's own variables.
pub(super) fn configured<T>(setting: &Option<Setting<T>>) -> Option<&Setting<T>> {
    setting.as_ref().filter(|setting| is_from_file(setting))
}

fn is_from_file<T>(setting: &Setting<T>) -> bool {
    matches!(setting.origin, Origin::File { .. })
}

/// A variable of AWS as a setting.
pub(super) fn variable(env: &Environment, names: &[&'static str]) -> Option<Setting<String>> {
    names.iter().find_map(|name| {
        env.text(name).map(|value| Setting::new(value.to_owned(), Origin::Environment((*name).into())))
    })
}
