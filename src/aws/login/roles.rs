//! Credentials of roles that were given for a login and kept: with the login they go.

use std::fs;
use std::path::Path;

use aws_config::profile::ProfileSet;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::session::{self, OfProfile, Session};
use crate::aws::cli_cache::{self, Key};

/// Those of the profiles that log in there; how many there were.
pub fn remove_those_of(folder: Option<&Path>, session: &Session, set: &ProfileSet) -> usize {
    let Some(folder) = folder else { return 0 };
    let of_profile = |name: &str| {
        let value = |key| set.get_profile(name).and_then(|profile| profile.get(key));
        let is_there =
            session::of_profile(set, name).is_ok_and(|of| of == OfProfile::Session(session.clone()));
        let (account, role) = (value("sso_account_id")?, value("sso_role_name")?);
        is_there.then(|| Key::of_login_role(session.name.as_deref(), &session.start_url, account, role))
    };
    let keys = set.profiles().filter_map(of_profile);
    keys.filter(|key| is_removed(&folder.join(key.file()))).count()
}

/// Those of every login.
pub fn remove_all(folder: Option<&Path>) -> usize {
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    entries.filter(|entry| is_of_a_login(&entry.path()) && is_removed(&entry.path())).count()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    provider_type: String,
}

fn is_of_a_login(path: &Path) -> bool {
    let Ok(text) = fs::read(path).map(Zeroizing::new) else { return false };
    serde_json::from_slice::<Entry>(&text).is_ok_and(|entry| entry.provider_type == "sso")
}

fn is_removed(path: &Path) -> bool {
    cli_cache::remove(path).unwrap_or_else(|error| {
        tracing::warn!("{} is not removed: {error}", path.display());
        false
    })
}
