//! Where credentials come from: one chain in the AWS CLI's order, which remembers the link that answered and
//! asks the instance metadata service only on an instance. Owns how a profile signs in: its roles with their codes, the
//! cache that is shared with the AWS CLI, its programs, its logins.

pub(super) mod cache;
mod desk;
mod environment;
pub(super) mod method;
mod mfa;
mod program;
mod role;
mod sso;
mod trail;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

use tokio::sync::Mutex;

use self::desk::Desk;
use crate::sandbox::Connection;
use crate::settings::{Environment, Origin};

pub use desk::Settings;
pub use mfa::Asker;
pub use trail::{Found, Tried};

#[derive(Debug)]
struct Link {
    source: &'static str,
    provider: SharedCredentialsProvider,
}

#[derive(Debug)]
struct Skipped {
    before: usize,
    source: &'static str,
    why: &'static str,
}

/// The providers in order; the first that has credentials answers. Clones share what was answered, until shortly
/// before it expires: a provider may be a program, a second factor, a call.
#[derive(Debug, Clone)]
pub struct Chain {
    links: Arc<[Link]>,
    /// Who is not asked, before which of the links, and why.
    skipped: Arc<[Skipped]>,
    source: Arc<OnceLock<&'static str>>,
    cached: Arc<Mutex<Option<Credentials>>>,
}

/// New credentials are asked for when the old ones have no longer to live.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);

impl Chain {
    pub fn new(settings: Settings<'_>) -> Self {
        let Settings { config, profiles, env, .. } = settings;
        let named_by_option = profiles.selected().is_some_and(|selected| match &selected.origin {
            Origin::Option(_) => true,
            Origin::Environment(name) => name.starts_with("OPSCTL_"),
            _ => false,
        });
        const NAMED: &str = "the profile is named by an option";
        let (mut links, mut skipped) = (Vec::new(), Vec::new());
        let skip = |skipped: &mut Vec<Skipped>, before, sources: &[&'static str], why| {
            skipped.extend(sources.iter().map(|source| Skipped { before, source, why }));
        };
        let link = |links: &mut Vec<Link>, source, provider| links.push(Link { source, provider });
        // As in the AWS CLI: `--profile` wins over keys in the environment, AWS_PROFILE does not.
        if named_by_option {
            skip(&mut skipped, 0, &["environment"], NAMED);
        } else {
            link(&mut links, "environment", environment::provider(env));
        }
        let profile = SharedCredentialsProvider::new(OfProfile(Arc::new(Desk::new(settings))));
        link(&mut links, "profile", profile);
        if named_by_option {
            skip(&mut skipped, links.len(), &["web identity", "container", "instance metadata"], NAMED);
        } else {
            link(
                &mut links,
                "web identity",
                SharedCredentialsProvider::new(
                    WebIdentityTokenCredentialsProvider::builder().configure(config).build(),
                ),
            );
            link(
                &mut links,
                "container",
                SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(config).build()),
            );
            if metadata_may_be_asked(env) {
                link(
                    &mut links,
                    "instance metadata",
                    SharedCredentialsProvider::new(
                        ImdsCredentialsProvider::builder().configure(config).build(),
                    ),
                );
            } else {
                let why = "this is no EC2 instance, or AWS_EC2_METADATA_DISABLED is set";
                skip(&mut skipped, links.len(), &["instance metadata"], why);
            }
        }
        let (source, cached) = (Arc::default(), Arc::default());
        Chain { links: links.into(), skipped: skipped.into(), source, cached }
    }

    pub fn of_sandbox(sandbox: Connection) -> Self {
        let credentials = Credentials::new(
            sandbox.access_key_id,
            sandbox.secret_access_key.as_str(),
            None,
            None,
            "sandbox",
        );
        let link = Link { source: "sandbox", provider: SharedCredentialsProvider::new(credentials) };
        let (source, cached) = (Arc::default(), Arc::default());
        Chain { links: [link].into(), skipped: Arc::new([]), source, cached }
    }

    pub fn source(&self) -> Option<&'static str> {
        self.source.get().copied()
    }

    async fn current(&self) -> provider::Result {
        let mut cached = self.cached.lock().await;
        let lives = |credentials: &Credentials, after: Duration| {
            credentials.expiry().is_none_or(|expiry| expiry > SystemTime::now() + after)
        };
        if let Some(credentials) = cached.as_ref().filter(|cached| lives(cached, RENEWED_BEFORE)) {
            return Ok(credentials.clone());
        }
        match self.first().await {
            Ok(credentials) => {
                *cached = Some(credentials.clone());
                Ok(credentials)
            }
            Err(error) => match cached.as_ref().filter(|cached| lives(cached, Duration::ZERO)) {
                Some(credentials) => Ok(credentials.clone()),
                None => Err(error),
            },
        }
    }

    async fn first(&self) -> provider::Result {
        for link in self.links.iter() {
            match link.provider.provide_credentials().await {
                Ok(credentials) => {
                    self.source.get_or_init(|| link.source);
                    return Ok(credentials);
                }
                Err(CredentialsError::CredentialsNotLoaded(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let tried: Vec<&str> = self.links.iter().map(|link| link.source).collect();
        Err(CredentialsError::not_loaded(format!("looked at: {}", tried.join(", "))))
    }
}

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.current())
    }
}

