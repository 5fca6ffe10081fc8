//! What the headers of a request say about an object to be: those of a write, of a copy and of the start of an upload
//! are the same.

use super::convert::{canned, failure, granted, permission_header};
use crate::sandbox::s3::store::checksum::{ALGORITHMS, Algorithm};
use crate::sandbox::s3::store::errors;
use crate::sandbox::s3::store::version::{
    Attributes, Grant, Headers, Kms, LockMode, PERMISSIONS, Retention, StorageClass, Tag,
};
use crate::sandbox::services::ServiceError;
use http::HeaderMap;
use jiff::Timestamp;
use s3s::{S3Result, dto};

/// Headers as text, those that are no text left out.
pub struct Described<'a>(pub &'a HeaderMap);

impl<'a> Described<'a> {
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Refuses what the store cannot keep.
    pub fn check(&self) -> S3Result<()> {
        for name in [
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-copy-source-server-side-encryption-customer-algorithm",
        ] {
            if self.get(name).is_some() {
                let message = "this sandbox does not encrypt with keys of customers (SSE-C)";
                return Err(failure(errors::not_implemented(message)));
            }
        }
        if self.get("x-amz-write-offset-bytes").is_some() {
            return Err(failure(errors::not_implemented("this sandbox does not append to objects")));
        }
        Ok(())
    }

    pub fn class(&self) -> S3Result<Option<StorageClass>> {
        let Some(name) = self.get("x-amz-storage-class") else { return Ok(None) };
        let message = "The storage class you specified is not valid";
        let class = StorageClass::named(name);
        class.map(Some).ok_or_else(|| failure(ServiceError::new("InvalidStorageClass", message)))
    }

    pub fn headers(&self, metadata: Option<dto::Metadata>) -> Headers {
        let encoding = self.owned("content-encoding").map(|encoding| {
            // How the request came, which is nothing of the object.
            let kept = encoding.split(',').map(str::trim).filter(|part| *part != "aws-chunked");
            kept.collect::<Vec<_>>().join(",")
        });
        let expires = self.get("expires").and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
        Headers {
            content_type: self.owned("content-type").filter(|kind| !kind.is_empty()),
            cache_control: self.owned("cache-control"),
            content_disposition: self.owned("content-disposition"),
            content_encoding: encoding.filter(|encoding| !encoding.is_empty()),
            content_language: self.owned("content-language"),
            expires: expires.map(|time| time.timestamp().as_millisecond()),
            redirect: self.redirect(),
            user: metadata.unwrap_or_default().into_iter().collect(),
        }
    }

    pub fn redirect(&self) -> Option<String> {
        self.owned("x-amz-website-redirect-location")
    }

    pub fn tags(&self) -> Vec<Tag> {
        let pairs = url::form_urlencoded::parse(self.get("x-amz-tagging").unwrap_or_default().as_bytes());
        pairs.map(|(key, value)| Tag { key: key.into_owned(), value: value.into_owned() }).collect()
    }

    /// Of canned ACLs and grants in headers.
    pub fn acl(&self, owner: &str) -> S3Result<Option<Vec<Grant>>> {
        let mut grants = Vec::new();
        for permission in PERMISSIONS {
            if let Some(header) = self.get(permission_header(permission)) {
                grants.extend(granted(header, permission).map_err(failure)?);
            }
        }
        match self.get("x-amz-acl") {
            Some(_) if !grants.is_empty() => {
                let message = "Specifying both Canned ACLs and Header Grants is not allowed";
                Err(failure(errors::invalid_request(message)))
            }
            Some(name) => {
                let acl = canned(name, owner);
                acl.ok_or_else(|| failure(errors::invalid(format!("there is no canned ACL {name}"))))
            }
            None => Ok((!grants.is_empty()).then_some(grants)),
        }
    }

    pub fn encryption(&self) -> S3Result<Option<Kms>> {
        let bucket_key = self.get("x-amz-server-side-encryption-bucket-key-enabled") == Some("true");
        let key = self.owned("x-amz-server-side-encryption-aws-kms-key-id");
        match self.get("x-amz-server-side-encryption") {
            None | Some("AES256") => Ok(None),
            Some("aws:kms") => Ok(Some(Kms { key, bucket_key, dsse: false })),
            Some("aws:kms:dsse") => Ok(Some(Kms { key, bucket_key, dsse: true })),
            Some(other) => {
                let message = format!("The encryption method specified is not supported: {other}");
                Err(failure(ServiceError::new("InvalidEncryptionAlgorithmError", message)))
            }
        }
    }

    pub fn legal_hold(&self) -> Option<bool> {
        self.get("x-amz-object-lock-legal-hold").map(|status| status == "ON")
    }

    pub fn retention(&self) -> S3Result<Option<Retention>> {
        let mode = self.get("x-amz-object-lock-mode").and_then(LockMode::named);
        let until = self.get("x-amz-object-lock-retain-until-date");
        match (mode, until.and_then(|text| text.parse::<Timestamp>().ok())) {
            (Some(_), Some(until)) if until <= Timestamp::now() => {
                Err(failure(errors::invalid("The retain until date must be in the future!")))
            }
            (Some(mode), Some(until)) => Ok(Some(Retention { mode, until: until.as_millisecond() })),
            (None, None) => Ok(None),
            _ => {
                let message =
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
                Err(failure(errors::invalid(message)))
            }
        }
    }

    pub fn attributes(&self, metadata: Option<dto::Metadata>, owner: &str) -> S3Result<Attributes> {
        self.check()?;
        Ok(Attributes {
            headers: self.headers(metadata),
            tags: self.tags(),
            acl: self.acl(owner)?,
            legal_hold: self.legal_hold(),
            retention: self.retention()?,
            encryption: self.encryption()?,
            restore: None,
            replication: None,
        })
    }

    /// The checksum a client has computed, or will have: by its header, its trailer, or its announcement.
    pub fn algorithm(&self) -> Option<Algorithm> {
        let trailer = self.get("x-amz-trailer").unwrap_or_default();
        let named = self.get("x-amz-sdk-checksum-algorithm").or(self.get("x-amz-checksum-algorithm"));
        let sent = ALGORITHMS.into_iter().find(|algorithm| {
            self.get(algorithm.header()).is_some() || trailer.trim().eq_ignore_ascii_case(algorithm.header())
        });
        sent.or_else(|| named.and_then(Algorithm::named))
    }
}
