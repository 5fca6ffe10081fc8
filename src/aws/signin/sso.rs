//! Credentials of a role that Identity Center gives to who has logged in. The SDK reads the token of the login and
//! refreshes it; here it is told when only a login helps, and what was given is kept where the AWS CLI keeps it.

use std::path::Path;
use std::time::SystemTime;

use aws_config::sso::SsoCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_types::region::Region;
use jiff::Timestamp;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use zeroize::Zeroizing;

use super::super::error::{credentials_failure, is_login_refused};
use super::cache::{self, Key, hex};
use super::desk::Desk;
use super::method::Sso;
use crate::error::{Error, Kind};

pub async fn credentials(sso: &Sso, profile: &str, desk: &Desk) -> Result<Credentials, Error> {
    let key = Key::of_sso(sso);
    if let Some(kept) = desk.cache.read(&key) {
        return Ok(kept);
    }
    let reporter = desk.asker.reporter();
    // Roles of one login share its token, and a token is refreshed with what serves once.
    let login = sso.session.as_ref().unwrap_or(&sso.start_url);
    let _held = desk.cache.hold(&Key::of_login(login), reporter).await;
    if let Some(kept) = desk.cache.read(&key) {
        return Ok(kept);
    }
    check(login, sso.session.is_some(), profile, desk)?;
    let mut provider = SsoCredentialsProvider::builder()
        .configure(&desk.config)
        .account_id(&sso.account_id)
        .role_name(&sso.role_name)
        .start_url(&sso.start_url)
        .region(Region::new(sso.region.clone()));
    provider.set_session_name(sso.session.clone());
    let given = provider.build().provide_credentials().await.map_err(|error| {
        if is_login_refused(&error) {
            return to_log_in(&format!("the login of the profile {profile} has expired"), profile);
        }
        credentials_failure(&error)
    })?;
    let content =
        json!({ "ProviderType": "sso", "Credentials": cache::element(&given, Some(&sso.account_id)) });
    desk.cache.write(&key, &content, reporter);
    Ok(given)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    expires_at: String,
    refresh_token: Option<IgnoredAny>,
    registration_expires_at: Option<String>,
}

/// Is there a token, and does it live or can it be refreshed? If not, no call is worth it.
fn check(login: &str, may_refresh: bool, profile: &str, desk: &Desk) -> Result<(), Error> {
    let name = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, login.as_bytes()).as_ref());
    let home = desk.home.as_deref().unwrap_or(Path::new("/"));
    let path = home.join(".aws/sso/cache").join(format!("{name}.json"));
    let text = Zeroizing::new(std::fs::read(&path).map_err(|error| {
        let told = to_log_in(&format!("nobody has logged in for the profile {profile}"), profile);
        if error.kind() == std::io::ErrorKind::NotFound {
            told
        } else {
            told.because(format!("{}: {error}", path.display()))
        }
    })?);
    let unusable = || {
        let told = to_log_in(&format!("the login of the profile {profile} cannot be used"), profile);
        told.because(format!("{} is damaged", path.display()))
    };
    let token: Token = serde_json::from_slice(&text).map_err(|_| unusable())?;
    let time = |text: &str| {
        let time = text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |time| format!("{time}Z"));
        time.parse::<Timestamp>().map_err(|_| unusable())
    };
    let lives = |time: Timestamp| SystemTime::from(time) > SystemTime::now();
    let expires = time(&token.expires_at)?;
    let registration = token.registration_expires_at.as_deref().map(time).transpose()?;
    let is_refreshable = may_refresh && token.refresh_token.is_some() && registration.is_some_and(lives);
    if lives(expires) || is_refreshable {
        return Ok(());
    }
    Err(to_log_in(&format!("the login of the profile {profile} has expired"), profile)
        .because(format!("its token was good until {expires}")))
}

fn to_log_in(what: &str, profile: &str) -> Error {
    Error::new(Kind::Credentials, what).hint(format!("opsctl login --profile {profile}"))
}
