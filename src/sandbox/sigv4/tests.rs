use super::*;
use crate::sandbox::identity::Identity;
use crate::sandbox::principals::{Issued, Kind};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest};
use aws_sigv4::http_request::{SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderName, HeaderValue, Request};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NOW: i64 = 1_790_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn identity() -> Identity {
    Identity::new("111122223333", "us-east-1", "rehearsal").unwrap()
}

/// A request as a property test draws it, before it is signed.
#[derive(Debug, Clone)]
struct Draft {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    service: &'static str,
    payload: Payload,
}

#[derive(Debug, Clone, Copy)]
enum Payload {
    Hashed,
    HashInHeader,
    Unsigned,
}

impl Draft {
    fn simple() -> Self {
        Draft {
            method: "POST",
            path: "/".into(),
            query: String::new(),
            headers: vec![("x-amz-target".into(), "AmazonSSM.DescribeSessions".into())],
            body: b"{}".to_vec(),
            service: "ssm",
            payload: Payload::Hashed,
        }
    }

    fn uri(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.path, self.query)
    }

    /// Signs with the signer that the AWS clients use.
    fn sign(&self, key: &Identity, region: &str, seconds: i64) -> Parts {
        let secret = key.secret_access_key();
        self.sign_with(Credentials::new(&key.access_key_id, secret, None, None, "test"), region, seconds)
    }

    fn sign_with(&self, credentials: Credentials, region: &str, seconds: i64) -> Parts {
        let credentials = credentials.into();
        let mut settings = SigningSettings::default();
        if self.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode =
                aws_sigv4::http_request::UriPathNormalizationMode::Disabled;
        }
        if !matches!(self.payload, Payload::Hashed) {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let time: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
        let parameters = v4::SigningParams::builder()
            .identity(&credentials)
            .region(region)
            .name(self.service)
            .time(time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("http://127.0.0.1:4566{}", self.uri());
        let body = match self.payload {
            Payload::Unsigned => SignableBody::UnsignedPayload,
            Payload::Hashed | Payload::HashInHeader => SignableBody::Bytes(&self.body),
        };
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signable = SignableRequest::new(self.method, uri, headers, body).unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        let mut request = Request::builder().method(self.method).uri(self.uri());
        request = request.header("host", "127.0.0.1:4566");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        for (name, value) in instructions.headers() {
            let value = HeaderValue::from_str(value).unwrap();
            parts.headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        }
        parts
    }
}

fn check(parts: &Parts, body: &[u8], key: &Identity) -> Result<String, Refusal> {
    Claim::new(parts, &Principals::new(key).unwrap(), now())?.verify(parts, body)
}

#[test]
fn a_signature_of_our_key_names_its_service() {
    let key = identity();
    let draft = Draft::simple();
    assert_eq!(check(&draft.sign(&key, "us-east-1", NOW), &draft.body, &key).unwrap(), "ssm");
}

#[test]
fn five_minutes_of_skew_are_allowed_and_more_is_named() {
    let key = identity();
    let draft = Draft::simple();
    for (ahead, expected) in [
        (-300, Ok(())),
        (300, Ok(())),
        (
            -301,
            Err(
                "Signature expired: 20260921T140819Z is now earlier than 20260921T140820Z (20260921T141320Z - 5 min.)",
            ),
        ),
        (
            301,
            Err(
                "Signature not yet current: 20260921T141821Z is still later than 20260921T141820Z (20260921T141320Z + 5 min.)",
            ),
        ),
    ] {
        let parts = draft.sign(&key, "us-east-1", NOW + ahead);
        let outcome = check(&parts, &draft.body, &key).map(|_| ()).map_err(|refusal| refusal.to_string());
        assert_eq!(outcome, expected.map_err(str::to_owned), "{ahead} s");
    }
}

#[test]
fn refusals_have_the_classes_and_words_of_aws() {
    let key = identity();
    let signed = |change: &dyn Fn(&mut Parts)| {
        let mut parts = Draft::simple().sign(&key, "us-east-1", NOW);
        change(&mut parts);
        check(&parts, b"{}", &key).unwrap_err()
    };
    let set = |name: &'static str, value: &'static str| {
        move |parts: &mut Parts| drop(parts.headers.insert(name, HeaderValue::from_static(value)))
    };
    let remove = |name: &'static str| move |parts: &mut Parts| drop(parts.headers.remove(name));

    assert_eq!(signed(&remove("authorization")), Refusal::Missing);
    for (case, refusal, start) in [
        ("a bearer token", signed(&set("authorization", "Bearer x")), "Authorization header must begin"),
        ("no date", signed(&remove("x-amz-date")), "Authorization header requires existence"),
        (
            "a short credential",
            signed(&set(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00",
            )),
            "The request signature",
        ),
        (
            "no signature",
            signed(&set("authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host")),
            "Authorization header requires 'Signature'",
        ),
    ] {
        assert!(refusal.to_string().starts_with(start), "{case}: {refusal}");
    }
    let refusal = signed(&set("x-amz-target", "AmazonSSM.StartSession"));
    assert_eq!(refusal, Refusal::mismatch());
    let refusal = signed(&set("x-amz-security-token", "somebody else's"));
    assert!(refusal.to_string().contains("x-amz-security-token"), "{refusal}");
    let refusal = signed(&set("x-amz-date", "20260921"));
    assert!(matches!(refusal, Refusal::Incomplete(_)), "{refusal}");
}

