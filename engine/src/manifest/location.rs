//! Where something is in S3, as people write it: `s3://bucket/key`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A bucket and a key, or the prefix of keys. The key is raw: nothing in it is encoded, and it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    pub bucket: String,
    pub key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LocationError {
    #[error("`{0}` does not begin with s3://")]
    Scheme(String),
    #[error("`{0}` names no bucket")]
    NoBucket(String),
    #[error("`{0}` is no name of a bucket: 3 to 63 lower case letters, digits, dots and hyphens")]
    Bucket(String),
}

impl Location {
    /// As API calls name it. For a bucket alone, the bucket's.
    pub fn arn(&self, partition: &str) -> String {
        let Location { bucket, key } = self;
        let slash = if key.is_empty() { "" } else { "/" };
        format!("arn:{partition}:s3:::{bucket}{slash}{key}")
    }
}

/// What the ARNs of a region's buckets begin with. Source: the partitions of the AWS general reference.
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let path = text.strip_prefix("s3://").ok_or_else(|| LocationError::Scheme(text.to_owned()))?;
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err(LocationError::NoBucket(text.to_owned()));
        }
        if !is_bucket_name(bucket) {
            return Err(LocationError::Bucket(bucket.to_owned()));
        }
        Ok(Location { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// Whether S3 would make a general purpose bucket of that name; lenient with names from before the rules.
pub fn is_bucket_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&text.len())
        && text.bytes().all(|byte| inner(byte) || matches!(byte, b'.' | b'-'))
        && text.bytes().next().is_some_and(inner)
        && text.bytes().next_back().is_some_and(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_taken_apart_and_put_together() {
        for (text, bucket, key) in [
            ("s3://data-1/logs/2026/", "data-1", "logs/2026/"),
            ("s3://data-1//a%20b+c?d#e", "data-1", "/a%20b+c?d#e"),
            ("s3://data.example/", "data.example", ""),
        ] {
            let location: Location = text.parse().unwrap();
            assert_eq!((location.bucket.as_str(), location.key.as_str()), (bucket, key));
            assert_eq!(location.to_string(), text);
        }
        let bucket: Location = "s3://data-1".parse().unwrap();
        assert_eq!(bucket.arn(partition("eu-west-1")), "arn:aws:s3:::data-1");
        assert_eq!(bucket.arn(partition("us-gov-west-1")), "arn:aws-us-gov:s3:::data-1");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        let object: Location = "s3://data-1/a b".parse().unwrap();
        assert_eq!(object.arn("aws-cn"), "arn:aws-cn:s3:::data-1/a b");
    }

    #[test]
    fn what_is_no_place_in_s3_is_named() {
        for (text, message) in [
            ("data-1/key", "`data-1/key` does not begin with s3://"),
            ("s3:///key", "`s3:///key` names no bucket"),
            ("s3://Data_1/key", "`Data_1` is no name of a bucket"),
            ("s3://ab/key", "`ab` is no name of a bucket"),
            ("s3://-ab/key", "`-ab` is no name of a bucket"),
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }
}
