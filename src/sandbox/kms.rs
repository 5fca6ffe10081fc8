//! The sandbox's KMS: data keys under a master key that lives as long as the process. A cipher text is
//! bound to its key and its encryption context, as at AWS. Knows only the keys it was made with, and
//! keeps no data key.

use crate::random::{self, NoRandomness};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The first byte of every cipher text, so that a foreign blob is told from a damaged one of ours.
const FORMAT: u8 = 1;
/// What `GenerateDataKey` accepts as `NumberOfBytes`.
const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;

pub type Context = BTreeMap<String, String>;

pub struct Kms {
    master: LessSafeKey,
    keys: Vec<Key>,
}

/// One key with the name it was configured by.
struct Key {
    arn: String,
    alias_arn: Option<String>,
}

pub struct DataKey {
    pub plaintext: Zeroizing<Vec<u8>>,
    pub ciphertext: Vec<u8>,
    pub key_arn: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KmsError {
    #[error("Key '{0}' does not exist")]
    UnknownKey(String),
    #[error("the ciphertext was not made by this sandbox, or not with this encryption context")]
    InvalidCiphertext,
    #[error("NumberOfBytes must be between {} and {}", DATA_KEY_BYTES.start(), DATA_KEY_BYTES.end())]
    KeyLength,
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl KmsError {
    /// The error code AWS uses.
    pub const fn code(&self) -> &'static str {
        match self {
            KmsError::UnknownKey(_) => "NotFoundException",
            KmsError::InvalidCiphertext => "InvalidCiphertextException",
            KmsError::KeyLength => "ValidationException",
            KmsError::NoRandomness(_) => "KMSInternalException",
        }
    }
}

impl Kms {
    /// `names`: the keys that exist, each a key id, a key ARN, or `alias/NAME` (which gets a key of its own).
    pub fn new<I>(region: &str, account: &str, names: I) -> Result<Kms, NoRandomness>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let prefix = format!("arn:aws:kms:{region}:{account}:");
        let keys =
            names.into_iter().map(|name| Key::new(&prefix, name.as_ref())).collect::<Result<_, _>>()?;
        let master = UnboundKey::new(&AES_256_GCM, &random::bytes::<32>()?).map_err(|_| NoRandomness)?;
        Ok(Kms { master: LessSafeKey::new(master), keys })
    }

    /// The ARN of a key given by id, ARN, alias or alias ARN.
    pub fn key_arn(&self, name: &str) -> Result<&str, KmsError> {
        let key = self.keys.iter().find(|key| key.is_called(name));
        key.map(|key| key.arn.as_str()).ok_or_else(|| KmsError::UnknownKey(name.to_owned()))
    }

    pub fn generate_data_key(
        &self,
        name: &str,
        context: &Context,
        bytes: usize,
    ) -> Result<DataKey, KmsError> {
        if !DATA_KEY_BYTES.contains(&bytes) {
            return Err(KmsError::KeyLength);
        }
        let key_arn = self.key_arn(name)?.to_owned();
        let mut plaintext = Zeroizing::new(vec![0; bytes]);
        random::fill(&mut plaintext)?;
        let ciphertext = self.encrypt(&key_arn, &plaintext, context)?;
        Ok(DataKey { plaintext, ciphertext, key_arn })
    }

    /// Format byte, length of the ARN (two bytes), ARN, nonce, sealed bytes.
    fn encrypt(&self, key_arn: &str, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, KmsError> {
        let length = u16::try_from(key_arn.len()).map_err(|_| KmsError::UnknownKey(key_arn.to_owned()))?;
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut sealed = plaintext.to_vec();
        self.master
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                bound_to(key_arn, context),
                &mut sealed,
            )
            .map_err(|_| KmsError::KeyLength)?;
        Ok([&[FORMAT], &length.to_be_bytes()[..], key_arn.as_bytes(), &nonce, &sealed].concat())
    }

    /// The plain text and the ARN of the key.
    pub fn decrypt(&self, blob: &[u8], context: &Context) -> Result<(Zeroizing<Vec<u8>>, String), KmsError> {
        let (key_arn, nonce, sealed) = split(blob).ok_or(KmsError::InvalidCiphertext)?;
        if !self.keys.iter().any(|key| key.arn == key_arn) {
            return Err(KmsError::InvalidCiphertext);
        }
        let mut plaintext = Zeroizing::new(sealed.to_vec());
        let length = self
            .master
            .open_in_place(Nonce::assume_unique_for_key(nonce), bound_to(key_arn, context), &mut plaintext)
            .map_err(|_| KmsError::InvalidCiphertext)?
            .len();
        plaintext.truncate(length);
        Ok((plaintext, key_arn.to_owned()))
    }
}