#[test]
fn another_key_another_secret_and_a_region_that_was_not_signed_are_refused() {
    let (key, other) = (identity(), identity());
    let draft = Draft::simple();
    let parts = draft.sign(&other, "us-east-1", NOW);
    assert_eq!(check(&parts, &draft.body, &key), Err(Refusal::UnknownKey));
    let mut forged = other.clone();
    forged.access_key_id = key.access_key_id.clone();
    let parts = draft.sign(&forged, "us-east-1", NOW);
    assert_eq!(check(&parts, &draft.body, &key), Err(Refusal::mismatch()));
    // A key is good in every region, and a signature in one.
    let mut parts = draft.sign(&key, "eu-west-1", NOW);
    assert!(check(&parts, &draft.body, &key).is_ok());
    let authorization = parts.headers["authorization"].to_str().unwrap().replace("eu-west-1", "us-east-1");
    parts.headers.insert("authorization", authorization.parse().unwrap());
    assert_eq!(check(&parts, &draft.body, &key), Err(Refusal::mismatch()));
}

#[test]
fn a_temporary_key_signs_with_its_own_token_until_it_has_expired() {
    let key = identity();
    let principals = Principals::new(&key).unwrap();
    let until = |seconds| Timestamp::from_second(NOW + seconds).unwrap();
    let session = principals
        .issue(Principal { kind: Kind::RoleSession, ..Principal::user(&key) }, until(60), now())
        .unwrap();
    let over = principals.issue(Principal::user(&key), until(0), now()).unwrap();
    let draft = Draft::simple();
    let check = |issued: &Issued, token: Option<&str>| {
        let (key, token) = (&issued.key, token.map(str::to_owned));
        let credentials = Credentials::new(&key.access_key_id, key.secret_access_key(), token, None, "test");
        let parts = draft.sign_with(credentials, "us-east-1", NOW);
        let claim = Claim::new(&parts, &principals, now())?;
        let caller = claim.caller();
        claim.verify(&parts, &draft.body).map(|_| caller.kind)
    };
    assert_eq!(check(&session, Some(&session.token)), Ok(Kind::RoleSession));
    assert_eq!(check(&session, None), Err(Refusal::UnknownKey));
    assert_eq!(check(&session, Some(&over.token)), Err(Refusal::UnknownKey));
    assert_eq!(check(&over, Some(&over.token)), Err(Refusal::Expired));
    // A signature by another secret is none, whatever the token.
    let credentials =
        Credentials::new(&session.key.access_key_id, "no", Some(session.token.to_string()), None, "test");
    let parts = draft.sign_with(credentials, "us-east-1", NOW);
    let claim = Claim::new(&parts, &principals, now()).unwrap();
    assert_eq!(claim.verify(&parts, &draft.body), Err(Refusal::mismatch()));
}

#[test]
fn an_unsigned_target_is_refused_even_with_a_valid_signature() {
    let key = identity();
    let mut draft = Draft::simple();
    draft.headers.clear();
    let mut parts = draft.sign(&key, "us-east-1", NOW);
    parts.headers.insert("x-amz-target", HeaderValue::from_static("AmazonSSM.StartSession"));
    let refusal = check(&parts, &draft.body, &key).unwrap_err();
    assert!(refusal.to_string().ends_with("not signed: x-amz-target"), "{refusal}");
}

#[test]
fn an_unsigned_payload_is_taken_only_for_s3_and_from_a_signed_header() {
    let key = identity();
    let mut draft = Draft { payload: Payload::Unsigned, service: "s3", ..Draft::simple() };
    let parts = draft.sign(&key, "us-east-1", NOW);
    assert!(check(&parts, b"any body at all", &key).is_ok());
    for service in ["ssm", "kms", "sts", "ssmmessages", "S3"] {
        let parts = Draft { service, ..draft.clone() }.sign(&key, "us-east-1", NOW);
        for body in [&b"any body at all"[..], b"{}", b""] {
            assert!(matches!(check(&parts, body, &key), Err(Refusal::Invalid(_))), "{service}");
        }
    }
    draft.payload = Payload::Hashed;
    let mut parts = draft.sign(&key, "us-east-1", NOW);
    parts.headers.insert("x-amz-content-sha256", HeaderValue::from_static(UNSIGNED_PAYLOAD));
    assert!(check(&parts, b"any body at all", &key).is_err());
}

/// Text that is percent-encoded as clients do it.
fn encoded(range: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let characters = proptest::collection::vec(any::<char>(), range);
    characters.prop_map(|characters| {
        let text: String = characters.into_iter().collect();
        percent_encode(text.as_bytes(), UNRESERVED).to_string()
    })
}

