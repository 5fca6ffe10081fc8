//! Checks Signature Version 4 on requests signed in their headers: who signed, when, for which service, and
//! that nothing signed was changed. Written apart from the signer that clients use, so that each tests the other.
//! It knows requests and keys; it must not read bodies or answer anything.
//!
//! Paths are taken as sent: no operation has dot segments or doubled slashes, so a request that relies on a
//! signer normalising them is refused.

use super::principals::{Key, Principal, Principals};
use http::request::Parts;
use jiff::{Timestamp, civil, tz::TimeZone};
use opsctl_engine::hex::hex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use ring::{digest, hmac};
use std::borrow::Cow;
use std::sync::Arc;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
const TIME_FORMAT: &str = "%Y%m%dT%H%M%SZ";
const SKEW_MINUTES: i64 = 5;
const SECURITY_TOKEN: &str = "x-amz-security-token";

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const UNRESERVED_AND_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Why a request is refused, in AWS's classes and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("Missing Authentication Token")]
    Missing,
    #[error("{0}")]
    Incomplete(String),
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    #[error("The security token included in the request is expired")]
    Expired,
    #[error("{0}")]
    Invalid(String),
}

impl Refusal {
    fn mismatch() -> Self {
        Refusal::Invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details."
                .into(),
        )
    }
}

/// The `Authorization` header, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Authorization {
    access_key_id: String,
    date: String,
    region: String,
    service: String,
    /// As written, since its text is itself signed.
    signed_headers: String,
    signature: [u8; 32],
}

impl Authorization {
    fn parse(value: &str) -> Result<Self, Refusal> {
        let parameters = value.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' '));
        let Some(parameters) = parameters else {
            return Err(Refusal::Incomplete(format!(
                "Authorization header must begin with '{ALGORITHM}'; other algorithms are not supported."
            )));
        };
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for parameter in parameters.split(',') {
            let place = match parameter.trim().split_once('=') {
                Some(("Credential", value)) => (&mut credential, value),
                Some(("SignedHeaders", value)) => (&mut signed_headers, value),
                Some(("Signature", value)) => (&mut signature, value),
                _ => {
                    let text = "Authorization header has a parameter that is not a key=value pair it knows.";
                    return Err(Refusal::Incomplete(text.into()));
                }
            };
            if place.0.replace(place.1).is_some() {
                return Err(Refusal::Incomplete("Authorization header repeats a parameter.".into()));
            }
        }
        let present = |parameter: Option<&str>, name| {
            parameter.map(str::to_owned).ok_or_else(|| {
                Refusal::Incomplete(format!("Authorization header requires '{name}' parameter."))
            })
        };
        let credential = present(credential, "Credential")?;
        let signed_headers = present(signed_headers, "SignedHeaders")?;
        let signature = signature_bytes(&present(signature, "Signature")?).ok_or_else(Refusal::mismatch)?;
        let fields: Vec<&str> = credential.split('/').collect();
        let &[access_key_id, date, region, service, "aws4_request"] = fields.as_slice() else {
            return Err(Refusal::Incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/aws4_request."
                    .into(),
            ));
        };
        Ok(Authorization {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers,
            signature,
        })
    }

    fn signs(&self, header: &str) -> bool {
        self.signed_headers.split(';').any(|name| name == header)
    }
}

fn signature_bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Whose key a request says it was signed with, and for which region and service.
pub struct Scope {
    pub access_key_id: String,
    pub region: String,
    pub service: String,
}

/// What a request says of itself, in its headers or in its address; nothing of it has been checked.
pub fn claimed_scope(parts: &Parts) -> Option<Scope> {
    let credential = match header(parts, "authorization") {
        Ok(Some(value)) => value.split_once("Credential=")?.1.split(',').next()?.trim().to_owned(),
        _ => {
            let mut pairs = parts.uri.query()?.split('&');
            pairs.find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?.replace("%2F", "/")
        }
    };
    match *credential.split('/').collect::<Vec<_>>().as_slice() {
        [key, _, region, service, "aws4_request"] => Some(Scope {
            access_key_id: key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        }),
        _ => None,
    }
}

