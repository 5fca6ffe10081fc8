//! A call and its answer in REST form: the operation is a method and a path. Must not know which operations there are.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

/// A call whose signature was checked, if it is one that is signed; its body is whole.
pub struct RestCall<'a> {
    pub method: &'a Method,
    /// As sent, percent-encoded.
    pub path: &'a str,
    /// Names and values, decoded, in the order of the address.
    pub query: Vec<(String, String)>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// What it was signed for, which need not be the sandbox's own; nothing where nobody signs.
    pub region: &'a str,
}

impl<'a> RestCall<'a> {
    pub fn new(parts: &'a Parts, body: &'a [u8], region: &'a str) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        RestCall {
            method: &parts.method,
            path: parts.uri.path(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: &parts.headers,
            body,
            region,
        }
    }

    /// The first value of this name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct RestReply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// XML or JSON, or nothing.
    pub body: Bytes,
}
