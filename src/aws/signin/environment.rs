//! Keys in the environment. Half of a pair is a mistake, as it is to the AWS CLI: whoever passed over it would act as
//! somebody else.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use crate::error::{Error, Kind};
use crate::settings::Environment;

/// The second is an older name.
const SECRETS: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY"];

pub fn provider(env: &Environment) -> SharedCredentialsProvider {
    let is_set = |name: &str| env.text(name).is_some();
    if is_set("AWS_ACCESS_KEY_ID") && !SECRETS.into_iter().any(is_set) {
        return SharedCredentialsProvider::new(Half);
    }
    SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
}

#[derive(Debug)]
struct Half;

impl ProvideCredentials for Half {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let message = "AWS_ACCESS_KEY_ID is set in the environment, and AWS_SECRET_ACCESS_KEY is not";
        let error = Error::new(Kind::Credentials, message).hint("set both, or unset the first");
        future::ProvideCredentials::ready(Err(CredentialsError::provider_error(error)))
    }
}
