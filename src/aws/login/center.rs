//! The calls of IAM Identity Center that a login is made of; nobody signs them. What they mean together is not known here.

use aws_sdk_sso::operation::list_accounts::ListAccountsError;
use aws_sdk_ssooidc::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_ssooidc::operation::create_token::builders::CreateTokenFluentBuilder;
use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::callback::REDIRECT_URI;
use super::session::{ACCOUNT_ACCESS, Session};
use super::tokens::{Moment, Registration, Renewal, Secret, Token};
use crate::aws::calls::Calls;
use crate::aws::error::{AwsFailure, failure};
use crate::error::{Error, Kind};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";
const CLIENT_NAME: &str = "opsctl";
/// How often a device asks where it is not told.
const INTERVAL: u32 = 5;

/// The way to a new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Browser,
    Device,
}

impl Way {
    /// Is this client one for it?
    pub fn suits(self, registration: &Registration) -> bool {
        let grant = match self {
            Way::Browser => AUTHORIZATION_CODE,
            Way::Device => DEVICE_CODE,
        };
        match &registration.grant_types {
            Some(grants) => grants.iter().any(|listed| listed == grant),
            None => self == Way::Device,
        }
    }
}

/// What a device shows its user, and what it asks with.
#[derive(Debug)]
pub struct Device {
    pub code: Secret,
    pub user_code: String,
    pub uri: String,
    pub uri_complete: Option<String>,
    pub expires: Timestamp,
    pub interval: u32,
}

/// What a client shows for a token.
pub enum Grant<'a> {
    Device(&'a Secret),
    Browser { code: &'a Secret, verifier: &'a Secret, redirect_uri: &'a str },
}

/// What it is told while nobody has approved it.
#[derive(Debug)]
pub enum Answer {
    Granted(Granted),
    Pending,
    SlowDown,
    Refused,
    Expired,
    /// The client is not known any more.
    Unknown,
}

#[derive(Debug)]
pub struct Granted {
    access_token: Secret,
    refresh_token: Option<Secret>,
    expires: Timestamp,
}

impl Granted {
    fn of(output: CreateTokenOutput, now: Timestamp) -> Result<Self, Error> {
        let missing = || Error::failed("the answer of AWS has no accessToken in CreateToken");
        Ok(Granted {
            access_token: Secret::new(output.access_token.ok_or_else(missing)?),
            refresh_token: output.refresh_token.map(Secret::new),
            expires: later(now, output.expires_in),
        })
    }

    /// As it is kept, with what refreshes it.
    pub fn token(self, session: &Session, registration: &Registration) -> Token {
        Token {
            start_url: Some(session.start_url.clone()),
            region: Some(session.region.clone()),
            access_token: self.access_token,
            expires_at: Moment(self.expires),
            client_id: Some(registration.client_id.clone()),
            client_secret: Some(registration.client_secret.clone()),
            registration_expires_at: Some(registration.expires_at),
            refresh_token: self.refresh_token,
        }
    }

    /// The same in the place of an older one.
    pub fn renewed(self, old: &Token) -> Token {
        Token {
            access_token: self.access_token,
            expires_at: Moment(self.expires),
            refresh_token: self.refresh_token,
            ..old.clone()
        }
    }
}

fn later(now: Timestamp, seconds: i32) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX)
}

#[derive(Debug)]
pub struct Center {
    oidc: aws_sdk_ssooidc::Client,
    portal: aws_sdk_sso::Client,
    sdk: SdkConfig,
}

impl Center {
    /// `sdk`: in the region of the login.
    pub fn new(sdk: SdkConfig) -> Self {
        let oidc = aws_sdk_ssooidc::config::Builder::from(&sdk).interceptor(Calls).build();
        let portal = aws_sdk_sso::config::Builder::from(&sdk).interceptor(Calls).build();
        Center {
            oidc: aws_sdk_ssooidc::Client::from_conf(oidc),
            portal: aws_sdk_sso::Client::from_conf(portal),
            sdk,
        }
    }

    pub async fn register(&self, session: &Session, way: Way) -> Result<Registration, Error> {
        // A profile of the older kind says no scopes, and its token is not refreshed.
        let of_session = || session.name.as_ref().map(|_| vec![ACCOUNT_ACCESS.to_owned()]);
        let scopes = session.scopes.clone().or_else(of_session);
        let mut call = self.oidc.register_client().client_name(CLIENT_NAME).client_type("public");
        call = call.set_scopes(scopes.clone());
        let grants = match way {
            Way::Browser => Some(vec![AUTHORIZATION_CODE.to_owned(), REFRESH_TOKEN.to_owned()]),
            Way::Device => None,
        };
        if grants.is_some() {
            call = call.redirect_uris(REDIRECT_URI).issuer_url(&session.start_url);
        }
        let told = call.set_grant_types(grants.clone()).send().await;
        let told = told.map_err(|error| {
            failure(&error, format!("cannot start a login at {}", session.start_url)).hint(format!(
                "sso_start_url and sso_region ({}) are those of your organization",
                session.region
            ))
        })?;
        let missing = || Error::failed("the answer of AWS is not whole in RegisterClient");
        Ok(Registration {
            client_id: told.client_id.ok_or_else(missing)?,
            client_secret: Secret::new(told.client_secret.ok_or_else(missing)?),
            expires_at: Moment(
                Timestamp::from_second(told.client_secret_expires_at).unwrap_or(Timestamp::MAX),
            ),
            scopes,
            grant_types: grants,
        })
    }

