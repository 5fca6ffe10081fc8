//! A call and its answer in REST form: the operation is a method and a path. Must not know which operations there are.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

/// A call whose signature was checked, its body whole.
pub struct RestCall<'a> {
    pub method: &'a Method,
    /// As sent, percent-encoded.
    pub path: &'a str,
    /// Names and values, decoded, in the order of the address.
    pub query: Vec<(String, String)>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// What it was signed for, which need not be the sandbox's own.
    pub region: &'a str,
}

impl RestCall<'_> {
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
