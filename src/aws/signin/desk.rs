//! What every step of sign-in has at hand, and which step a method takes.

use std::fmt;
use std::sync::Arc;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::login::LoginCredentialsProvider;
use aws_config::profile::ProfileSet;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_types::SdkConfig;
use aws_types::region::Region;
use futures_util::future::BoxFuture;

use super::super::calls::Calls;
use super::super::cli_cache::Key;
use super::super::error::{credentials_failure, innermost};
use super::super::login::{Center, Tokens};
use super::cache::Cache;
use super::method::{Keys, Method, Reader, Role, Source};
use super::{Asker, program, role, sso};
use crate::aws::Profiles;
use crate::error::{Error, Kind};
use crate::settings::Environment;

/// What a desk is made from.
pub struct Settings<'a> {
    pub config: &'a ProviderConfig,
    /// That of the clients, but for credentials and for the endpoint of an option, which is not that of sign-in.
    pub sdk: &'a SdkConfig,
    pub profiles: &'a Profiles,
    pub env: &'a Environment,
    pub asker: Asker,
}

pub struct Desk {
    pub cache: Cache,
    pub asker: Asker,
    /// Who runs opsctl.
    pub user: Option<String>,
    /// Those of logins.
    pub tokens: Option<Tokens>,
    pub config: ProviderConfig,
    sdk: SdkConfig,
    set: Option<Arc<ProfileSet>>,
    profile: String,
    files: String,
}

/// The profiles hold secrets.
impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl Desk {
    pub fn new(settings: Settings<'_>) -> Self {
        let Settings { config, sdk, profiles, env, asker } = settings;
        Desk {
            cache: Cache::of_user(env),
            asker,
            user: env.text("USER").or_else(|| env.text("LOGNAME")).map(str::to_owned),
            tokens: Tokens::of_user(env),
            config: config.clone(),
            sdk: sdk.clone(),
            set: profiles.set(),
            profile: profiles.name().to_owned(),
            files: ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]
                .map(|name| env.text(name))
                .into_iter()
                .zip(["~/.aws/config", "~/.aws/credentials"])
                .map(|(named, usual)| named.unwrap_or(usual))
                .collect::<Vec<_>>()
                .join(" and "),
        }
    }

    /// As the profile says it; `None` where it does not.
    pub async fn sign_in(&self) -> Result<Option<Credentials>, Error> {
        let Some(set) = &self.set else { return Ok(None) };
        let method = Reader { set, files: &self.files }.method(&self.profile)?;
        match method {
            Some(method) => self.by(&method, &self.profile).await.map(Some),
            None => Ok(None),
        }
    }

    /// Why the profile gives nothing.
    pub fn lack(&self) -> &'static str {
        let profile = self.set.as_ref().and_then(|set| set.get_profile(&self.profile));
        let logs_in = ["sso_session", "sso_start_url"]
            .iter()
            .any(|key| profile.is_some_and(|it| it.get(key).is_some()));
        match logs_in {
            true => "the profile logs in, but names no role: sso_account_id and sso_role_name are missing",
            false => "the profile says nothing about it",
        }
    }

    pub async fn of_source(&self, role: &Role) -> Result<Credentials, Error> {
        match &role.source {
            Source::Profile { name, method } => self.by(method, name).await,
            Source::Environment => provided(EnvironmentVariableCredentialsProvider::new()).await,
            Source::InstanceMetadata => {
                provided(ImdsCredentialsProvider::builder().configure(&self.config).build()).await
            }
            Source::Container => {
                provided(EcsCredentialsProvider::builder().configure(&self.config).build()).await
            }
        }
    }

    /// Boxed, since the source of a role may be a role.
    fn by<'a>(&'a self, method: &'a Method, profile: &'a str) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async move {
            match method {
                Method::Role(role) => role::credentials(role, self).await,
                Method::Sso(of) => sso::credentials(of, profile, self).await,
                Method::Program(line) => program::credentials(line, profile).await,
                Method::Keys(Keys { id, secret, token }) => {
                    let token = token.as_ref().map(|token| token.to_string());
                    Ok(Credentials::new(id, secret.as_str(), token, None, "profile"))
                }
                Method::WebIdentity { role_arn, token_file, session_name } => {
                    std::fs::File::open(token_file).map_err(|error| {
                        Error::new(Kind::Credentials, format!("cannot sign in with the profile {profile}"))
                            .because(format!("web_identity_token_file is {token_file}: {error}"))
                    })?;
                    let configuration = StaticConfiguration {
                        web_identity_token_file: token_file.into(),
                        role_arn: role_arn.clone(),
                        session_name: session_name
                            .clone()
                            .unwrap_or_else(|| role::session_name(self.user.as_deref())),
                    };
                    let provider = WebIdentityTokenCredentialsProvider::builder().configure(&self.config);
                    provided(provider.static_configuration(configuration).build()).await
                }
                Method::Login(session) => self.by_login(session, profile).await,
            }
        })
    }

    /// The SDK reads what `aws login` keeps, and refreshes it with what serves once.
    async fn by_login(&self, session: &str, profile: &str) -> Result<Credentials, Error> {
        let _held = self.cache.hold(&Key::of(session), self.asker.reporter()).await;
        let provider = LoginCredentialsProvider::builder(session).configure(&self.config).build();
        provider.provide_credentials().await.map_err(|error| {
            let message = format!("the console login of the profile {profile} cannot be used");
            Error::new(Kind::Credentials, message)
                .because(innermost(&error))
                .hint(format!("aws login --profile {profile}"))
        })
    }

    /// Identity Center where it is, which nobody signs for.
    pub fn sso(&self, region: &str) -> aws_sdk_sso::Client {
        use aws_sdk_sso::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk_in(region)).interceptor(Calls).build())
    }

    /// The same for its logins.
    pub fn center(&self, region: &str) -> Center {
        Center::new(self.sdk_in(region))
    }

    fn sdk_in(&self, region: &str) -> SdkConfig {
        self.sdk.to_builder().region(Region::new(region.to_owned())).build()
    }

    /// STS, called with these credentials.
    pub fn sts(&self, credentials: Credentials) -> aws_sdk_sts::Client {
        use aws_sdk_sts::{Client, config::Builder};
        Client::from_conf(
            Builder::from(&self.sdk).credentials_provider(credentials).interceptor(Calls).build(),
        )
    }
}

pub async fn provided(provider: impl ProvideCredentials) -> Result<Credentials, Error> {
    provider.provide_credentials().await.map_err(|error| credentials_failure(&error))
}