/// The session token of a request, in its headers or in its address.
pub fn claimed_token(parts: &Parts) -> Result<Option<Cow<'_, str>>, Refusal> {
    if let Some(token) = header(parts, SECURITY_TOKEN)? {
        return Ok(Some(token.into()));
    }
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    Ok(pairs.find(|(name, _)| name == "X-Amz-Security-Token").map(|(_, token)| token))
}

/// What a request in headers must have signed beyond what S3 itself insists on.
pub fn check_headers_of_aws(parts: &Parts) -> Result<(), Refusal> {
    match header(parts, "authorization")? {
        Some(value) => check_signed_headers(parts, &Authorization::parse(value)?),
        None => Ok(()),
    }
}

/// A signature by the right key, at the right time, for the right place, still to be checked against the request.
/// Made before the body is read, so that nobody without the key makes a sandbox buffer one.
#[derive(Debug)]
pub struct Claim {
    authorization: Authorization,
    time: String,
    key: Arc<Key>,
}

impl Claim {
    pub fn new(parts: &Parts, principals: &Principals, now: Timestamp) -> Result<Self, Refusal> {
        let authorization = Authorization::parse(header(parts, "authorization")?.ok_or(Refusal::Missing)?)?;
        let Some(time) = header(parts, "x-amz-date")? else {
            let text = "Authorization header requires existence of a 'X-Amz-Date' header.";
            return Err(Refusal::Incomplete(text.into()));
        };
        let key = principals.get(&authorization.access_key_id).ok_or(Refusal::UnknownKey)?;
        check_date(&authorization, time)?;
        check_time(time, now)?;
        check_signed_headers(parts, &authorization)?;
        principals.check(&key, header(parts, SECURITY_TOKEN)?, now)?;
        Ok(Claim { authorization, time: time.to_owned(), key })
    }

    /// Who signed, once it is verified.
    pub fn caller(&self) -> Arc<Principal> {
        Arc::clone(&self.key.principal)
    }

    /// The region the request was signed for.
    pub fn region(&self) -> &str {
        &self.authorization.region
    }

    /// The service the request was signed for.
    pub fn verify(self, parts: &Parts, body: &[u8]) -> Result<String, Refusal> {
        let Authorization { date, region, service, signed_headers, signature, .. } = self.authorization;
        let body_hash = sha256_hex(body);
        let payload_hash = match header(parts, "x-amz-content-sha256")? {
            // Only S3 takes a body that nobody signed.
            Some(UNSIGNED_PAYLOAD) if service == "s3" => UNSIGNED_PAYLOAD,
            Some(hash) if hash != body_hash => {
                let text = "The provided 'x-amz-content-sha256' header does not match what was computed.";
                return Err(Refusal::Invalid(text.into()));
            }
            _ => &body_hash,
        };
        let request = canonical_request(parts, &service, &signed_headers, payload_hash);
        let request_hash = sha256_hex(&request);
        let text =
            format!("{ALGORITHM}\n{}\n{date}/{region}/{service}/aws4_request\n{request_hash}", self.time);
        let key = signing_key(&self.key, &[&date, &region, &service, "aws4_request"]);
        hmac::verify(&key, text.as_bytes(), &signature).map_err(|_| Refusal::mismatch())?;
        Ok(service)
    }
}

/// A header that must not be repeated, as text.
fn header<'a>(parts: &'a Parts, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = parts.headers.get_all(name).iter();
    let unusable = || Refusal::Incomplete(format!("The header '{name}' is repeated or is not text."));
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| unusable()),
        _ => Err(unusable()),
    }
}

