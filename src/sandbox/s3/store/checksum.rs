//! The checksums S3 keeps of objects: their names, their texts, and how they are computed. Knows nothing of objects.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

pub const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];

/// Of what a checksum was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksumType {
    FullObject,
    /// Of the checksums of the parts.
    Composite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Digest {
    Crc32([u8; 4]),
    Crc32c([u8; 4]),
    Crc64Nvme([u8; 8]),
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    pub digest: Digest,
    #[serde(rename = "type")]
    pub kind: ChecksumType,
}

impl Algorithm {
    /// As S3 spells it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }

    /// In any case of letters.
    pub fn named(name: &str) -> Option<Self> {
        ALGORITHMS.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The header or trailer that carries it.
    pub fn header(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "x-amz-checksum-crc32",
            Algorithm::Crc32c => "x-amz-checksum-crc32c",
            Algorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Algorithm::Sha1 => "x-amz-checksum-sha1",
            Algorithm::Sha256 => "x-amz-checksum-sha256",
        }
    }

    pub fn of(self, bytes: &[u8]) -> Digest {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }
}

impl Digest {
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Digest::Crc32(_) => Algorithm::Crc32,
            Digest::Crc32c(_) => Algorithm::Crc32c,
            Digest::Crc64Nvme(_) => Algorithm::Crc64Nvme,
            Digest::Sha1(_) => Algorithm::Sha1,
            Digest::Sha256(_) => Algorithm::Sha256,
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Digest::Crc32(bytes) | Digest::Crc32c(bytes) => bytes,
            Digest::Crc64Nvme(bytes) => bytes,
            Digest::Sha1(bytes) => bytes,
            Digest::Sha256(bytes) => bytes,
        }
    }

    pub fn base64(&self) -> String {
        STANDARD.encode(self.bytes())
    }
}

impl Checksum {
    pub fn full(digest: Digest) -> Self {
        Checksum { digest, kind: ChecksumType::FullObject }
    }
}

pub enum Hasher {
    Crc32(Crc32),
    Crc32c(Crc32c),
    Crc64Nvme(Crc64Nvme),
    Sha1(Box<Sha1>),
    Sha256(Box<Sha256>),
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Hasher::Crc32(Crc32::new()),
            Algorithm::Crc32c => Hasher::Crc32c(Crc32c::new()),
            Algorithm::Crc64Nvme => Hasher::Crc64Nvme(Crc64Nvme::new()),
            Algorithm::Sha1 => Hasher::Sha1(Box::new(Sha1::new())),
            Algorithm::Sha256 => Hasher::Sha256(Box::new(Sha256::new())),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Crc32(hasher) => hasher.update(bytes),
            Hasher::Crc32c(hasher) => hasher.update(bytes),
            Hasher::Crc64Nvme(hasher) => hasher.update(bytes),
            Hasher::Sha1(hasher) => hasher.update(bytes),
            Hasher::Sha256(hasher) => hasher.update(bytes),
        }
    }

    pub fn finish(self) -> Digest {
        match self {
            Hasher::Crc32(hasher) => Digest::Crc32(hasher.finalize()),
            Hasher::Crc32c(hasher) => Digest::Crc32c(hasher.finalize()),
            Hasher::Crc64Nvme(hasher) => Digest::Crc64Nvme(hasher.finalize()),
            Hasher::Sha1(hasher) => Digest::Sha1(hasher.finalize()),
            Hasher::Sha256(hasher) => Digest::Sha256(hasher.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the algorithms' definitions.
    #[test]
    fn checksums_of_the_usual_text_are_known() {
        for (algorithm, expected) in [
            (Algorithm::Crc32, "y/Q5Jg=="),
            (Algorithm::Crc32c, "4waSgw=="),
            (Algorithm::Crc64Nvme, "rosUhgp5mIg="),
            (Algorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (Algorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ] {
            let digest = algorithm.of(b"123456789");
            assert_eq!(
                (digest.algorithm(), Algorithm::named(algorithm.name())),
                (algorithm, Some(algorithm))
            );
            assert_eq!(digest.base64(), expected, "{algorithm:?}");
        }
    }
}
