//! Pictures in S3: read whole, written whole.

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::event::Failure;

/// No picture that is taken has more bytes.
const LARGEST: i64 = 32 << 20;

pub struct Storage {
    client: Client,
}

impl Storage {
    /// With what Lambda puts into the environment.
    pub async fn open() -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
        Storage { client: Client::new(&config) }
    }

    pub async fn read(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Failure> {
        let failed = |cause: String| Failure::storage(format!("s3://{bucket}/{key} cannot be read: {cause}"));
        let answer = self.client.get_object().bucket(bucket).key(key).send().await;
        let answer = answer.map_err(|error| failed(DisplayErrorContext(error).to_string()))?;
        if answer.content_length().unwrap_or_default() > LARGEST {
            return Err(Failure::broken(format!("s3://{bucket}/{key} has more than {LARGEST} bytes")));
        }
        let body = answer.body.collect().await.map_err(|error| failed(error.to_string()))?;
        Ok(body.to_vec())
    }

    pub async fn write(&self, bucket: &str, key: &str, jpeg: Vec<u8>) -> Result<(), Failure> {
        let call = self.client.put_object().bucket(bucket).key(key).content_type("image/jpeg");
        let answer = call.body(jpeg.into()).send().await;
        answer.map(drop).map_err(|error| {
            let cause = DisplayErrorContext(error);
            Failure::storage(format!("s3://{bucket}/{key} cannot be written: {cause}"))
        })
    }
}
