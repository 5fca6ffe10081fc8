//! How a profile signs in, as the configuration files say it. Reading only: nobody is called or asked here.

use std::fmt;

use aws_config::profile::ProfileSet;
use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::output::nearest;

/// What AWS allows for a role.
const SECONDS: std::ops::RangeInclusive<i32> = 900..=43_200;

/// The ways to sign in, in the order in which a profile that knows several takes them.
#[derive(Debug, PartialEq)]
pub enum Method {
    Role(Box<Role>),
    WebIdentity {
        role_arn: String,
        token_file: String,
        session_name: Option<String>,
    },
    Sso(Sso),
    Keys(Keys),
    /// A console login, as `aws login` makes it.
    Login(String),
    /// `credential_process`.
    Program(String),
}

/// A role that is assumed with the credentials of somebody else.
#[derive(Debug, PartialEq)]
pub struct Role {
    pub profile: String,
    pub arn: String,
    pub source: Source,
    pub external_id: Option<String>,
    pub duration_seconds: Option<i32>,
    pub session_name: Option<String>,
    pub mfa_serial: Option<String>,
}

#[derive(Debug, PartialEq)]
pub enum Source {
    Profile { name: String, method: Method },
    Environment,
    InstanceMetadata,
    Container,
}

/// IAM Identity Center.
#[derive(Debug, PartialEq)]
pub struct Sso {
    /// The `sso-session`; none in a profile of the older kind.
    pub session: Option<String>,
    pub start_url: String,
    pub region: String,
    pub account_id: String,
    pub role_name: String,
}

#[derive(PartialEq)]
pub struct Keys {
    pub id: String,
    pub secret: Zeroizing<String>,
    pub token: Option<Zeroizing<String>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What profiles are read from.
pub struct Reader<'a> {
    pub set: &'a ProfileSet,
    /// The paths of the configuration files, for those who have to correct them.
    pub files: &'a str,
}

