//! Credentials of a role that Identity Center gives to who has logged in: its token is refreshed without a word, it is told
//! when only a login helps, and what was given is kept where the AWS CLI keeps it.

use aws_credential_types::Credentials;
use aws_sdk_sso::operation::get_role_credentials::{GetRoleCredentialsError, GetRoleCredentialsOutput};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::cli_cache::Key;
use super::super::error::{AwsFailure, failure};
use super::super::login::{Secret, Session};
use super::cache;
use super::desk::Desk;
use super::method::Sso;
use crate::error::{Error, Kind};

/// A token is refreshed when it has no longer to live: the measure of all SDKs.
const REFRESHED_BEFORE: SignedDuration = SignedDuration::from_mins(5);

pub async fn credentials(sso: &Sso, profile: &str, desk: &Desk) -> Result<Credentials, Error> {
    let key = Key::of_login_role(sso.session.as_deref(), &sso.start_url, &sso.account_id, &sso.role_name);
    if let Some(kept) = desk.cache.read(&key) {
        return Ok(kept);
    }
    let reporter = desk.asker.reporter();
    // Roles of one login share its token, and a token is refreshed with what serves once.
    let session = Session {
        name: sso.session.clone(),
        start_url: sso.start_url.clone(),
        region: sso.region.clone(),
        scopes: None,
    };
    let _held = desk.cache.hold(&Key::of_token(&session), reporter).await;
    if let Some(kept) = desk.cache.read_again(&key) {
        return Ok(kept);
    }
    let token = token(&session, profile, desk).await?;
    let call = desk.sso(&sso.region).get_role_credentials();
    let call = call.account_id(&sso.account_id).role_name(&sso.role_name).access_token(token.open());
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

/// The token of a login, refreshed where that can be done; nobody is asked. Who calls holds the login.
async fn token(session: &Session, profile: &str, desk: &Desk) -> Result<Secret, Error> {
    let nobody = || to_log_in(&format!("nobody has logged in for the profile {profile}"), profile);
    let tokens = desk.tokens.as_ref().ok_or_else(nobody)?;
    let key = Key::of_token(session);
    let kept =
        tokens.token(&key).map_err(|damaged| {
            to_log_in(&format!("the login of the profile {profile} cannot be used"), profile)
                .because(format!("{}: {}", damaged.path.display(), damaged.why))
        })?;
    let kept = kept.ok_or_else(nobody)?;
    let now = Timestamp::now();
    let is_over_soon = kept.expires_at.0.duration_since(now) < REFRESHED_BEFORE;
    // Profiles of the older kind are never refreshed.
    let renewal = kept.renewal(now).filter(|_| is_over_soon && session.name.is_some());
    if let Some(renewal) = renewal {
        match desk.center(&session.region).refresh(&renewal, now).await {
            Ok(Some(granted)) => {
                let token = granted.renewed(&kept);
                if let Err(error) = tokens.write(&key, &token) {
                    let folder = tokens.folder().display();
                    desk.asker.reporter().warn(format!(
                        "the login is not kept for the next command: {folder} cannot be written: {error}"
                    ));
                }
                return Ok(token.access_token);
            }
            Ok(None) => {}
            Err(error) if kept.lives(now) => tracing::debug!("the login is not refreshed: {error}"),
            Err(error) => return Err(error),
        }
    }
    if kept.lives(now) {
        return Ok(kept.access_token);
    }
    Err(to_log_in(&format!("the login of the profile {profile} has expired"), profile)
        .because(format!("its token was good until {}", kept.expires_at.0)))
}

fn to_log_in(what: &str, profile: &str) -> Error {
    Error::new(Kind::Credentials, what).hint(format!("opsctl login --profile {profile}"))
}
