//! Signing in to AWS and reaching it: profile, region, credentials, retries, the HTTP client and the signed
//! websocket, and what a failed call means. It must not know any command, and must not print.

mod addressing;
mod body;
mod calls;
pub mod cbor;
mod cli_cache;
mod error;
mod http;
mod iam;
mod identity;
mod limiter;
pub mod login;
mod options;
mod paced;
mod profile;
mod region;
mod signin;
mod survey;
mod turns;
mod websocket;

use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::{RetryConfig, RetryMode as SdkRetryMode};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::origin::Origin as SdkOrigin;
use aws_types::region::Region;
use tokio::sync::OnceCell;

use crate::error::{Error, Kind, Result};
use crate::sandbox::Connection;
use crate::settings::{Environment, Setting};

use self::addressing::Addressing;
use self::calls::Calls;
use self::identity::Identity;
use self::limiter::Limiter;
use self::turns::Turns;

pub use body::{Body, Input};
pub use error::{
    AwsFailure, TRUST_HINT, credentials_failure, failure, is_denied, is_throttled, is_untrusted,
};
pub use http::Pools;
pub use iam::Role;
pub use options::{AwsOptions, RetryMode};
pub use profile::{
    KnownProfile, Profiles, known_profiles, known_sso_sessions, meant_profiles, selected as selected_profile,
};
pub use region::{
    ALL as ALL_REGIONS, REGIONS, check as checked_region, check_places as check_regions,
    check_shape as check_region, configured as configured_region, doubt as doubt_of_region, is_open_to_all,
    of_partition,
};
pub use signin::{Asker, Found, Tried};
pub use survey::Survey;
pub use websocket::{Socket, WebsocketError, dial, is_presigned};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_ATTEMPTS: u32 = 3;
/// Of all services, and of those that are used.
const ENDPOINT_VARIABLES: [&str; 8] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
    "AWS_ENDPOINT_URL_SFN",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_S3_CONTROL",
];

/// What signing in is decided from.
pub struct AwsSettings<'a> {
    pub options: &'a AwsOptions,
    pub env: &'a Environment,
    /// Connections that are open already.
    pub pools: &'a Pools,
    /// The sandbox asked for by `--sandbox`.
    pub sandbox: Option<Connection>,
    pub asker: Asker,
}

/// A signed-in AWS: the configuration every client is made from.
#[derive(Clone)]
pub struct Aws {
    sdk: SdkConfig,
    credentials: signin::Chain,
    region: Setting<String>,
    profile: Option<Setting<String>>,
    network: Arc<http::Network>,
    addressing: Addressing,
    identity: Arc<OnceCell<Identity>>,
    limiter: Limiter,
}

impl Aws {
    /// Reads the AWS configuration files; calls nothing unless the region is only known to the instance.
    pub async fn load(settings: AwsSettings<'_>) -> Result<Self> {
        let AwsSettings { options, env, pools, sandbox, asker } = settings;
        let profiles = match sandbox {
            Some(_) => Profiles::none(),
            None => Profiles::load(options, env).await?,
        };
        let profile = profiles.selected().cloned();
        let endpoint = match &sandbox {
            Some(sandbox) => Some(sandbox.endpoint()),
            None => endpoint(options, env)?,
        };
        // A profile may sign in elsewhere first; keys at hand do not.
        let has_keys = sandbox.is_some()
            || options::asked(&options.profile).is_none() && env.text("AWS_ACCESS_KEY_ID").is_some();
        let is_local = has_keys
            && endpoint.as_deref().or(env.text(ENDPOINT_VARIABLES[0])).is_some_and(is_on_this_machine);
        let network = Arc::new(http::Network::new(&profiles, env, is_local)?);
        let client = pools.client(&network);
        let region = match &sandbox {
            Some(sandbox) => region::in_sandbox(options, env, &sandbox.region)?,
            None => region::resolve(options, env, &profiles, client.clone()).await?,
        };
        let provider = ProviderConfig::without_region()
            .with_region(Some(Region::new(region.value.clone())))
            .with_http_client(client.clone());
        let sdk = loader(Region::new(region.value.clone()), client, &profiles)
            .retry_config(retry_config(options, env, &profiles)?)
            .timeout_config(timeouts(options))
            // The chain keeps them, and takes as long as somebody needs who is asked for a code.
            .identity_cache(IdentityCache::no_cache())
            .load()
            .await;
        let credentials = match sandbox {
            Some(sandbox) => signin::Chain::of_sandbox(sandbox),
            None => signin::Chain::new(signin::Settings {
                config: &provider,
                sdk: &sdk,
                profiles: &profiles,
                env,
                asker,
            }),
        };
        let provider = SharedCredentialsProvider::new(credentials.clone());
        let mut clients = sdk.to_builder().credentials_provider(provider);
        if let Some(endpoint) = endpoint {
            clients = clients.endpoint_url(endpoint);
            clients.insert_origin("endpoint_url", SdkOrigin::shared_config());
        }
        let addressing = Addressing::of(&profiles)?;
        let (sdk, identity, limiter) = (clients.build(), Arc::default(), pools.limiter());
        Ok(Aws { sdk, credentials, region, profile, network, addressing, identity, limiter })
    }

