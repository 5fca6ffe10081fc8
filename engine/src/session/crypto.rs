//! AES-256-GCM with the two halves of a session's data key. Owns the keys and the nonces; keys are never
//! shown, and no nonce is used twice under one key. On the wire: nonce, cipher text, tag; no associated data.

use std::fmt;

use bytes::Bytes;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::End;

/// Bytes of a data key: one half for each direction.
pub const DATA_KEY_LEN: usize = 64;
const HALF: usize = DATA_KEY_LEN / 2;
/// What encryption adds to a payload.
pub const OVERHEAD: usize = NONCE_LEN + 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    #[error("a data key of {0} bytes where {DATA_KEY_LEN} belong")]
    KeyLength(usize),
    #[error("the data cannot be decrypted with the key of this session")]
    Decrypt,
    #[error("the data cannot be encrypted")]
    Encrypt,
}

pub struct Cipher {
    sealing: LessSafeKey,
    opening: LessSafeKey,
    next_nonce: [u8; NONCE_LEN],
}

impl Cipher {
    /// The agent encrypts with the first half, the client with the second. `first_nonce`: random.
    pub fn new(data_key: &[u8], end: End, first_nonce: [u8; NONCE_LEN]) -> Result<Self, CryptoError> {
        if data_key.len() != DATA_KEY_LEN {
            return Err(CryptoError::KeyLength(data_key.len()));
        }
        let (agent, client) = data_key.split_at(HALF);
        let (sealing, opening) = match end {
            End::Client => (client, agent),
            End::Agent => (agent, client),
        };
        Ok(Cipher { sealing: key(sealing)?, opening: key(opening)?, next_nonce: first_nonce })
    }

    pub fn seal(&mut self, plain: &[u8]) -> Result<Bytes, CryptoError> {
        let nonce = self.next_nonce;
        increment(&mut self.next_nonce);
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .sealing
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut sealed[NONCE_LEN..],
            )
            .map_err(|_| CryptoError::Encrypt)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(Bytes::from(sealed))
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Bytes, CryptoError> {
        let (nonce, text) = sealed.split_first_chunk().ok_or(CryptoError::Decrypt)?;
        let mut text = text.to_vec();
        let plain_len = self
            .opening
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text)
            .map_err(|_| CryptoError::Decrypt)?
            .len();
        text.truncate(plain_len);
        Ok(Bytes::from(text))
    }
}

fn key(half: &[u8]) -> Result<LessSafeKey, CryptoError> {
    UnboundKey::new(&AES_256_GCM, half).map(LessSafeKey::new).map_err(|_| CryptoError::KeyLength(half.len()))
}

/// Little endian, as the reference agent counts.
fn increment(nonce: &mut [u8; NONCE_LEN]) {
    for byte in nonce {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return;
        }
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher { .. }")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Cipher, Cipher) {
        let key: [u8; DATA_KEY_LEN] = std::array::from_fn(|i| i as u8);
        let nonce = [0xff; NONCE_LEN];
        (Cipher::new(&key, End::Client, nonce).unwrap(), Cipher::new(&key, End::Agent, nonce).unwrap())
    }

    #[test]
    fn each_end_reads_the_other_and_nothing_else() {
        let (mut client, mut agent) = pair();
        let sealed = client.seal(b"hello").unwrap();
        assert_eq!(sealed.len(), 5 + OVERHEAD);
        assert_eq!(agent.open(&sealed).unwrap(), "hello");
        assert_eq!(client.open(&sealed), Err(CryptoError::Decrypt), "its own half");
        let sealed = agent.seal(b"").unwrap();
        assert_eq!(client.open(&sealed).unwrap(), "");
        for at in 0..sealed.len() {
            assert_eq!(client.open(&sealed[..at]), Err(CryptoError::Decrypt), "cut at {at}");
            let mut damaged = sealed.to_vec();
            damaged[at] ^= 1;
            assert_eq!(client.open(&damaged), Err(CryptoError::Decrypt), "flipped at {at}");
        }
    }

    #[test]
    fn nonces_count_up_little_endian_and_wrap() {
        let (mut client, _) = pair();
        let nonces: Vec<_> = (0..3).map(|_| client.seal(b"x").unwrap()[..NONCE_LEN].to_vec()).collect();
        assert_eq!(nonces[0], [0xff; NONCE_LEN]);
        assert_eq!(nonces[1], [0; NONCE_LEN]);
        assert_eq!(nonces[2], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn keys_of_other_lengths_are_refused_and_keys_are_not_shown() {
        for length in [0, 32, 63, 65] {
            let error = Cipher::new(&vec![7; length], End::Client, [0; NONCE_LEN]).unwrap_err();
            assert_eq!(error, CryptoError::KeyLength(length));
        }
        assert_eq!(format!("{:?}", pair().0), "Cipher { .. }");
    }
}