impl Reader<'_> {
    /// `None`: the profile says nothing about it.
    pub fn method(&self, profile: &str) -> Result<Option<Method>, Error> {
        self.read(profile, &mut vec![profile.to_owned()])
    }

    /// `path`: the profiles that led here, this one last.
    fn read(&self, name: &str, path: &mut Vec<String>) -> Result<Option<Method>, Error> {
        let value = |key| self.value(name, key);
        let has_keys = value("aws_access_key_id").or(value("aws_secret_access_key")).is_some();
        // As the AWS CLI has it, a profile that others build on gives the keys it has before the role it names.
        if let Some(arn) = value("role_arn").filter(|_| path.len() == 1 || !has_keys) {
            if let Some(token_file) = value("web_identity_token_file") {
                return Ok(Some(Method::WebIdentity {
                    role_arn: arn.to_owned(),
                    token_file: token_file.to_owned(),
                    session_name: value("role_session_name").map(str::to_owned),
                }));
            }
            let source = self.source(name, has_keys, path)?;
            return Ok(Some(Method::Role(Box::new(Role {
                profile: name.to_owned(),
                arn: arn.to_owned(),
                source,
                external_id: value("external_id").map(str::to_owned),
                duration_seconds: value("duration_seconds")
                    .map(|text| self.seconds(name, text))
                    .transpose()?,
                session_name: value("role_session_name").map(str::to_owned),
                mfa_serial: value("mfa_serial").map(str::to_owned),
            }))));
        }
        if value("sso_account_id").or(value("sso_role_name")).is_some() {
            return self.sso(name).map(|sso| Some(Method::Sso(sso)));
        }
        if has_keys {
            return self.keys(name).map(|keys| Some(Method::Keys(keys)));
        }
        if let Some(session) = value("login_session") {
            return Ok(Some(Method::Login(session.to_owned())));
        }
        Ok(value("credential_process").map(|line| Method::Program(line.to_owned())))
    }

    fn source(&self, name: &str, has_keys: bool, path: &mut Vec<String>) -> Result<Source, Error> {
        let source = match (self.value(name, "source_profile"), self.value(name, "credential_source")) {
            (Some(source), None) => source,
            (None, Some("Environment")) => return Ok(Source::Environment),
            (None, Some("Ec2InstanceMetadata")) => return Ok(Source::InstanceMetadata),
            (None, Some("EcsContainer")) => return Ok(Source::Container),
            (None, Some(other)) => {
                let known = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
                let error = self.wrong(name, "credential_source", &format!("there is no source {other}"));
                return Err(match nearest(other, known) {
                    Some(near) => error.hint(format!("did you mean {near}?")),
                    None => error.hint(format!("the sources are {}", known.join(", "))),
                });
            }
            (Some(_), Some(_)) => {
                return Err(self.wrong(name, "credential_source", "source_profile is there, too").hint(
                    "a role is assumed with the credentials of one of them: take the other line away",
                ));
            }
            (None, None) => {
                let why = "who assumes the role is not said";
                return Err(self.wrong(name, "role_arn", why).hint(
                    "source_profile names the profile that may assume it, credential_source another place",
                ));
            }
        };
        if source == name && has_keys {
            let method = Method::Keys(self.keys(name)?);
            return Ok(Source::Profile { name: source.to_owned(), method });
        }
        if let Some(at) = path.iter().position(|before| before == source) {
            let circle: Vec<&str> =
                path.iter().skip(at).map(String::as_str).chain(std::iter::once(source)).collect();
            return Err(self
                .wrong(
                    name,
                    "source_profile",
                    &format!("the profiles go in a circle: {}", circle.join(" -> ")),
                )
                .hint("the last profile of a chain has credentials of its own"));
        }
        if self.set.get_profile(source).is_none() {
            let message = format!("source_profile of the profile {name} is {source}, which does not exist");
            let error = Error::new(Kind::Credentials, message).because(format!("read from {}", self.files));
            let mut names: Vec<&str> = self.set.profiles().collect();
            names.sort_unstable();
            return Err(match nearest(source, names.iter().copied()) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint(format!("the profiles are {}", names.join(", "))),
            });
        }
        path.push(source.to_owned());
        let method = self.read(source, path)?.ok_or_else(|| {
            self.wrong(name, "source_profile", &format!("the profile {source} has no credentials"))
        })?;
        Ok(Source::Profile { name: source.to_owned(), method })
    }

    fn seconds(&self, name: &str, text: &str) -> Result<i32, Error> {
        text.parse().ok().filter(|seconds| SECONDS.contains(seconds)).ok_or_else(|| {
            let allowed = format!("{text} is not a number from {} to {}", SECONDS.start(), SECONDS.end());
            self.wrong(name, "duration_seconds", &allowed)
        })
    }

    fn sso(&self, name: &str) -> Result<Sso, Error> {
        let session = self.value(name, "sso_session");
        let of_session = match session {
            Some(session) => Some(self.set.sso_session(session).ok_or_else(|| {
                let error = self.wrong(name, "sso_session", &format!("there is no [sso-session {session}]"));
                match nearest(session, self.set.sso_sessions()) {
                    Some(near) => error.hint(format!("did you mean {near}?")),
                    None => error.hint("aws configure sso-session makes one"),
                }
            })?),
            None => None,
        };
        let needed = |key: &'static str| {
            let section = of_session.and_then(|section| section.get(key));
            let found = section.or_else(|| self.value(name, key)).filter(|value| !value.is_empty());
            found.map(str::to_owned).ok_or_else(|| self.wrong(name, key, "it is missing"))
        };
        Ok(Sso {
            session: session.map(str::to_owned),
            start_url: needed("sso_start_url")?,
            region: needed("sso_region")?,
            account_id: needed("sso_account_id")?,
            role_name: needed("sso_role_name")?,
        })
    }

    fn keys(&self, name: &str) -> Result<Keys, Error> {
        let needed = |key, other| {
            let found = self.value(name, key).map(str::to_owned);
            found.ok_or_else(|| self.wrong(name, key, &format!("it is missing where {other} is there")))
        };
        Ok(Keys {
            id: needed("aws_access_key_id", "aws_secret_access_key")?,
            secret: needed("aws_secret_access_key", "aws_access_key_id")?.into(),
            token: self.value(name, "aws_session_token").map(|token| token.to_owned().into()),
        })
    }

    fn value(&self, profile: &str, key: &str) -> Option<&str> {
        self.set.get_profile(profile)?.get(key).filter(|value| !value.is_empty())
    }

    fn wrong(&self, profile: &str, key: &str, why: &str) -> Error {
        Error::usage(format!("cannot sign in with the profile {profile}: {key}: {why}"))
            .because(format!("read from {}", self.files))
    }
}

#[cfg(test)]
mod tests {
    use aws_config::profile::load;
    use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
    use aws_types::os_shim_internal::{Env, Fs};

    use super::*;
    use crate::error::Report;

