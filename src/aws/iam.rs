//! What IAM says of a role: the one call of IAM that opsctl makes, a signed Query request through the same HTTP client as
//! all others. It must not judge what it hears.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::Aws;
use crate::error::{Error, Kind, Result};

const LIMIT: Duration = Duration::from_secs(20);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const VERSION: &str = "2010-05-08";
/// An answer is a role and its trust document, of at most 2,048 characters.
const MOST_BYTES: usize = 1 << 20;
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// What is known of a role.
#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    /// Its trust document.
    Found(Value),
    Missing,
    /// IAM may not be asked: why.
    Denied(String),
}

/// Where IAM of a partition is, and what calls to it are signed for.
struct Place {
    endpoint: String,
    region: String,
}

impl Place {
    /// IAM is one for a whole partition; an endpoint of one's own is in the region that is asked.
    fn of(partition: &str, endpoint: Option<&str>, region: &str) -> Self {
        let (address, home) = match partition {
            "aws-cn" => ("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            "aws-us-gov" => ("https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
            _ => ("https://iam.amazonaws.com", "us-east-1"),
        };
        match endpoint {
            Some(endpoint) => Place { endpoint: endpoint.to_owned(), region: region.to_owned() },
            None => Place { endpoint: address.to_owned(), region: home.to_owned() },
        }
    }
}

impl Aws {
    /// The role of this name, without its path, in the account of the credentials.
    pub async fn role(&self, partition: &str, name: &str) -> Result<Role> {
        let message = || format!("cannot look at the role {name}");
        let place = Place::of(partition, self.endpoint(), &self.region().value);
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", "GetRole"), ("Version", VERSION), ("RoleName", name)])
            .finish();
        tracing::info!("iam:GetRole in {}", place.region);
        let request = self
            .signed(&place, body)
            .await
            .map_err(|error| Error::failed(message()).because(error.to_string()))?;
        let settings =
            HttpConnectorSettings::builder().connect_timeout(CONNECT_LIMIT).read_timeout(LIMIT).build();
        let call = async {
            let response = self.network().connector(settings).call(request).await?;
            let status = response.status().as_u16();
            let body = http_body_util::Limited::new(response.into_body(), MOST_BYTES).collect().await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>((status, body.to_bytes()))
        };
        let (status, body) = match tokio::time::timeout(LIMIT, call).await {
            Ok(answer) => {
                answer.map_err(|error| Error::new(Kind::Temporary, message()).because(error.to_string()))?
            }
            Err(_) => return Err(Error::new(Kind::Temporary, message()).because("no answer in time").into()),
        };
        tracing::debug!("iam:GetRole: status {status}");
        answer(status, &String::from_utf8_lossy(&body), &message())
    }

    async fn signed(
        &self,
        place: &Place,
        body: String,
    ) -> Result<HttpRequest, Box<dyn std::error::Error + Send + Sync>> {
        let identity = self.credentials().await?.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&place.region)
            .name("iam")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let url = url::Url::parse(&place.endpoint)?;
        let host = match (url.host_str().unwrap_or_default(), url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let mut request = http::Request::builder()
            .method("POST")
            .uri(url.as_str())
            .header("host", &host)
            .header("content-type", FORM)
            .body(body)?;
        let headers = [("host", host.as_str()), ("content-type", FORM)];
        let signable = SignableRequest::new(
            "POST",
            url.as_str(),
            headers.into_iter(),
            SignableBody::Bytes(request.body().as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(HttpRequest::try_from(request.map(SdkBody::from))?)
    }
}

fn answer(status: u16, body: &str, message: &str) -> Result<Role> {
    let element = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        Some(rest.split_once("</")?.0)
    };
    if status == 200 {
        let document = element("AssumeRolePolicyDocument").unwrap_or_default();
        let text = percent_encoding::percent_decode_str(document).decode_utf8_lossy();
        let trust =
            serde_json::from_str(&text).map_err(|error| Error::failed(message.to_owned()).because(error))?;
        return Ok(Role::Found(trust));
    }
    match element("Code").unwrap_or_default() {
        "NoSuchEntity" | "NoSuchEntityException" => Ok(Role::Missing),
        code => Ok(Role::Denied(match code {
            "" => format!("status {status}"),
            code => format!("{code}: {}", element("Message").unwrap_or_default()),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_a_trust_document_or_says_why_not() {
        let found = "<GetRoleResponse><GetRoleResult><Role><AssumeRolePolicyDocument>%7B%22Version%22%3A%22x%22%7D\
                     </AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>";
        assert_eq!(answer(200, found, "").unwrap(), Role::Found(json!({ "Version": "x" })));
        let missing =
            "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>";
        assert_eq!(answer(404, missing, "").unwrap(), Role::Missing);
        let denied =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        assert_eq!(answer(403, denied, "").unwrap(), Role::Denied("AccessDenied: no".into()));
        assert_eq!(answer(502, "oops", "").unwrap(), Role::Denied("status 502".into()));
        assert!(answer(200, "<x/>", "").is_err());
    }

    #[test]
    fn each_partition_has_an_iam_of_its_own() {
        assert_eq!(Place::of("aws", None, "eu-west-1").endpoint, "https://iam.amazonaws.com");
        assert_eq!(Place::of("aws", None, "eu-west-1").region, "us-east-1");
        assert_eq!(Place::of("aws-cn", None, "cn-northwest-1").region, "cn-north-1");
        let here = Place::of("aws", Some("http://127.0.0.1:1"), "eu-west-1");
        assert_eq!((here.endpoint.as_str(), here.region.as_str()), ("http://127.0.0.1:1", "eu-west-1"));
    }
}
