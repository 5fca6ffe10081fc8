//! Tasks of S3ComputeObjectChecksum: the bytes are read where they are, whatever the storage class, and the value is told
//! in the report.
//!
//! Source of the text: the guide's example of a report of such a job.

use super::{Done, Fault, Outcome, Task, store, target};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::checksum::{Algorithm, Hasher};
use crate::sandbox::s3::store::content::{Content, Reader};
use crate::sandbox::s3::store::errors;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use opsctl_engine::batch::Checksum;
use ring::digest;
use serde_json::json;
use xxhash_rust::xxh3::Xxh3Default;
use xxhash_rust::xxh64::Xxh64;

pub struct Wanted {
    algorithm: String,
    composite: bool,
}

impl Wanted {
    /// Where the job says nothing: CRC64NVME of the full object.
    pub fn new(checksum: &Checksum) -> Self {
        Wanted {
            algorithm: checksum.checksum_algorithm.clone().unwrap_or_else(|| "CRC64NVME".to_owned()),
            composite: checksum.checksum_type.as_deref() == Some("COMPOSITE"),
        }
    }

    pub fn compute(&self, account: &Account, task: &Task) -> Outcome {
        let version = store(account).head(&target(task))?;
        let data = version.data().ok_or_else(errors::no_such_key)?;
        let (value, suffix) = if self.composite {
            let mut whole = Summer::new(&self.algorithm);
            for part in parts(&data.content, data.etag.parts)? {
                whole.update(&self.sum(part)?);
            }
            (whole.finish(), format!("-{}", data.etag.parts))
        } else {
            (self.sum(data.content.reader(0, u64::MAX).map_err(errors::disk)?)?, String::new())
        };
        let hex: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
        let message = json!({
            "checksum_base64": format!("{}{suffix}", STANDARD.encode(&value)),
            "etag": data.etag.to_string(),
            "checksumAlgorithm": self.algorithm,
            "checksumType": if self.composite { "COMPOSITE" } else { "FULL_OBJECT" },
            "checksum_hex": format!("{hex}{suffix}"),
        });
        Ok(Done { status: 200, message: message.to_string().into() })
    }

    fn sum(&self, mut reader: Reader) -> Result<Vec<u8>, Fault> {
        let mut summer = Summer::new(&self.algorithm);
        while let Some(bytes) = reader.next_chunk().map_err(errors::disk)? {
            summer.update(&bytes);
        }
        Ok(summer.finish())
    }
}

/// The parts in which an object was uploaded.
fn parts(content: &Content, count: u16) -> Result<Vec<Reader>, Fault> {
    let pieces = match content {
        Content::Files(pieces) if count > 0 && pieces.len() == usize::from(count) => pieces,
        _ => {
            let message = "The object was not uploaded in parts; it has no composite checksum";
            return Err(Fault::new(400, "InvalidRequest", message));
        }
    };
    let mut at = 0;
    let mut readers = Vec::new();
    for piece in pieces.iter() {
        readers.push(content.reader(at, piece.size).map_err(errors::disk)?);
        at += piece.size;
    }
    Ok(readers)
}

/// One of all algorithms that a job can name.
enum Summer {
    Kept(Box<Hasher>),
    Md5(Box<Md5>),
    Sha512(Box<digest::Context>),
    Xxh64(Box<Xxh64>),
    Xxh3(Box<Xxh3Default>),
    Xxh128(Box<Xxh3Default>),
}

impl Summer {
    /// The document allows no names but these.
    fn new(algorithm: &str) -> Self {
        match algorithm {
            "MD5" => Summer::Md5(Box::new(Md5::new())),
            "SHA512" => Summer::Sha512(Box::new(digest::Context::new(&digest::SHA512))),
            "XXHASH64" => Summer::Xxh64(Box::new(Xxh64::new(0))),
            "XXHASH3" => Summer::Xxh3(Box::new(Xxh3Default::new())),
            "XXHASH128" => Summer::Xxh128(Box::new(Xxh3Default::new())),
            name => {
                let algorithm = Algorithm::named(name).unwrap_or(Algorithm::Crc64Nvme);
                Summer::Kept(Box::new(Hasher::new(algorithm)))
            }
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Summer::Kept(hasher) => hasher.update(bytes),
            Summer::Md5(hasher) => hasher.update(bytes),
            Summer::Sha512(hasher) => hasher.update(bytes),
            Summer::Xxh64(hasher) => hasher.update(bytes),
            Summer::Xxh3(hasher) | Summer::Xxh128(hasher) => hasher.update(bytes),
        }
    }

    /// The most significant byte first.
    fn finish(self) -> Vec<u8> {
        match self {
            Summer::Kept(hasher) => hasher.finish().bytes().to_vec(),
            Summer::Md5(hasher) => hasher.finalize().to_vec(),
            Summer::Sha512(hasher) => hasher.finish().as_ref().to_vec(),
            Summer::Xxh64(hasher) => hasher.digest().to_be_bytes().to_vec(),
            Summer::Xxh3(hasher) => hasher.digest().to_be_bytes().to_vec(),
            Summer::Xxh128(hasher) => hasher.digest128().to_be_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use opsctl_engine::hex::hex;

    use super::*;

    /// The check values of the algorithms' definitions.
    #[test]
    fn every_algorithm_gives_its_known_value() {
        for (algorithm, text, expected) in [
            ("CRC32", "123456789", "cbf43926"),
            ("CRC32C", "123456789", "e3069283"),
            ("CRC64NVME", "123456789", "ae8b14860a799888"),
            ("MD5", "abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("SHA1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("SHA256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "SHA512",
                "abc",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            ("XXHASH64", "", "ef46db3751d8e999"),
            ("XXHASH3", "", "2d06800538d394c2"),
            ("XXHASH128", "", "99aa06d3014798d86001c324468d497f"),
        ] {
            let mut summer = Summer::new(algorithm);
            summer.update(text.as_bytes());
            assert_eq!(hex(&summer.finish()), expected, "{algorithm}");
        }
    }
}