/// The profile in use, read when it is needed: keys in the environment do not care what is wrong with it.
#[derive(Debug)]
struct OfProfile(Arc<Desk>);

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            match self.0.sign_in().await {
                Ok(Some(credentials)) => Ok(credentials),
                Ok(None) => Err(CredentialsError::not_loaded(self.0.lack())),
                Err(error) => Err(CredentialsError::provider_error(error)),
            }
        })
    }
}

/// Only on an EC2 instance, and not when it is switched off: elsewhere the address swallows packets and every
/// command without credentials would hang for seconds.
pub fn metadata_may_be_asked(env: &Environment) -> bool {
    if env.flag("AWS_EC2_METADATA_DISABLED") {
        return false;
    }
    if env.text("AWS_EC2_METADATA_SERVICE_ENDPOINT").is_some() {
        return true;
    }
    let starts_with = |file: &str, prefix: &str| {
        std::fs::read_to_string(file).is_ok_and(|text| text.to_ascii_lowercase().starts_with(prefix))
    };
    // Nitro instances, then Xen ones.
    starts_with("/sys/class/dmi/id/sys_vendor", "amazon ec2") || starts_with("/sys/hypervisor/uuid", "ec2")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use aws_credential_types::credential_fn::provide_credentials_fn;
    use aws_credential_types::provider::future;

    use super::*;

    #[test]
    fn metadata_is_not_asked_when_switched_off() {
        let env = Environment::from_iter([
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"),
        ]);
        assert!(!metadata_may_be_asked(&env));
    }

    /// Gives credentials that expire so long after each call, and counts the calls.
    #[derive(Debug)]
    struct Counting {
        calls: AtomicU32,
        lifetime: Option<Duration>,
        failing_after: u32,
    }

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let call = self.calls.fetch_add(1, Ordering::Relaxed);
            if call >= self.failing_after {
                return future::ProvideCredentials::ready(Err(CredentialsError::provider_error("down")));
            }
            let expiry = self.lifetime.map(|lifetime| SystemTime::now() + lifetime);
            future::ProvideCredentials::ready(Ok(Credentials::new("AKID", "secret", None, expiry, "test")))
        }
    }

    fn chain(lifetime: Option<Duration>, failing_after: u32) -> Chain {
        let provider = Counting { calls: AtomicU32::new(0), lifetime, failing_after };
        let link = |source, provider| Link { source, provider };
        let nothing = provide_credentials_fn(|| async { Err(CredentialsError::not_loaded("nothing here")) });
        let links = [
            link("environment", SharedCredentialsProvider::new(nothing)),
            link("profile", SharedCredentialsProvider::new(provider)),
        ];
        Chain { links: links.into(), skipped: Arc::new([]), source: Arc::default(), cached: Arc::default() }
    }

    #[tokio::test]
    async fn an_empty_chain_names_what_it_tried() {
        let error = chain(None, 0).provide_credentials().await.unwrap_err();
        assert!(matches!(error, CredentialsError::ProviderError(_)), "a provider that fails ends the search");
        let empty =
            Chain { links: [].into(), skipped: Arc::new([]), source: Arc::default(), cached: Arc::default() };
        let error = empty.provide_credentials().await.unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!((source.as_deref(), empty.source()), (Some("looked at: "), None));
    }

    #[tokio::test]
    async fn a_provider_is_asked_once_for_what_lasts() {
        for lifetime in [None, Some(Duration::from_secs(3600))] {
            let chain = chain(lifetime, 1);
            for _ in 0..3 {
                chain.clone().provide_credentials().await.unwrap();
            }
            assert_eq!(chain.source(), Some("profile"));
        }
    }

    #[tokio::test]
    async fn what_still_lives_serves_when_the_provider_fails() {
        let soon = chain(Some(Duration::from_secs(30)), 1);
        soon.provide_credentials().await.unwrap();
        soon.provide_credentials().await.unwrap();
        let expired = chain(Some(Duration::ZERO), 1);
        expired.provide_credentials().await.unwrap();
        assert!(expired.provide_credentials().await.is_err());
    }
}
