//! The AWS configuration files: which profile is meant, and its values. Reading only; credentials are made
//! elsewhere.

use aws_config::profile::{ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use crate::cli::GlobalArgs;
use crate::error::{Error, Kind, Result};
use crate::output::nearest;
use crate::settings::{Environment, Origin, Setting};

/// The profiles of the configuration and the credentials file.
pub struct Profiles {
    set: Option<ProfileSet>,
    selected: Option<Setting<String>>,
}

impl Profiles {
    /// No files at all: inside `--sandbox`.
    pub fn none() -> Self {
        Profiles { set: None, selected: None }
    }

    pub async fn load(global: &GlobalArgs, env: &Environment) -> Result<Self> {
        let selected = if let Some(name) = &global.profile {
            Some(Setting::new(name.clone(), Origin::Option("--profile")))
        } else {
            ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].into_iter().find_map(|variable| {
                env.text(variable).map(|name| Setting::new(name.to_owned(), Origin::Environment(variable)))
            })
        };
        let name = selected.as_ref().map(|setting| setting.value.clone());
        let set = load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), name.map(Into::into))
            .await
            .map_err(|error| {
                Error::new(Kind::Usage, "cannot read the AWS configuration files")
                    .because(error)
                    .hint("the files are ~/.aws/config and ~/.aws/credentials")
            })?;
        let profiles = Profiles { set: Some(set), selected };
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
        let mut names: Vec<&str> = set.profiles().collect();
        names.sort_unstable();
        Err(match nearest(&selected.value, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None if names.is_empty() => error.hint("no profile is configured; aws configure makes one"),
            None => error.hint(format!("the profiles are {}", names.join(", "))),
        }
        .into())
    }

    /// The profile that was asked for by name; `None` when the default one serves.
    pub fn selected(&self) -> Option<&Setting<String>> {
        self.selected.as_ref()
    }

    pub fn name(&self) -> &str {
        self.selected.as_ref().map_or("default", |setting| &setting.value)
    }

    /// A value of the profile in use.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.set.as_ref()?.get_profile(self.name())?.get(key).filter(|value| !value.is_empty())
    }
}
