//! Random bytes from the operating system, for keys, tokens, ids, seeds and delays. The one failure has a type of its
//! own, so that a service can answer with an internal error instead of a guessable secret.

use opsctl_engine::hex::hex as digits_of;
use opsctl_engine::uuid::Uuid;
use ring::rand::{SecureRandom as _, SystemRandom};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

pub fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    SystemRandom::new().fill(bytes).map_err(|_| NoRandomness)
}

/// `digits` lower-case hexadecimal digits.
pub fn hex(digits: usize) -> Result<String, NoRandomness> {
    let mut bytes = vec![0; digits.div_ceil(2)];
    fill(&mut bytes)?;
    let mut text = digits_of(&bytes);
    text.truncate(digits);
    Ok(text)
}

/// A UUID of version 4.
pub fn uuid() -> Result<String, NoRandomness> {
    Ok(Uuid::from_random(bytes()?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_text_has_the_length_asked_for() {
        for digits in [0, 1, 17, 32] {
            let text = hex(digits).unwrap();
            assert_eq!(text.len(), digits);
            assert!(text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()));
        }
        assert_ne!(hex(32), hex(32));
    }
}