    /// The same sign-in in another region.
    #[must_use]
    pub fn in_region(&self, region: Setting<String>) -> Self {
        let sdk = self.sdk.to_builder().region(Region::new(region.value.clone())).build();
        Aws { sdk, region, ..self.clone() }
    }

    fn turns(&self) -> Turns {
        Turns {
            limiter: self.limiter.clone(),
            identity: Arc::clone(&self.identity),
            profile: self.profile.as_ref().map(|profile| profile.value.clone()),
        }
    }

    // Every client tells its calls and waits for its turns: nothing else can be done to all of them at once.

    pub fn ssm(&self) -> aws_sdk_ssm::Client {
        use aws_sdk_ssm::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk).interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn kms(&self) -> aws_sdk_kms::Client {
        use aws_sdk_kms::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk).interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn sts(&self) -> aws_sdk_sts::Client {
        use aws_sdk_sts::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk).interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn s3(&self) -> aws_sdk_s3::Client {
        use aws_sdk_s3::{Client, config::Builder};
        let into_path = self.addressing.into_path(&self.sdk);
        let builder = Builder::from(&self.sdk).force_path_style(into_path);
        Client::from_conf(builder.interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn s3control(&self) -> aws_sdk_s3control::Client {
        use aws_sdk_s3control::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk).interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn sfn(&self) -> aws_sdk_sfn::Client {
        use aws_sdk_sfn::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk).interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        use aws_sdk_cloudwatch::{Client, config::Builder};
        Client::from_conf(Builder::from(&self.sdk).interceptor(Calls).interceptor(self.turns()).build())
    }

    pub fn region(&self) -> &Setting<String> {
        &self.region
    }

    /// That of all services, where it is not the region's own.
    pub fn endpoint(&self) -> Option<&str> {
        self.sdk.endpoint_url()
    }

    pub fn profile(&self) -> Option<&Setting<String>> {
        self.profile.as_ref()
    }

    /// Credentials as they are now, from the chain itself: the clients keep theirs until they expire.
    pub async fn credentials(&self) -> Result<Credentials> {
        self.credentials.provide_credentials().await.map_err(|error| credentials_failure(&error).into())
    }

    /// The same; `None` where there are none at all.
    pub async fn credentials_if_any(&self) -> Result<Option<Credentials>, Error> {
        match self.credentials.provide_credentials().await {
            Ok(credentials) => Ok(Some(credentials)),
            Err(CredentialsError::CredentialsNotLoaded(_)) => Ok(None),
            Err(error) => Err(credentials_failure(&error)),
        }
    }

    /// Every place where credentials may come from, asked in order until one gives some.
    pub async fn explain(&self) -> Vec<Tried> {
        self.credentials.explain().await
    }

    /// Which link of the chain gave the credentials; `None` before the first use.
    pub fn credentials_source(&self) -> Option<&'static str> {
        self.credentials.source()
    }

    pub fn network(&self) -> &Arc<http::Network> {
        &self.network
    }
}

