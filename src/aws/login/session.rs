//! Which login of IAM Identity Center is meant, as the configuration files say it. Reading only.

use aws_config::profile::ProfileSet;

use crate::error::{Error, Kind};
use crate::output::nearest;

/// What a client asks for that says nothing else: to list accounts and to get credentials of their roles.
pub const ACCOUNT_ACCESS: &str = "sso:account:access";

/// A place to log in at. Profiles that name the same one share its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Of its section; none in a profile of the older kind.
    pub name: Option<String>,
    pub start_url: String,
    pub region: String,
    /// `sso_registration_scopes`, where they are said.
    pub scopes: Option<Vec<String>>,
}

impl Session {
    /// For people.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.start_url)
    }

    /// Does its token give access to accounts?
    pub fn is_for_accounts(&self) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope == ACCOUNT_ACCESS))
    }
}

/// What a profile says of how it logs in.
#[derive(Debug, PartialEq)]
pub enum OfProfile {
    Session(Session),
    /// A console login, as `aws login` makes it.
    Console,
    /// None of both.
    Other,
}

/// Where this profile logs in, or the one whose credentials its role is assumed with.
pub fn of_profile(set: &ProfileSet, profile: &str) -> Result<OfProfile, Error> {
    let mut name = profile;
    let mut seen = vec![name];
    loop {
        let Some(section) = set.get_profile(name) else { return Ok(OfProfile::Other) };
        let value = |key: &str| section.get(key).filter(|value| !value.is_empty());
        if let Some(session) = value("sso_session") {
            return named(set, session)
                .map(OfProfile::Session)
                .map_err(|error| error.because(format!("sso_session of profile {name} names it")));
        }
        if let Some(start_url) = value("sso_start_url") {
            let missing = || wrong(&format!("profile {name}"), "sso_region");
            return Ok(OfProfile::Session(Session {
                name: None,
                start_url: start_url.to_owned(),
                region: checked_region(value("sso_region").ok_or_else(missing)?, name)?,
                scopes: None,
            }));
        }
        if value("login_session").is_some() {
            return Ok(OfProfile::Console);
        }
        match value("source_profile").filter(|next| !seen.contains(next)) {
            Some(next) => name = next,
            None => return Ok(OfProfile::Other),
        }
        seen.push(name);
    }
}

/// The section `[sso-session NAME]`.
pub fn named(set: &ProfileSet, name: &str) -> Result<Session, Error> {
    let Some(section) = set.sso_session(name) else {
        let error = Error::new(Kind::Credentials, format!("there is no [sso-session {name}]"));
        let mut names: Vec<&str> = set.sso_sessions().collect();
        names.sort_unstable();
        return Err(match nearest(name, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None if names.is_empty() => error.hint("aws configure sso-session makes one"),
            None => error.hint(format!("the sessions are {}", names.join(", "))),
        });
    };
    let value = |key: &'static str| section.get(key).filter(|value| !value.is_empty());
    let needed = |key| value(key).ok_or_else(|| wrong(&format!("[sso-session {name}]"), key));
    let scopes = value("sso_registration_scopes").map(|scopes| {
        let scopes = scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty());
        scopes.map(str::to_owned).collect()
    });
    Ok(Session {
        name: Some(name.to_owned()),
        start_url: needed("sso_start_url")?.to_owned(),
        region: checked_region(needed("sso_region")?, name)?,
        scopes,
    })
}

/// Every place that the files know, each once; those that are not whole are left out.
pub fn all(set: &ProfileSet) -> Vec<Session> {
    let mut names: Vec<&str> = set.sso_sessions().collect();
    names.sort_unstable();
    let mut found: Vec<Session> = names.into_iter().filter_map(|name| named(set, name).ok()).collect();
    let mut profiles: Vec<&str> = set.profiles().collect();
    profiles.sort_unstable();
    for profile in profiles {
        if let Ok(OfProfile::Session(session)) = of_profile(set, profile)
            && !found.contains(&session)
        {
            found.push(session);
        }
    }
    found
}

/// It becomes part of a host's name.
fn checked_region(region: &str, place: &str) -> Result<String, Error> {
    crate::aws::check_region(region)
        .map(|()| region.to_owned())
        .map_err(|hint| Error::usage(format!("sso_region of {place} is no region: {region}")).hint(hint))
}

fn wrong(place: &str, key: &str) -> Error {
    Error::usage(format!("{key} is missing in {place}")).hint("aws configure sso sets a login up")
}

#[cfg(test)]
mod tests {
    use aws_config::profile::load;
    use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
    use aws_types::os_shim_internal::{Env, Fs};

    use super::*;

    const FILE: &str = "\
        [sso-session my]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n\
        sso_registration_scopes = sso:account:access, more ,\n\
        [sso-session half]\nsso_region = eu-west-1\n\
        [sso-session odd]\nsso_start_url = https://x/start\nsso_region = eu-west-1.example\n\
        [profile dev]\nsso_session = my\n\
        [profile old]\nsso_start_url = https://y/start\nsso_region = us-east-1\n\
        [profile role]\nrole_arn = arn\nsource_profile = dev\n\
        [profile round]\nsource_profile = about\n[profile about]\nsource_profile = round\n\
        [profile console]\nlogin_session = arn\n\
        [profile typo]\nsso_session = mine\n\
        [profile keys]\naws_access_key_id = AKIA\n";

    async fn files() -> ProfileSet {
        let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, FILE).build();
        load(&Fs::from_slice(&[]), &Env::from_slice(&[]), &files, None).await.unwrap()
    }

    #[tokio::test]
    async fn a_profile_leads_to_its_login() {
        let set = files().await;
        let my = Session {
            name: Some("my".into()),
            start_url: "https://x/start".into(),
            region: "eu-west-1".into(),
            scopes: Some(vec![ACCOUNT_ACCESS.into(), "more".into()]),
        };
        let old = Session {
            name: None,
            start_url: "https://y/start".into(),
            region: "us-east-1".into(),
            scopes: None,
        };
        for (profile, expected) in [
            ("dev", OfProfile::Session(my.clone())),
            ("role", OfProfile::Session(my.clone())),
            ("old", OfProfile::Session(old.clone())),
            ("console", OfProfile::Console),
            ("round", OfProfile::Other),
            ("keys", OfProfile::Other),
            ("nobody", OfProfile::Other),
        ] {
            assert_eq!(of_profile(&set, profile).unwrap(), expected, "{profile}");
        }
        assert_eq!(all(&set), [my, old]);
    }

    #[tokio::test]
    async fn what_is_not_whole_is_told() {
        let set = files().await;
        for (name, told) in [
            ("half", "sso_start_url is missing in [sso-session half]"),
            ("odd", "sso_region of odd is no region: eu-west-1.example"),
            ("none", "there is no [sso-session none]"),
        ] {
            assert_eq!(named(&set, name).unwrap_err().to_string(), told);
        }
        assert_eq!(of_profile(&set, "typo").unwrap_err().to_string(), "there is no [sso-session mine]");
    }
}