impl Key {
    fn new(prefix: &str, name: &str) -> Result<Key, NoRandomness> {
        if name.starts_with("arn:") {
            return Ok(Key { arn: name.to_owned(), alias_arn: None });
        }
        if name.starts_with("alias/") {
            let id = random::hex(32)?;
            let uuid = format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
            return Ok(Key {
                arn: format!("{prefix}key/{uuid}"),
                alias_arn: Some(format!("{prefix}{name}")),
            });
        }
        Ok(Key { arn: format!("{prefix}key/{name}"), alias_arn: None })
    }

    fn is_called(&self, name: &str) -> bool {
        let called =
            |arn: &str| arn == name || arn.splitn(6, ':').nth(5).is_some_and(|resource| resource == name);
        called(&self.arn)
            || self.arn.split_once(":key/").is_some_and(|(_, id)| id == name)
            || self.alias_arn.as_deref().is_some_and(called)
    }
}

fn split(blob: &[u8]) -> Option<(&str, [u8; NONCE_LEN], &[u8])> {
    let (&[format, high, low], rest) = blob.split_first_chunk::<3>()?;
    let (arn, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([high, low])))?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
    (format == FORMAT).then_some((str::from_utf8(arn).ok()?, *nonce, sealed))
}

/// The key and the context, each text with its length before it so that no two contexts give the same bytes.
fn bound_to(key_arn: &str, context: &Context) -> Aad<Vec<u8>> {
    let pairs = context.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let mut bytes = Vec::new();
    for text in std::iter::once(key_arn).chain(pairs) {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Aad::from(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

    fn kms() -> Kms {
        Kms::new("eu-west-1", "111122223333", [ID, "alias/sessions"]).unwrap()
    }

    fn context(pairs: &[(&str, &str)]) -> Context {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_key_has_the_names_aws_gives_it() {
        let kms = kms();
        let arn = format!("arn:aws:kms:eu-west-1:111122223333:key/{ID}");
        for name in [ID, &arn, &format!("key/{ID}")] {
            assert_eq!(kms.key_arn(name), Ok(arn.as_str()), "{name}");
        }
        let by_alias = kms.key_arn("alias/sessions").unwrap();
        assert_ne!(by_alias, arn);
        assert_eq!(kms.key_arn("arn:aws:kms:eu-west-1:111122223333:alias/sessions"), Ok(by_alias));
        assert_eq!(kms.key_arn("alias/other"), Err(KmsError::UnknownKey("alias/other".to_owned())));
    }

    #[test]
    fn a_data_key_opens_only_with_its_context() {
        let kms = kms();
        let session = context(&[("aws:ssm:SessionId", "s-1"), ("aws:ssm:TargetId", "i-1")]);
        let key = kms.generate_data_key(ID, &session, 64).unwrap();
        assert_eq!(key.plaintext.len(), 64);
        let (plaintext, arn) = kms.decrypt(&key.ciphertext, &session).unwrap();
        assert_eq!((&*plaintext, arn), (&*key.plaintext, key.key_arn));

        let others: [&[(&str, &str)]; 4] = [
            &[],
            &[("aws:ssm:SessionId", "s-1")],
            &[("aws:ssm:SessionId", "s-2"), ("aws:ssm:TargetId", "i-1")],
            &[("aws:ssm:SessionId", "s-1aws:ssm:TargetId"), ("", "i-1")],
        ];
        for other in others {
            assert_eq!(
                kms.decrypt(&key.ciphertext, &context(other)),
                Err(KmsError::InvalidCiphertext),
                "{other:?}"
            );
        }
    }

    #[test]
    fn another_sandbox_opens_nothing() {
        let key = kms().generate_data_key(ID, &Context::new(), 32).unwrap();
        assert_eq!(kms().decrypt(&key.ciphertext, &Context::new()), Err(KmsError::InvalidCiphertext));
    }

    #[test]
    fn lengths_and_keys_are_checked() {
        let kms = kms();
        for bytes in [0, 1025] {
            let error = kms.generate_data_key(ID, &Context::new(), bytes).err();
            assert_eq!(error.map(|error| error.code()), Some("ValidationException"));
        }
        let error = kms.generate_data_key("other", &Context::new(), 32).err();
        assert_eq!(error.map(|error| error.code()), Some("NotFoundException"));
    }

    proptest! {
        #[test]
        fn a_damaged_blob_is_refused(position in any::<prop::sample::Index>(), bit in 0..8u32, cut in any::<bool>()) {
            let kms = kms();
            let mut blob = kms.generate_data_key(ID, &Context::new(), 32).unwrap().ciphertext;
            let position = position.index(blob.len());
            if cut { blob.truncate(position) } else { blob[position] ^= 1 << bit }
            prop_assert_eq!(kms.decrypt(&blob, &Context::new()), Err(KmsError::InvalidCiphertext));
        }

        #[test]
        fn any_bytes_are_refused_without_panic(blob in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(kms().decrypt(&blob, &Context::new()), Err(KmsError::InvalidCiphertext));
        }
    }
}
