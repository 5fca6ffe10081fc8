//! What the profiles of the AWS files say of how they sign in, for people who have many. Reading only: nobody is called or
//! asked.

use aws_config::profile::ProfileSet;

use super::login::{Logins, OfProfile, State};
use super::signin::method::{Method, Reader, Source};

/// One profile.
#[derive(Debug, PartialEq)]
pub struct Survey {
    pub name: String,
    pub method: &'static str,
    /// Where the files say it.
    pub account: Option<String>,
    pub role: Option<String>,
    pub region: Option<String>,
    /// Where its credentials come from: another profile, a login, a program.
    pub source: Option<String>,
    /// Of the login at the beginning of it all.
    pub login: Option<State>,
    /// Why nobody can sign in with it.
    pub mistake: Option<String>,
}

impl Logins {
    /// Every profile, by name.
    pub fn survey(&self) -> Vec<Survey> {
        let mut names: Vec<&str> = self.set().profiles().collect();
        names.sort_unstable();
        let with_login = |name: &str| {
            let session = match self.of_profile(name) {
                Ok(OfProfile::Session(session)) => Some(session),
                _ => None,
            };
            Survey { login: session.map(|session| self.state(&session)), ..said(self.set(), name) }
        };
        names.into_iter().map(with_login).collect()
    }
}

fn said(set: &ProfileSet, name: &str) -> Survey {
    let value = |key: &str| set.get_profile(name)?.get(key).filter(|value| !value.is_empty());
    let mut survey = Survey {
        name: name.to_owned(),
        method: "none",
        account: None,
        role: None,
        region: value("region").map(str::to_owned),
        source: None,
        login: None,
        mistake: None,
    };
    let method = match (Reader { set, files: "the AWS files" }).method(name) {
        Ok(Some(method)) => method,
        Ok(None) => return survey,
        Err(error) => {
            survey.method = "wrong";
            survey.mistake = Some(error.to_string());
            return survey;
        }
    };
    let mut role_of = |arn: &str| (survey.account, survey.role) = parts(arn);
    match method {
        Method::Role(role) => {
            role_of(&role.arn);
            survey.method = if role.mfa_serial.is_some() { "role with MFA" } else { "role" };
            survey.source = Some(match role.source {
                Source::Profile { name, .. } => format!("profile {name}"),
                Source::Environment => "environment".to_owned(),
                Source::InstanceMetadata => "instance metadata".to_owned(),
                Source::Container => "container".to_owned(),
            });
        }
        Method::WebIdentity { role_arn, token_file, .. } => {
            role_of(&role_arn);
            survey.method = "web identity";
            survey.source = Some(token_file);
        }
        Method::Sso(sso) => {
            survey.method = "sso";
            survey.account = Some(sso.account_id);
            survey.role = Some(sso.role_name);
            survey.source = Some(match sso.session {
                Some(session) => format!("sso-session {session}"),
                None => sso.start_url,
            });
        }
        Method::Keys(_) => survey.method = "keys",
        Method::Login(session) => {
            survey.method = "console login";
            survey.account = parts(&session).0;
        }
        // Its arguments may be secrets.
        Method::Program(line) => {
            survey.method = "program";
            survey.source = line.split_whitespace().next().map(|program| format!("program {program}"));
        }
    }
    survey
}

/// The account of an ARN, and the role that it is of.
fn parts(arn: &str) -> (Option<String>, Option<String>) {
    let mut parts = arn.splitn(6, ':').skip(4);
    let account = parts.next().filter(|account| !account.is_empty()).map(str::to_owned);
    let role = parts.next().and_then(|resource| resource.strip_prefix("role/")).map(str::to_owned);
    (account, role)
}

#[cfg(test)]
mod tests {
    use aws_config::profile::load;
    use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
    use aws_types::os_shim_internal::{Env, Fs};

    use super::*;

    const FILE: &str = "\
        [profile dev]\nregion = eu-west-1\nsso_session = my\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
        [sso-session my]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n\
        [profile ops]\nrole_arn = arn:aws:iam::444455556666:role/team/ops\nsource_profile = dev\nmfa_serial = arn\n\
        [profile tool]\ncredential_process = /bin/tool --password planted\n\
        [profile round]\nrole_arn = arn:aws:iam::444455556666:role/ops\nsource_profile = round\n\
        [profile console]\nlogin_session = arn:aws:iam::444455556666:user/me\n\
        [profile bare]\nregion = eu-west-1\n";

    #[tokio::test]
    async fn each_profile_is_told_and_no_secret() {
        let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, FILE).build();
        let set = load(&Fs::from_slice(&[]), &Env::from_slice(&[]), &files, None).await.unwrap();
        let shown = |name: &str| {
            let of = said(&set, name);
            assert!(!format!("{of:?}").contains("planted"), "{of:?}");
            [Some(of.method.to_owned()), of.account, of.role, of.source, of.mistake]
                .map(Option::unwrap_or_default)
                .join("|")
        };
        for (name, expected) in [
            ("dev", "sso|111122223333|Dev|sso-session my|"),
            ("ops", "role with MFA|444455556666|team/ops|profile dev|"),
            ("tool", "program|||program /bin/tool|"),
            ("console", "console login|444455556666|||"),
            ("bare", "none||||"),
        ] {
            assert_eq!(shown(name), expected);
        }
        assert!(shown("round").starts_with("wrong||||") && shown("round").contains("in a circle"));
    }
}
