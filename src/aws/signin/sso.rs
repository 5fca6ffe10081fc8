//! Credentials of a role that Identity Center gives to who has logged in. The SDK refreshes the token of a login; here it is
//! told when only a login helps, and what was given is kept where the AWS CLI keeps it.

use std::path::Path;
use std::time::SystemTime;

use aws_config::sso::SsoTokenProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::token::ProvideToken as _;
use aws_sdk_sso::operation::get_role_credentials::{GetRoleCredentialsError, GetRoleCredentialsOutput};
use aws_smithy_types::DateTime;
use aws_types::region::Region;
use jiff::Timestamp;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use zeroize::Zeroizing;

use super::super::error::{AwsFailure, failure, innermost};
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
    if let Some(kept) = desk.cache.read_again(&key) {
        return Ok(kept);
    }
    let token = token(sso, login, profile, desk).await?;
    let call = desk.sso(&sso.region).get_role_credentials();
    let call = call.account_id(&sso.account_id).role_name(&sso.role_name).access_token(token.as_str());
    let answer = call.send().await.map_err(|error| refusal(&error, sso, profile))?;
    let given = given(answer).ok_or_else(|| {
        Error::failed(format!("the answer of AWS has no credentials for the role {}", sso.role_name))
    })?;
    let content =
        json!({ "ProviderType": "sso", "Credentials": cache::element(&given, Some(&sso.account_id)) });
    desk.cache.write(&key, &content, reporter);
    Ok(given)
}

fn given(answer: GetRoleCredentialsOutput) -> Option<Credentials> {
    let given = answer.role_credentials?;
    let expires = DateTime::from_secs(given.expiration / 1000).try_into().ok()?;
    let (id, secret) = (given.access_key_id?, given.secret_access_key?);
    Some(Credentials::new(id, secret, given.session_token, Some(expires), "sso"))
}

/// No credentials, whatever AWS calls its refusal; but what may do better later is told so.
fn refusal(error: &AwsFailure<GetRoleCredentialsError>, sso: &Sso, profile: &str) -> Error {
    if error.as_service_error().is_some_and(GetRoleCredentialsError::is_unauthorized_exception) {
        return to_log_in(&format!("the login of the profile {profile} has expired"), profile);
    }
    let (role, account) = (&sso.role_name, &sso.account_id);
    let told = failure(
        error,
        format!("cannot have the role {role} of the account {account} for the profile {profile}"),
    );
    if matches!(told.kind(), Kind::Temporary) { told } else { told.of_kind(Kind::Credentials) }
}

/// What the AWS CLI keeps of a login, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Login {
    access_token: String,
    expires_at: String,
    refresh_token: Option<IgnoredAny>,
    registration_expires_at: Option<String>,
}

/// The token of a login, refreshed where that can be done; no call is worth it without one.
async fn token(sso: &Sso, login: &str, profile: &str, desk: &Desk) -> Result<Zeroizing<String>, Error> {
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
    let unusable = |why: String| {
        let told = to_log_in(&format!("the login of the profile {profile} cannot be used"), profile);
        told.because(format!("{}: {why}", path.display()))
    };
    let kept: Login =
        serde_json::from_slice(&text).map_err(|_| unusable("it is not what the AWS CLI writes".into()))?;
    let time = |text: &str| cache::time(text).ok_or_else(|| unusable("a time in it is none".into()));
    let lives = |time: Timestamp| SystemTime::from(time) > SystemTime::now();
    let expires = time(&kept.expires_at)?;
    let registration = kept.registration_expires_at.as_deref().map(time).transpose()?;
    let refreshing = sso.session.as_ref().filter(|_| kept.refresh_token.is_some());
    if let Some(session) = refreshing.filter(|_| registration.is_some_and(lives)) {
        let provider = SsoTokenProvider::builder()
            .configure(desk.sdk())
            .region(Region::new(sso.region.clone()))
            .start_url(&sso.start_url)
            .session_name(session);
        // It refreshes what has five minutes left; a token that could not be refreshed is given as it is.
        let token = provider.build().await.provide_token().await;
        return token
            .map(|token| token.token().to_owned().into())
            .map_err(|error| unusable(innermost(&error)));
    }
    if lives(expires) {
        return Ok(kept.access_token.into());
    }
    Err(to_log_in(&format!("the login of the profile {profile} has expired"), profile)
        .because(format!("its token was good until {expires}")))
}

fn to_log_in(what: &str, profile: &str) -> Error {
    Error::new(Kind::Credentials, what).hint(format!("opsctl login --profile {profile}"))
}
