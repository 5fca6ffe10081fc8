//! Tokens that the sandbox issues: random texts of which only a keyed hash is kept, so that they are compared in constant
//! time and cannot be read back. A token is handed to its caller and is never logged.

use crate::random::{self, NoRandomness};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// As many random bytes as tokens of the service seem to carry at least.
const TOKEN_BYTES: usize = 64;

/// Issues tokens and recognises them.
pub struct Tokens(hmac::Key);

/// What is kept of a token.
pub struct TokenHash(hmac::Tag);

impl Tokens {
    pub fn new() -> Result<Tokens, NoRandomness> {
        Ok(Tokens(hmac::Key::new(hmac::HMAC_SHA256, &random::bytes::<32>()?)))
    }

    pub fn issue(&self) -> Result<(String, TokenHash), NoRandomness> {
        let token = STANDARD.encode(random::bytes::<TOKEN_BYTES>()?);
        let hash = TokenHash(hmac::sign(&self.0, token.as_bytes()));
        Ok((token, hash))
    }

    /// Under which what is kept of a token can be found again.
    pub fn digest(&self, presented: &str) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.0, presented.as_bytes()).as_ref());
        digest
    }

    pub fn matches(&self, hash: &TokenHash, presented: &str) -> bool {
        hmac::verify(&self.0, presented.as_bytes(), hash.0.as_ref()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_and_no_other() {
        let tokens = Tokens::new().unwrap();
        let (first, first_hash) = tokens.issue().unwrap();
        let (second, second_hash) = tokens.issue().unwrap();
        assert!(tokens.matches(&first_hash, &first) && tokens.matches(&second_hash, &second));
        for wrong in ["", &second, &first[1..], &format!("{first}=")] {
            assert!(!tokens.matches(&first_hash, wrong));
        }
        assert!(!Tokens::new().unwrap().matches(&first_hash, &first), "a hash is bound to its sandbox");
    }
}