fn drafts() -> impl Strategy<Value = Draft> {
    let segment = encoded(1..6).prop_filter("a dot segment", |text| text != "." && text != "..");
    let path = proptest::collection::vec(segment, 0..4).prop_map(|parts| format!("/{}", parts.join("/")));
    let pair = (encoded(1..5), encoded(0..6)).prop_map(|(key, value)| format!("{key}={value}"));
    let query = proptest::collection::vec(pair, 0..4).prop_map(|pairs| pairs.join("&"));
    let header = ("x-amz-[a-z]{1,8}", "[!-~]( {0,2}[!-~]){0,8}");
    let headers = proptest::collection::vec(header, 0..4);
    let payload = prop_oneof![Just(Payload::Hashed), Just(Payload::HashInHeader), Just(Payload::Unsigned)];
    let method = prop_oneof![Just("GET"), Just("POST"), Just("PUT"), Just("DELETE")];
    let service = prop_oneof![Just("ssm"), Just("s3"), Just("ssmmessages")];
    (method, path, query, headers, proptest::collection::vec(any::<u8>(), 0..64), service, payload).prop_map(
        |(method, path, query, headers, body, service, payload)| Draft {
            method,
            path,
            query,
            headers: headers.into_iter().filter(|(name, _)| !name.ends_with("-date")).collect(),
            body,
            service,
            payload: match (service, payload) {
                ("s3", Payload::Unsigned) => Payload::Unsigned,
                (_, Payload::Unsigned) => Payload::Hashed,
                (_, hashed) => hashed,
            },
        },
    )
}

/// `text` with one bit of the byte at `place` flipped, where the result is still text.
fn flipped(text: &str, place: proptest::sample::Index, bit: u32) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let index = place.index(bytes.len());
    bytes[index] ^= 1 << bit;
    String::from_utf8(bytes).ok()
}

/// Upper and lower case of a percent escape mean the same byte, and so the same request.
fn same_query(one: &str, other: &str) -> bool {
    canonical_query(one) == canonical_query(other)
}

proptest! {
    #[test]
    fn what_the_clients_sign_verifies(draft in drafts()) {
        let key = identity();
        let parts = draft.sign(&key, "us-east-1", NOW);
        let service = check(&parts, &draft.body, &key);
        prop_assert_eq!(service, Ok(draft.service.to_owned()));
    }

    #[test]
    fn one_flipped_bit_is_refused(
        draft in drafts(),
        part in 0..5,
        place in any::<proptest::sample::Index>(),
        header in any::<proptest::sample::Index>(),
        bit in 0u32..7,
    ) {
        let key = identity();
        let mut parts = draft.sign(&key, "us-east-1", NOW);
        let mut body = draft.body.clone();
        match part {
            0 => {
                let Some(method) = flipped(draft.method, place, bit) else { return Ok(()) };
                let Ok(method) = method.parse() else { return Ok(()) };
                parts.method = method;
            }
            1 | 2 => {
                let uri = draft.uri();
                let Some(uri) = flipped(&uri, place, bit) else { return Ok(()) };
                let Ok(uri) = uri.parse::<http::Uri>() else { return Ok(()) };
                if uri.path() == draft.path && same_query(uri.query().unwrap_or_default(), &draft.query) {
                    return Ok(());
                }
                parts.uri = uri;
            }
            3 => {
                let names: Vec<HeaderName> = parts.headers.keys().cloned().collect();
                let name = &names[header.index(names.len())];
                let old = parts.headers[name].clone();
                let Some(value) = flipped(old.to_str().unwrap(), place, bit) else { return Ok(()) };
                let Ok(value) = HeaderValue::from_str(&value) else { return Ok(()) };
                if trimmed(value.as_bytes()) == trimmed(old.as_bytes()) {
                    return Ok(());
                }
                parts.headers.insert(name, value);
            }
            _ => {
                if body.is_empty() || matches!(draft.payload, Payload::Unsigned) {
                    return Ok(());
                }
                let index = place.index(body.len());
                body[index] ^= 1 << bit;
            }
        }
        prop_assert!(check(&parts, &body, &key).is_err());
    }

    #[test]
    fn no_authorization_header_makes_the_parser_panic(
        value in prop_oneof![
            ".*",
            "AWS4-HMAC-SHA256 .*",
            "AWS4-HMAC-SHA256 Credential=[a-z/]{0,20}, ?SignedHeaders=[a-zA-Z;]{0,9},Signature=[0-9a-g]{60,68}",
        ],
        date in ".{0,20}",
    ) {
        let key = identity();
        let mut parts = Draft::simple().sign(&key, "us-east-1", NOW);
        if let (Ok(value), Ok(date)) = (HeaderValue::from_str(&value), HeaderValue::from_str(&date)) {
            parts.headers.insert("authorization", value);
            parts.headers.insert("x-amz-date", date);
            let refusal = check(&parts, b"{}", &key);
            prop_assert!(refusal.is_err());
        }
    }
}