    async fn method(text: &str, profile: &str) -> Result<Option<Method>, Error> {
        let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, text).build();
        let set = load(&Fs::from_slice(&[]), &Env::from_slice(&[]), &files, None).await.unwrap();
        Reader { set: &set, files: "~/.aws/config" }.method(profile)
    }

    async fn refused(text: &str) -> (Kind, String) {
        let report = Report::new(&method(text, "a").await.unwrap_err().into());
        (report.kind, [vec![report.line()], report.hints].concat().join("; "))
    }

    const KEYS: &str = "aws_access_key_id = AKIA\naws_secret_access_key = plantedSecret\n";

    #[tokio::test]
    async fn each_way_is_recognised() {
        for (text, expected) in [
            ("region = eu-west-1".to_owned(), "None"),
            (KEYS.to_owned(), "Some(Keys(Keys { id: \"AKIA\", .. }))"),
            ("credential_process = tool --x".to_owned(), "Some(Program(\"tool --x\"))"),
            (
                "login_session = arn:aws:iam::111122223333:user/me".to_owned(),
                "Some(Login(\"arn:aws:iam::111122223333:user/me\"))",
            ),
            (
                "role_arn = arn\nweb_identity_token_file = /token".to_owned(),
                "Some(WebIdentity { role_arn: \"arn\", token_file: \"/token\", session_name: None })",
            ),
        ] {
            let found = method(&format!("[profile a]\n{text}\n"), "a").await.unwrap();
            assert_eq!(format!("{found:?}"), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn a_role_has_all_that_its_profile_says_and_a_chain_is_followed() {
        let text = format!(
            "[profile a]\nrole_arn = arn:a\nsource_profile = b\nexternal_id = x1\nduration_seconds = 7200\n\
             role_session_name = me\nmfa_serial = arn:mfa\n\
             [profile b]\nrole_arn = arn:b\nsource_profile = c\n[profile c]\nrole_arn = arn:c\nsource_profile = a\n{KEYS}"
        );
        let Some(Method::Role(role)) = method(&text, "a").await.unwrap() else { panic!() };
        let said = (role.external_id.as_deref(), role.duration_seconds, role.session_name.as_deref());
        assert_eq!(said, (Some("x1"), Some(7200), Some("me")));
        assert_eq!(role.mfa_serial.as_deref(), Some("arn:mfa"));
        let Source::Profile { name, method: Method::Role(next) } = &role.source else { panic!("{role:?}") };
        assert_eq!((name.as_str(), next.arn.as_str()), ("b", "arn:b"));
        // The keys of the last one end the chain, though it names a role.
        let Source::Profile { method: Method::Keys(keys), .. } = &next.source else { panic!("{next:?}") };
        assert_eq!(keys.id, "AKIA");
        assert!(!format!("{role:?}").contains("plantedSecret"));
    }

    #[tokio::test]
    async fn a_profile_may_be_its_own_source_if_it_has_keys() {
        let text = format!("[profile a]\nrole_arn = arn:a\nsource_profile = a\n{KEYS}");
        let Some(Method::Role(role)) = method(&text, "a").await.unwrap() else { panic!() };
        assert!(matches!(role.source, Source::Profile { method: Method::Keys(_), .. }));
        let (kind, told) = refused("[profile a]\nrole_arn = arn:a\nsource_profile = a\n").await;
        assert!(kind == Kind::Usage && told.contains("in a circle: a -> a"), "{told}");
    }

    #[tokio::test]
    async fn both_kinds_of_sso_are_read() {
        let session = "[profile a]\nsso_session = my\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
                       [sso-session my]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n";
        let legacy = "[profile a]\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
                      sso_start_url = https://x/start\nsso_region = eu-west-1\n";
        for (text, expected) in [(session, Some("my")), (legacy, None)] {
            let Some(Method::Sso(sso)) = method(text, "a").await.unwrap() else { panic!("{text}") };
            assert_eq!((sso.session.as_deref(), sso.start_url.as_str()), (expected, "https://x/start"));
            assert_eq!((sso.region.as_str(), sso.role_name.as_str()), ("eu-west-1", "Dev"));
        }
    }

    #[tokio::test]
    async fn every_mistake_names_profile_and_key() {
        for (text, kind, parts) in [
            (
                "[profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = x\nsource_profile = c\n\
                 [profile c]\nrole_arn = x\nsource_profile = b\n",
                Kind::Usage,
                &["profile c: source_profile: the profiles go in a circle: b -> c -> b", "~/.aws/config"][..],
            ),
            (
                "[profile a]\nrole_arn = x\nsource_profile = prodd\n[profile prod]\n",
                Kind::Credentials,
                &["source_profile of the profile a is prodd, which does not exist", "did you mean prod?"],
            ),
            (
                "[profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nregion = eu-west-1\n",
                Kind::Usage,
                &["profile a: source_profile: the profile b has no credentials"],
            ),
            ("[profile a]\nrole_arn = x\n", Kind::Usage, &["profile a: role_arn: who assumes"]),
            (
                "[profile a]\nrole_arn = x\ncredential_source = Environmen\n",
                Kind::Usage,
                &["credential_source: there is no source Environmen", "did you mean Environment?"],
            ),
            (
                "[profile a]\nrole_arn = x\ncredential_source = Environment\nsource_profile = a\n",
                Kind::Usage,
                &["credential_source: source_profile is there, too"],
            ),
            (
                "[profile a]\nrole_arn = x\ncredential_source = Environment\nduration_seconds = 1h\n",
                Kind::Usage,
                &["profile a: duration_seconds: 1h is not a number from 900 to 43200"],
            ),
            ("[profile a]\naws_access_key_id = x\n", Kind::Usage, &["aws_secret_access_key: it is missing"]),
            (
                "[profile a]\nsso_session = mine\nsso_role_name = x\n[sso-session mime]\nsso_region = x\n",
                Kind::Usage,
                &["sso_session: there is no [sso-session mine]", "did you mean mime?"],
            ),
            (
                "[profile a]\nsso_role_name = x\nsso_start_url = https://x\nsso_region = eu-west-1\n",
                Kind::Usage,
                &["profile a: sso_account_id: it is missing"],
            ),
        ] {
            let (found, told) = refused(text).await;
            assert_eq!(found, kind, "{text}");
            assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        }
    }
}