    /// `None`: the client is not known any more.
    pub async fn start_device(
        &self,
        session: &Session,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<Option<Device>, Error> {
        let call = self.oidc.start_device_authorization().client_id(&registration.client_id);
        let call = call.client_secret(registration.client_secret.open()).start_url(&session.start_url);
        let told = match call.send().await {
            Ok(told) => told,
            Err(error) => {
                let is_unknown = error.as_service_error().is_some_and(|error| {
                    error.is_invalid_client_exception() || error.is_unauthorized_client_exception()
                });
                if is_unknown {
                    return Ok(None);
                }
                return Err(failure(&error, format!("cannot start a login at {}", session.start_url)));
            }
        };
        let missing = || Error::failed("the answer of AWS is not whole in StartDeviceAuthorization");
        Ok(Some(Device {
            code: Secret::new(told.device_code.ok_or_else(missing)?),
            user_code: told.user_code.ok_or_else(missing)?,
            uri: told.verification_uri.ok_or_else(missing)?,
            uri_complete: told.verification_uri_complete,
            expires: later(now, told.expires_in),
            interval: u32::try_from(told.interval).ok().filter(|seconds| *seconds > 0).unwrap_or(INTERVAL),
        }))
    }

    /// Where a browser asks its user.
    pub async fn authorize_url(
        &self,
        registration: &Registration,
        redirect_uri: &str,
        state: &str,
        challenge: &str,
    ) -> Result<Url, Error> {
        let cannot = |why: String| Error::failed("cannot tell where to log in").because(why);
        let mut url = Url::parse(&self.address().await?).map_err(|error| cannot(error.to_string()))?;
        url.path_segments_mut()
            .map_err(|()| cannot("it is no address".into()))?
            .pop_if_empty()
            .push("authorize");
        let scopes = registration.scopes.as_deref().unwrap_or_default().join(" ");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &registration.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state)
            .append_pair("code_challenge_method", "S256")
            .append_pair("scopes", &scopes)
            .append_pair("code_challenge", challenge);
        Ok(url)
    }

    /// Where the calls go: to what the user has set, as the client itself finds it, or to the region's own.
    async fn address(&self) -> Result<String, Error> {
        let cannot = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::failed("cannot tell where to log in").because(error)
        };
        let key = ServiceConfigKey::builder()
            .service_id("SSO OIDC")
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url");
        let key = key.build().map_err(|error| cannot(error.into()))?;
        let set = self.sdk.service_config().and_then(|config| config.load_config(key));
        let params = Params::builder()
            .set_region(self.sdk.region().map(ToString::to_string))
            .set_use_fips(self.sdk.use_fips())
            .set_use_dual_stack(self.sdk.use_dual_stack())
            .set_endpoint(set.or_else(|| self.sdk.endpoint_url().map(str::to_owned)))
            .build()
            .map_err(|error| cannot(error.into()))?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&params).await.map_err(cannot)?;
        Ok(endpoint.url().to_owned())
    }

    pub async fn token(
        &self,
        registration: &Registration,
        grant: &Grant<'_>,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let call = self.create_token(&registration.client_id, &registration.client_secret);
        let call = match grant {
            Grant::Device(code) => call.grant_type(DEVICE_CODE).device_code(code.open()),
            Grant::Browser { code, verifier, redirect_uri } => call
                .grant_type(AUTHORIZATION_CODE)
                .code(code.open())
                .code_verifier(verifier.open())
                .redirect_uri(*redirect_uri),
        };
        match call.send().await {
            Ok(output) => Granted::of(output, now).map(Answer::Granted),
            Err(error) => refusal(&error).ok_or_else(|| failure(&error, "cannot get a token")),
        }
    }

    /// `None`: only a new login helps.
    pub async fn refresh(&self, renewal: &Renewal<'_>, now: Timestamp) -> Result<Option<Granted>, Error> {
        let call = self.create_token(renewal.client_id, renewal.client_secret);
        let call = call.grant_type(REFRESH_TOKEN).refresh_token(renewal.refresh_token.open());
        match call.send().await {
            Ok(output) => Granted::of(output, now).map(Some),
            Err(error) if error.as_service_error().is_some() => {
                let error = failure(&error, "the login is not refreshed");
                if error.kind() == Kind::Temporary { Err(error) } else { Ok(None) }
            }
            Err(error) => Err(failure(&error, "cannot refresh the login")),
        }
    }

    fn create_token(&self, id: &str, secret: &Secret) -> CreateTokenFluentBuilder {
        self.oidc.create_token().client_id(id).client_secret(secret.open())
    }

    /// Has Identity Center ended this login? Where it cannot be asked, nobody says so.
    pub async fn is_refused(&self, token: &Token) -> bool {
        let call = self.portal.list_accounts().max_results(1).access_token(token.access_token.open());
        let told = call.send().await;
        let refused = told.as_ref().err().and_then(|error| error.as_service_error());
        refused.is_some_and(ListAccountsError::is_unauthorized_exception)
    }

    /// Ends a login; one that is over already is no failure.
    pub async fn log_out(&self, token: &Token) -> Result<(), Error> {
        match self.portal.logout().access_token(token.access_token.open()).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_unauthorized_exception() => Ok(()),
                _ => Err(failure(&error, "cannot tell AWS that the login is over")),
            },
        }
    }
}

fn refusal(error: &AwsFailure<CreateTokenError>) -> Option<Answer> {
    match error.as_service_error()? {
        CreateTokenError::AuthorizationPendingException(_) => Some(Answer::Pending),
        CreateTokenError::SlowDownException(_) => Some(Answer::SlowDown),
        CreateTokenError::AccessDeniedException(_) => Some(Answer::Refused),
        CreateTokenError::ExpiredTokenException(_) => Some(Answer::Expired),
        CreateTokenError::InvalidClientException(_) | CreateTokenError::UnauthorizedClientException(_) => {
            Some(Answer::Unknown)
        }
        _ => None,
    }
}
