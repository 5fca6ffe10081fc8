//! The AWS configuration files: which profile is meant, and its values. Reading only; credentials are made
//! elsewhere.

use std::sync::Arc;

use aws_config::profile::{ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};
use opsctl_engine::glob;

use super::options::{AwsOptions, asked, configured, variable};
use crate::error::{Error, Kind, Result};
use crate::output::nearest;
use crate::settings::{Environment, Origin, Setting};

/// The profile that serves where none is named.
pub const DEFAULT: &str = "default";

/// A profile that can be asked for.
pub struct KnownProfile {
    pub name: String,
    /// Its region and how it signs in.
    pub about: String,
}

/// Every profile of the files, by name.
pub async fn known_profiles() -> Result<Vec<KnownProfile>> {
    let set = read(None).await?;
    let mut names: Vec<&str> = set.profiles().collect();
    names.sort_unstable();
    let known = names.into_iter().filter_map(|name| {
        let profile = set.get_profile(name)?;
        let value = |key: &str| profile.get(key).filter(|value| !value.is_empty());
        let role = || value("role_arn").map(|role| format!("role {role}"));
        let sso = || {
            let account = value("sso_account_id")?;
            Some(format!("SSO, account {account}, {}", value("sso_role_name").unwrap_or("no role")))
        };
        let program = || value("credential_process").map(|_| "program".to_owned());
        let keys = || value("aws_access_key_id").map(|_| "keys".to_owned());
        let parts = [value("region").map(str::to_owned), role().or_else(sso).or_else(program).or_else(keys)];
        let about = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Some(KnownProfile { name: name.to_owned(), about })
    });
    Ok(known.collect())
}

/// Every place to log in at that the files name, with its address.
pub async fn known_sso_sessions() -> Result<Vec<(String, String)>> {
    let set = read(None).await?;
    let mut names: Vec<&str> = set.sso_sessions().collect();
    names.sort_unstable();
    let about = |name: &str| set.sso_session(name).and_then(|session| session.get("sso_start_url"));
    Ok(names.into_iter().map(|name| (name.to_owned(), about(name).unwrap_or_default().to_owned())).collect())
}

async fn read(selected: Option<String>) -> Result<ProfileSet> {
    let read = load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), selected.map(Into::into)).await;
    Ok(read.map_err(|error| {
        Error::new(Kind::Usage, "cannot read the AWS configuration files")
            .because(error)
            .hint("the files are ~/.aws/config and ~/.aws/credentials")
    })?)
}

/// The profile that is named anywhere; no file of AWS is asked whether there is one.
pub fn selected(options: &AwsOptions, env: &Environment) -> Option<Setting<String>> {
    // Keys in the environment say who calls: a file does not change that.
    let of_file = || configured(&options.profile).filter(|_| env.text("AWS_ACCESS_KEY_ID").is_none());
    asked(&options.profile)
        .cloned()
        .or_else(|| variable(env, &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]))
        .or_else(|| of_file().cloned())
}

fn with_known(error: Error, name: &str, mut known: Vec<&str>) -> Error {
    known.sort_unstable();
    match nearest(name, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None if known.is_empty() => error.hint("no profile is configured; aws configure makes one"),
        None => error.hint(format!("the profiles are {}", known.join(", "))),
    }
}

/// The profiles that names and patterns with `*` and `?` mean, in their order, each once.
pub async fn meant_profiles(wanted: &Setting<Vec<String>>) -> Result<Vec<Setting<String>>> {
    let known: Vec<String> = known_profiles().await?.into_iter().map(|profile| profile.name).collect();
    let mut meant: Vec<Setting<String>> = Vec::new();
    for wish in &wanted.value {
        // A name may have any character of a pattern in it, so what is called so comes first.
        let is_pattern = glob::is_pattern(wish) && !known.contains(wish);
        let is_meant = |name: &&String| if is_pattern { glob::fits(wish, name) } else { *name == wish };
        let found: Vec<&String> = known.iter().filter(is_meant).collect();
        if found.is_empty() {
            let what = if is_pattern { "no profile is like" } else { "there is no profile" };
            let error = Error::new(Kind::Credentials, format!("{what} {wish:?} ({})", wanted.origin));
            return Err(with_known(error, wish, known.iter().map(String::as_str).collect()).into());
        }
        for name in found {
            if meant.iter().all(|known| known.value != *name) {
                meant.push(Setting::new(name.clone(), wanted.origin.clone()));
            }
        }
    }
    Ok(meant)
}

/// The profiles of the configuration and the credentials file.
pub struct Profiles {
    set: Option<Arc<ProfileSet>>,
    selected: Option<Setting<String>>,
}

impl Profiles {
    /// No files at all: inside `--sandbox`.
    pub fn none() -> Self {
        Profiles { set: None, selected: None }
    }

    pub async fn load(options: &AwsOptions, env: &Environment) -> Result<Self> {
        let selected = selected(options, env);
        let name = selected.as_ref().map(|setting| setting.value.clone());
        let set = read(name).await?;
        let profiles = Profiles { set: Some(Arc::new(set)), selected };
        profiles.check_selected()?;
        Ok(profiles)
    }

    fn check_selected(&self) -> Result<()> {
        let (Some(set), Some(selected)) = (&self.set, &self.selected) else { return Ok(()) };
        if set.get_profile(&selected.value).is_some() {
            return Ok(());
        }
        let error = Error::new(
            Kind::Credentials,
            format!("profile {} does not exist ({})", selected.value, selected.origin),
        );
        Err(with_known(error, &selected.value, set.profiles().collect()).into())
    }

    /// The profile that was asked for by name; `None` when the default one serves.
    pub fn selected(&self) -> Option<&Setting<String>> {
        self.selected.as_ref()
    }

    pub fn name(&self) -> &str {
        self.selected.as_ref().map_or(DEFAULT, |setting| &setting.value)
    }

    /// All of them; `None` where no files are read.
    pub fn set(&self) -> Option<Arc<ProfileSet>> {
        self.set.clone()
    }

    /// A value of the profile in use.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.set.as_ref()?.get_profile(self.name())?.get(key).filter(|value| !value.is_empty())
    }

    /// A value that is nested under another: `addressing_style` under `s3`.
    pub fn nested(&self, key: &str, name: &str) -> Option<&str> {
        let is_named = |line: &&str| line.split_once('=').is_some_and(|(known, _)| known.trim() == name);
        let (_, value) = self.value(key)?.lines().find(is_named)?.split_once('=')?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// The same, with its origin.
    pub fn setting(&self, key: &str) -> Option<Setting<String>> {
        let origin = || Origin::Profile(self.name().to_owned());
        self.value(key).map(|value| Setting::new(value.to_owned(), origin()))
    }
}