/// What every client is made from, those that sign in and those that sign; nothing of it is found out by the SDK.
fn loader(region: Region, client: SharedHttpClient, profiles: &Profiles) -> ConfigLoader {
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).region(region).http_client(client).no_credentials();
    if let Ok(name) = AppName::new(concat!("opsctl-", env!("CARGO_PKG_VERSION"))) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = profiles.selected() {
        loader = loader.profile_name(profile.value.clone());
    }
    loader
}

/// The endpoint that the user names. What the SDK will take from the environment is checked here too: it would fail
/// only later, and without saying where the address came from.
fn endpoint(options: &AwsOptions, env: &Environment) -> Result<Option<String>> {
    if let Some(asked) = options::asked(&options.endpoint_url) {
        return usable_endpoint(asked).map(Some);
    }
    let variables = ENDPOINT_VARIABLES.iter().filter(|_| !env.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"));
    let mut found = false;
    for setting in variables.filter_map(|name| options::variable(env, &[name])) {
        usable_endpoint(&setting)?;
        found = true;
    }
    options::configured(&options.endpoint_url).filter(|_| !found).map(usable_endpoint).transpose()
}

fn is_on_this_machine(endpoint: &str) -> bool {
    url::Url::parse(endpoint).is_ok_and(|url| url.scheme() == "http" && http::is_loopback(&url))
}

/// What can be said against an endpoint that is not used yet.
pub fn check_endpoint(text: &str) -> Result<(), String> {
    let usable =
        url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    usable.then_some(()).ok_or_else(|| "an endpoint is an http or https address".to_owned())
}

fn usable_endpoint(setting: &Setting<String>) -> Result<String> {
    let Setting { value: text, origin } = setting;
    if check_endpoint(text).is_ok() {
        return Ok(text.clone());
    }
    Err(Error::usage(format!("the endpoint is not an http or https address: {text} ({origin})"))
        .hint("an endpoint looks like https://ssm.eu-west-1.amazonaws.com")
        .into())
}

fn timeouts(options: &AwsOptions) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(options.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .read_timeout(options.read_timeout.unwrap_or(READ_TIMEOUT))
        .build()
}

/// Always ours: the SDK's own loader panics on values that the AWS CLI knows (`legacy`) and on bad numbers.
fn retry_config(options: &AwsOptions, env: &Environment, profiles: &Profiles) -> Result<RetryConfig> {
    // Only where opsctl was not asked; a config file comes between the variable and the profile.
    let named = |variable: &'static str, key: &str, in_file: bool| {
        options::variable(env, &[variable]).or_else(|| profiles.setting(key).filter(|_| !in_file))
    };
    let mode = match asked_or(&options.retry_mode, |file| named("AWS_RETRY_MODE", "retry_mode", file)) {
        Some(Choice::Ours(RetryMode::Standard)) | None => SdkRetryMode::Standard,
        Some(Choice::Ours(RetryMode::Adaptive)) => SdkRetryMode::Adaptive,
        Some(Choice::Theirs(Setting { value, origin })) => match value.to_ascii_lowercase().as_str() {
            // The AWS CLI's oldest mode; standard is its successor.
            "standard" | "legacy" => SdkRetryMode::Standard,
            "adaptive" => SdkRetryMode::Adaptive,
            _ => {
                return Err(Error::new(Kind::Usage, format!("unknown retry mode {value} ({origin})"))
                    .hint("the modes are standard and adaptive")
                    .into());
            }
        },
    };
    let attempts =
        match asked_or(&options.max_attempts, |file| named("AWS_MAX_ATTEMPTS", "max_attempts", file)) {
            Some(Choice::Ours(attempts)) => attempts,
            None => MAX_ATTEMPTS,
            Some(Choice::Theirs(Setting { value, origin })) => match value.parse() {
                Ok(attempts) if (1..=100).contains(&attempts) => attempts,
                _ => {
                    let message = format!("max attempts is not a number from 1 to 100: {value} ({origin})");
                    return Err(Error::usage(message).into());
                }
            },
        };
    let base = match mode {
        SdkRetryMode::Adaptive => RetryConfig::adaptive(),
        _ => RetryConfig::standard(),
    };
    Ok(base.with_max_attempts(attempts))
}