fn check_date(authorization: &Authorization, time: &str) -> Result<(), Refusal> {
    // Any region will do: it is part of what is signed. Which ones there are is the realm's business.
    let day = time.get(..8).unwrap_or(time);
    if authorization.date != day {
        return Err(Refusal::Invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{}' != '{day}', from '{time}'.",
            authorization.date
        )));
    }
    Ok(())
}

fn check_time(time: &str, now: Timestamp) -> Result<(), Refusal> {
    let parsed = civil::DateTime::strptime(TIME_FORMAT, time).ok();
    let signed = parsed.and_then(|time| time.to_zoned(TimeZone::UTC).ok()).map(|time| time.timestamp());
    let Some(signed) = signed.filter(|_| time.len() == 16) else {
        return Err(Refusal::Incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{time}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )));
    };
    let ahead = signed.as_second().saturating_sub(now.as_second());
    let limit = SKEW_MINUTES * 60;
    if ahead.abs() <= limit {
        return Ok(());
    }
    let format = |seconds: i64| {
        let moment = Timestamp::from_second(seconds).unwrap_or(now);
        moment.strftime(TIME_FORMAT).to_string()
    };
    let now_text = format(now.as_second());
    Err(Refusal::Invalid(if ahead < 0 {
        let earliest = format(now.as_second().saturating_sub(limit));
        format!("Signature expired: {time} is now earlier than {earliest} ({now_text} - {SKEW_MINUTES} min.)")
    } else {
        let latest = format(now.as_second().saturating_add(limit));
        format!(
            "Signature not yet current: {time} is still later than {latest} ({now_text} + {SKEW_MINUTES} min.)"
        )
    }))
}

/// What decides about a request has to be signed: the host, and every header of AWS's own.
fn check_signed_headers(parts: &Parts, authorization: &Authorization) -> Result<(), Refusal> {
    if !authorization.signs("host") {
        let text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
        return Err(Refusal::Invalid(text.into()));
    }
    let names = parts.headers.keys().map(|name| name.as_str());
    match names.filter(|name| name.starts_with("x-amz-")).find(|name| !authorization.signs(name)) {
        Some(name) => Err(Refusal::Invalid(format!(
            "There were headers present in the request which were not signed: {name}"
        ))),
        None => Ok(()),
    }
}

fn canonical_request(parts: &Parts, service: &str, signed_headers: &str, payload_hash: &str) -> Vec<u8> {
    let mut request = Vec::new();
    let mut line = |line: &[u8]| {
        request.extend_from_slice(line);
        request.push(b'\n');
    };
    line(parts.method.as_str().as_bytes());
    line(canonical_path(parts.uri.path(), service).as_bytes());
    line(canonical_query(parts.uri.query().unwrap_or_default()).as_bytes());
    for name in signed_headers.split(';') {
        let values = parts.headers.get_all(name).iter();
        let values: Vec<Vec<u8>> = values.map(|value| trimmed(value.as_bytes())).collect();
        line(&[name.as_bytes(), b":", &values.join(&b","[..])].concat());
    }
    line(b"");
    line(signed_headers.as_bytes());
    request.extend_from_slice(payload_hash.as_bytes());
    request
}

/// S3 takes the path as it is; every other service expects it encoded once more.
fn canonical_path(path: &str, service: &str) -> String {
    match service {
        "s3" => path.to_owned(),
        _ => percent_encode(path.as_bytes(), UNRESERVED_AND_SLASH).to_string(),
    }
}

fn canonical_query(query: &str) -> String {
    let recode = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(&text.replace('+', " ")).collect();
        percent_encode(&decoded, UNRESERVED).to_string()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (recode(k), recode(v)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join("&")
}

/// Without spaces at the ends, and with single ones between.
fn trimmed(value: &[u8]) -> Vec<u8> {
    let words = value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn signing_key(key: &Key, scope: &[&str]) -> hmac::Key {
    let first = hmac::Key::new(hmac::HMAC_SHA256, &key.signing_secret());
    scope.iter().fold(first, |key, part| {
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
    })
}

#[cfg(test)]
mod tests;
