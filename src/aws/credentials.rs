//! Where credentials come from: one chain in the AWS CLI's order, which remembers the link that answered and
//! asks the instance metadata service only on an instance.

use std::sync::{Arc, OnceLock};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

use super::Profiles;
use crate::context::{Environment, Origin};
use crate::sandbox::Connection;

#[derive(Debug)]
struct Link {
    source: &'static str,
    provider: SharedCredentialsProvider,
}

/// The providers in order; the first that has credentials answers.
#[derive(Debug, Clone)]
pub struct Chain {
    links: Arc<[Link]>,
    source: Arc<OnceLock<&'static str>>,
}

impl Chain {
    pub fn new(config: &ProviderConfig, profiles: &Profiles, env: &Environment) -> Self {
        let named_by_option =
            profiles.selected().is_some_and(|selected| matches!(selected.origin, Origin::Option(_)));
        let mut links = Vec::new();
        let mut link = |source, provider| links.push(Link { source, provider });
        // As in the AWS CLI: `--profile` wins over keys in the environment, AWS_PROFILE does not.
        if !named_by_option {
            link(
                "environment",
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
            );
        }
        link(
            "profile",
            SharedCredentialsProvider::new(
                ProfileFileCredentialsProvider::builder()
                    .configure(config)
                    .profile_name(profiles.name())
                    .build(),
            ),
        );
        if !named_by_option {
            link(
                "web identity",
                SharedCredentialsProvider::new(
                    WebIdentityTokenCredentialsProvider::builder().configure(config).build(),
                ),
            );
            link(
                "container",
                SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(config).build()),
            );
            if metadata_may_be_asked(env) {
                link(
                    "instance metadata",
                    SharedCredentialsProvider::new(
                        ImdsCredentialsProvider::builder().configure(config).build(),
                    ),
                );
            }
        }
        Chain { links: links.into(), source: Arc::default() }
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
        Chain { links: [link].into(), source: Arc::default() }
    }

    pub fn source(&self) -> Option<&'static str> {
        self.source.get().copied()
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
        future::ProvideCredentials::new(self.first())
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
    use super::*;

    #[test]
    fn metadata_is_not_asked_when_switched_off() {
        let env = Environment::from_iter([
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"),
        ]);
        assert!(!metadata_may_be_asked(&env));
    }

    #[tokio::test]
    async fn an_empty_chain_names_what_it_tried() {
        let env = Environment::from_iter([("AWS_EC2_METADATA_DISABLED", "true")]);
        let chain = Chain { links: [].into(), source: Arc::default() };
        assert!(chain.provide_credentials().await.is_err());
        assert_eq!(chain.source(), None);
        drop(env);
    }
}