/// A value that opsctl has parsed, or one that is written for all AWS clients.
enum Choice<T> {
    Ours(T),
    Theirs(Setting<String>),
}

/// `theirs` is told whether a config file has a value, which only a variable beats.
fn asked_or<T: Copy>(
    option: &Option<Setting<T>>,
    theirs: impl FnOnce(bool) -> Option<Setting<String>>,
) -> Option<Choice<T>> {
    if let Some(asked) = options::asked(option) {
        return Some(Choice::Ours(asked.value));
    }
    let file = options::configured(option);
    theirs(file.is_some()).map(Choice::Theirs).or(file.map(|file| Choice::Ours(file.value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Origin;

    fn retries(env: &[(&str, &str)], options: &AwsOptions) -> Result<RetryConfig> {
        retry_config(options, &env.iter().copied().collect(), &Profiles::none())
    }

    #[test]
    fn retry_settings_that_make_the_sdk_panic_are_ours() {
        let none = AwsOptions::default();
        let legacy = retries(&[("AWS_RETRY_MODE", "legacy")], &none).unwrap();
        assert_eq!((legacy.mode(), legacy.max_attempts()), (SdkRetryMode::Standard, 3));
        let adaptive = retries(&[("AWS_RETRY_MODE", "Adaptive"), ("AWS_MAX_ATTEMPTS", "5")], &none).unwrap();
        assert_eq!((adaptive.mode(), adaptive.max_attempts()), (SdkRetryMode::Adaptive, 5));
        for bad in ["0", "-1", "many", "1000000000000"] {
            let error = retries(&[("AWS_MAX_ATTEMPTS", bad)], &none).unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
        }
        assert!(retries(&[("AWS_RETRY_MODE", "sometimes")], &none).is_err());
    }

    fn from<T>(value: T, origin: &Origin) -> Option<Setting<T>> {
        Some(Setting::new(value, origin.clone()))
    }

    fn file() -> Origin {
        Origin::File { path: "config.toml".into(), line: 1 }
    }

    #[test]
    fn an_option_wins_over_the_environment_and_the_environment_over_a_file() {
        let attempts = |origin: &Origin, env: &[(&str, &str)]| {
            let options = AwsOptions { max_attempts: from(7, origin), ..AwsOptions::default() };
            retries(env, &options).map(|config| config.max_attempts())
        };
        let option = Origin::Option("--max-attempts".into());
        assert_eq!(attempts(&option, &[("AWS_MAX_ATTEMPTS", "no number")]).unwrap(), 7);
        assert_eq!(attempts(&file(), &[("AWS_MAX_ATTEMPTS", "5")]).unwrap(), 5);
        assert_eq!(attempts(&file(), &[]).unwrap(), 7);
    }

    #[test]
    fn an_endpoint_is_an_http_address() {
        let of = |asked: Option<(&str, Origin)>, env: &[(&str, &str)]| {
            let endpoint_url = asked.map(|(text, origin)| Setting::new(text.to_owned(), origin));
            endpoint(&AwsOptions { endpoint_url, ..AwsOptions::default() }, &env.iter().copied().collect())
        };
        let option = || Origin::Option("--endpoint-url".into());
        let here = "http://127.0.0.1:4566";
        assert_eq!(
            of(Some((here, option())), &[("AWS_ENDPOINT_URL", "unused")]).unwrap().as_deref(),
            Some(here)
        );
        assert_eq!(of(Some((here, file())), &[]).unwrap().as_deref(), Some(here));
        // The SDK reads its own variables by itself.
        assert_eq!(of(Some((here, file())), &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]).unwrap(), None);
        for bad in ["127.0.0.1:4566", "ftp://host", "http://", "nonsense"] {
            assert!(of(Some((bad, option())), &[]).is_err(), "{bad}");
            assert!(of(None, &[("AWS_ENDPOINT_URL_SSM", bad)]).is_err(), "{bad}");
            let ignored = [("AWS_ENDPOINT_URL", bad), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
            assert!(of(None, &ignored).is_ok(), "{bad}");
        }
    }
}
