//! A role that a profile names: assumed with the credentials of its source, with a code where the profile wants one,
//! and kept where the AWS CLI keeps it.

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::json;

use super::super::cli_cache::Key;
use super::super::error::{AwsFailure, failure};
use super::cache;
use super::desk::Desk;
use super::method::Role;
use crate::error::{Error, Kind};

/// What STS says of a code that is wrong, whatever else is wrong with the call.
const WRONG_CODE: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code";
const LONGEST_NAME: usize = 64;

pub async fn credentials(role: &Role, desk: &Desk) -> Result<Credentials, Error> {
    let key = Key::of_role(role);
    if let Some(kept) = desk.cache.read(&key) {
        return Ok(kept);
    }
    let _held = desk.cache.hold(&key, desk.asker.reporter()).await;
    // Who was waited for has left them there.
    if let Some(kept) = desk.cache.read_again(&key) {
        return Ok(kept);
    }
    let client = desk.sts(desk.of_source(role).await?);
    let name = role.session_name.clone().unwrap_or_else(|| session_name(desk.user.as_deref()));
    let answer = match &role.mfa_serial {
        None => call(&client, role, &name, None).await.map_err(|error| refusal(&error, role))?,
        Some(serial) => {
            let mut device = desk.asker.device(&role.profile, serial)?;
            loop {
                let code = device.code().await?;
                match call(&client, role, &name, Some(&code)).await {
                    Ok(answer) => break answer,
                    Err(error) if is_wrong_code(&error) => device.code_was_refused(),
                    Err(error) => return Err(refusal(&error, role)),
                }
            }
        }
    };
    let credentials = given(&answer).ok_or_else(|| {
        Error::failed(format!("the answer of AWS has no credentials for the role {}", role.arn))
    })?;
    keep(&key, &answer, &credentials, desk);
    Ok(credentials)
}

async fn call(
    client: &Client,
    role: &Role,
    name: &str,
    code: Option<&str>,
) -> Result<AssumeRoleOutput, AwsFailure<AssumeRoleError>> {
    let call = client.assume_role().role_arn(&role.arn).role_session_name(name);
    let call = call.set_external_id(role.external_id.clone()).set_duration_seconds(role.duration_seconds);
    let serial = code.and(role.mfa_serial.clone());
    call.set_serial_number(serial).set_token_code(code.map(str::to_owned)).send().await
}

fn given(answer: &AssumeRoleOutput) -> Option<Credentials> {
    let given = answer.credentials()?;
    let expires = (*given.expiration()).try_into().ok()?;
    Some(Credentials::new(
        given.access_key_id(),
        given.secret_access_key(),
        Some(given.session_token().to_owned()),
        Some(expires),
        "assumed role",
    ))
}

fn keep(key: &Key, answer: &AssumeRoleOutput, credentials: &Credentials, desk: &Desk) {
    let user = answer.assumed_role_user();
    let account = user.and_then(|user| user.arn().split(':').nth(4));
    let user = user.map(|user| json!({ "AssumedRoleId": user.assumed_role_id(), "Arn": user.arn() }));
    let content = json!({
        "Credentials": cache::element(credentials, account),
        "AssumedRoleUser": user,
        "ResponseMetadata": { "HTTPStatusCode": 200, "RetryAttempts": 0 },
    });
    desk.cache.write(key, &content, desk.asker.reporter());
}

fn is_wrong_code(error: &AwsFailure<AssumeRoleError>) -> bool {
    let Some(error) = error.as_service_error() else { return false };
    error.message().is_some_and(|message| message.contains(WRONG_CODE))
}

/// No credentials, whatever AWS calls its refusal; but what may do better later is told so.
fn refusal(error: &AwsFailure<AssumeRoleError>, role: &Role) -> Error {
    let message = format!("cannot assume the role {} of the profile {}", role.arn, role.profile);
    let told = failure(error, message);
    match told.kind() {
        Kind::Temporary => told,
        Kind::Denied => told
            .of_kind(Kind::Credentials)
            .hint("the role must trust who asks for it, and that one must be allowed sts:AssumeRole"),
        _ => told.of_kind(Kind::Credentials),
    }
}

/// Says the tool and who runs it, to those who read the trail.
pub fn session_name(user: Option<&str>) -> String {
    let is_allowed = |letter: &char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(*letter);
    let user: String = user.unwrap_or_default().chars().filter(is_allowed).collect();
    let name = if user.is_empty() { "opsctl".to_owned() } else { format!("opsctl-{user}") };
    name.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_tool_and_user() {
        for (user, name) in [
            (None, "opsctl"),
            (Some(""), "opsctl"),
            (Some("ann"), "opsctl-ann"),
            (Some("DOMAIN\\ann b"), "opsctl-DOMAINannb"),
        ] {
            assert_eq!(session_name(user), name);
        }
        assert_eq!(session_name(Some(&"x".repeat(100))).len(), 64);
    }
}
