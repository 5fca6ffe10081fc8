//! A listing against an S3 in this process that asks to slow down.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_credential_types::Credentials;
use aws_sdk_s3::Config;
use aws_sdk_s3::config::{BehaviorVersion, Region, RuntimeComponents};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::error::Report;

const PAGE: &str = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents>\
    <Key>a</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified><Size>1</Size></Contents></ListBucketResult>";

/// Asks to slow down so many times, then gives a page.
#[derive(Debug, Clone)]
struct Stormy(std::sync::Arc<AtomicUsize>);

impl HttpConnector for Stormy {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        let (status, body) = match left {
            Ok(_) => (
                503,
                "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
            ),
            Err(_) => (200, PAGE),
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

impl HttpClient for Stormy {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

async fn listed(storm: usize, limit: Duration) -> Result<Vec<String>> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test"))
        .http_client(Stormy(std::sync::Arc::new(AtomicUsize::new(storm))))
        .build();
    let (client, roots) = (Client::from_conf(config), ["s3://data-1/".parse::<Location>().unwrap()]);
    let listing = Listing { client: &client, roots: &roots, versions: false };
    let mut plan = Plan::new([String::new()], 4, 7);
    let mut keys = Vec::new();
    let patience = Patience::new(limit, Instant::now());
    let lost = list_within(patience, &listing, &mut plan, |_, found| {
        if let Found::Page { page, keys: count, .. } = found {
            keys.extend(page.keys().take(count).map(str::to_owned));
        }
        Ok(ControlFlow::Continue(()))
    });
    assert!(lost.await?.is_empty());
    Ok(keys)
}

#[tokio::test]
async fn a_storm_is_waited_out_while_there_is_patience_and_then_is_temporary() {
    assert_eq!(listed(3, STORM).await.unwrap(), ["a"]);
    let report = Report::new(&listed(usize::MAX, Duration::ZERO).await.unwrap_err());
    assert_eq!((report.kind, report.kind.exit_code()), (Kind::Temporary, 75));
    assert_eq!(report.message, "S3 has asked to slow down for 0 seconds");
    assert_eq!(report.causes[0], "cannot list s3://data-1/");
    assert!(report.causes[1].starts_with("SlowDown: "), "{report:?}");
}

#[test]
fn patience_ends_two_minutes_after_the_last_page() {
    let begin = Instant::now();
    let at = |seconds| begin + Duration::from_secs(seconds);
    let mut patience = Patience::new(STORM, begin);
    assert!(!patience.is_spent(at(119)) && patience.is_spent(at(120)));
    patience.page(at(100));
    assert!(!patience.is_spent(at(219)) && patience.is_spent(at(220)));
    assert!(!patience.is_spent(begin), "of moments at once, one can come late");
    let told = patience.stormed(Error::failed("x")).to_string();
    assert_eq!(told, "S3 has asked to slow down for 120 seconds");
}
