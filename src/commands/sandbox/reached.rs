//! The sandbox that a command's AWS settings lead to: what listens there has said that it is one.

use crate::aws::Aws;
use crate::error::{Error, Result};
use crate::sandbox::Connection;

/// Nothing is asked of anything but this machine; `refused` says why the command goes no further.
pub async fn connection(aws: &Aws, refused: impl Fn() -> Error) -> Result<Connection> {
    let endpoint = aws.endpoint().and_then(|endpoint| url::Url::parse(endpoint).ok());
    let port = endpoint
        .filter(|url| url.scheme() == "http" && url.host_str() == Some("127.0.0.1"))
        .and_then(|url| url.port())
        .ok_or_else(&refused)?;
    let credentials = aws.credentials().await?;
    let connection = Connection {
        port,
        region: aws.region().value.clone(),
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: credentials.secret_access_key().to_owned().into(),
    };
    let answer = connection.control("DescribeSandbox").await.map_err(|error| refused().because(error))?;
    if answer.get("Nodes").is_none() {
        return Err(refused().into());
    }
    Ok(connection)
}

/// The same for a verb that changes it.
pub async fn to_change(aws: &Aws, verb: &str) -> Result<Connection> {
    let refused = || {
        Error::usage("this is no sandbox, and nothing else is written to")
            .hint(format!("opsctl --sandbox sandbox {verb} ... writes to the one that is running"))
            .hint("opsctl sandbox run -- COMMAND starts one for a command")
    };
    connection(aws, refused).await
}
