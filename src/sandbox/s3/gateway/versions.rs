//! ListObjectVersions, which takes a way of its own through the protocol: see `lists`.

use super::Gateway;
use super::convert::failure;
use crate::sandbox::s3::access;
use http::{Extensions, HeaderMap, HeaderValue, Method, Uri};
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result};

pub struct Versions(pub Gateway);

fn fields(uri: &Uri) -> Vec<(String, String)> {
    let query = uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The bucket of a path without a key.
fn bucket(uri: &Uri) -> Option<&str> {
    let name = uri.path().strip_prefix('/')?;
    let name = name.strip_suffix('/').unwrap_or(name);
    s3s::path::check_bucket_name(name).then_some(name)
}

#[async_trait::async_trait]
impl S3Route for Versions {
    fn is_match(&self, method: &Method, uri: &Uri, _: &HeaderMap, _: &mut Extensions) -> bool {
        method == Method::GET
            && bucket(uri).is_some()
            && fields(uri).iter().any(|(name, _)| name == "versions")
    }

    async fn check_access(&self, request: &mut S3Request<Body>) -> S3Result<()> {
        let bucket = bucket(&request.uri).unwrap_or_default().to_owned();
        let signed = request.credentials.is_some();
        access::check_versions(self.0.store(), &request.extensions, signed, &bucket, &request.uri)
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let bucket = bucket(&request.uri).unwrap_or_default();
        self.0.store().settings(bucket).map_err(failure)?;
        let xml = self.0.list_versions(bucket, &fields(&request.uri))?;
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        Ok(S3Response::with_headers(Body::from(xml), headers))
    }
}
