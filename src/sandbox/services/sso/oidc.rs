//! The OIDC endpoint: clients, codes and tokens, in the shapes of the service's model.

use super::json;
use crate::sandbox::account::Account;
use crate::sandbox::services::{RestCall, RestReply, ServiceError};
use crate::sandbox::sso::{Grant, Registration};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json as value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegisterClient {
    #[serde(default)]
    client_name: String,
    #[serde(default)]
    client_type: String,
    scopes: Option<Vec<String>>,
    redirect_uris: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    issuer_url: Option<String>,
}

pub fn register_client(
    account: &Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<RestReply, ServiceError> {
    let asked: RegisterClient = read(call)?;
    let registration = Registration {
        name: asked.client_name,
        kind: asked.client_type,
        scopes: asked.scopes.unwrap_or_default(),
        redirect_uris: asked.redirect_uris.unwrap_or_default(),
        grant_types: asked.grant_types.unwrap_or_default(),
        issuer_url: asked.issuer_url.unwrap_or_default(),
    };
    let registered = account.sso.register(registration, now)?;
    json(&value!({
        "clientId": registered.id,
        "clientSecret": registered.secret.as_str(),
        "clientIdIssuedAt": registered.issued.as_second(),
        "clientSecretExpiresAt": registered.expires.as_second(),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartDeviceAuthorization {
    client_id: String,
    client_secret: String,
    start_url: String,
}

pub fn start_device_authorization(
    account: &Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<RestReply, ServiceError> {
    let asked: StartDeviceAuthorization = read(call)?;
    let codes = account.sso.start_device((&asked.client_id, &asked.client_secret), &asked.start_url, now)?;
    json(&value!({
        "deviceCode": codes.device_code.as_str(),
        "userCode": codes.user_code,
        "verificationUri": codes.verification_uri,
        "verificationUriComplete": codes.verification_uri_complete,
        "expiresIn": codes.expires_in,
        "interval": codes.interval,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateToken {
    client_id: String,
    client_secret: String,
    grant_type: String,
    device_code: Option<String>,
    code: Option<String>,
    refresh_token: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

pub fn create_token(
    account: &Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<RestReply, ServiceError> {
    let asked: CreateToken = read(call)?;
    let grant = match asked.grant_type.as_str() {
        "urn:ietf:params:oauth:grant-type:device_code" => {
            Grant::Device { code: required("deviceCode", asked.device_code.as_deref())? }
        }
        "authorization_code" => Grant::Browser {
            code: required("code", asked.code.as_deref())?,
            redirect_uri: required("redirectUri", asked.redirect_uri.as_deref())?,
            verifier: required("codeVerifier", asked.code_verifier.as_deref())?,
        },
        "refresh_token" => {
            Grant::Refresh { token: required("refreshToken", asked.refresh_token.as_deref())? }
        }
        _ => {
            return Err(ServiceError::new(
                "UnsupportedGrantTypeException",
                "Unsupported grant type provided",
            ));
        }
    };
    let granted = account.sso.token((&asked.client_id, &asked.client_secret), &grant, now)?;
    let mut answer = value!({
        "accessToken": granted.access_token.as_str(),
        "tokenType": "Bearer",
        "expiresIn": granted.expires_in,
    });
    if let Some(token) = granted.refresh_token {
        answer["refreshToken"] = token.as_str().into();
    }
    json(&answer)
}

/// What is wrong with a body is not told: its words may be secrets.
fn read<T: DeserializeOwned>(call: &RestCall<'_>) -> Result<T, ServiceError> {
    serde_json::from_slice(call.body).map_err(|_| {
        ServiceError::new("InvalidRequestException", "the body is not as the service's model has it")
    })
}

fn required<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, ServiceError> {
    let missing = || ServiceError::new("InvalidRequestException", format!("{name} is missing"));
    value.filter(|value| !value.is_empty()).ok_or_else(missing)
}
