//! Who calls a sandbox and where it pretends to be: an account, a region, its user with a random key.
//! The secret is wiped on drop and never shown by `Debug`.

use crate::random::{self, NoRandomness};
use opsctl_engine::manifest::partition;
use std::fmt;
use zeroize::Zeroizing;

/// The letters of ids, and of what people type.
pub const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[derive(Clone)]
pub struct Identity {
    pub account: String,
    pub region: String,
    pub user: String,
    pub user_id: String,
    pub access_key_id: String,
    secret_access_key: Zeroizing<String>,
}

impl Identity {
    /// A user with a fresh key; every start of a sandbox makes one for each account.
    pub fn new(account: &str, region: &str, user: &str) -> Result<Self, NoRandomness> {
        Ok(Identity {
            account: account.to_owned(),
            region: region.to_owned(),
            user: user.to_owned(),
            user_id: format!("AIDA{}", random_text::<17>(BASE32)?),
            access_key_id: access_key_id("AKIA")?,
            secret_access_key: secret_access_key()?,
        })
    }

    /// The same user somewhere else.
    pub fn in_region(&self, region: &str) -> Self {
        Identity { region: region.to_owned(), ..self.clone() }
    }

    pub fn arn(&self) -> String {
        format!("arn:{}:iam::{}:user/{}", partition(&self.region), self.account, self.user)
    }

    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("arn", &self.arn())
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// One that nobody has; AKIA begins those of users, ASIA those of sessions.
pub fn access_key_id(prefix: &str) -> Result<String, NoRandomness> {
    Ok(format!("{prefix}{}", random_text::<16>(BASE32)?))
}

pub fn secret_access_key() -> Result<Zeroizing<String>, NoRandomness> {
    Ok(Zeroizing::new(random_text::<40>(BASE64)?))
}

/// `N` characters, each drawn evenly from an alphabet of 32 or 64.
pub fn random_text<const N: usize>(alphabet: &[u8]) -> Result<String, NoRandomness> {
    let drawn: [u8; N] = random::bytes()?;
    let letters = drawn.iter().filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len()));
    Ok(letters.map(|letter| char::from(*letter)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_looks_like_one_of_aws_and_is_not_in_debug_output() {
        let identity = Identity::new("111122223333", "us-east-1", "rehearsal").unwrap();
        assert_eq!(identity.arn(), "arn:aws:iam::111122223333:user/rehearsal");
        assert!(identity.access_key_id.starts_with("AKIA") && identity.access_key_id.len() == 20);
        assert_eq!(identity.secret_access_key().len(), 40);
        let shown = format!("{identity:?}");
        assert!(!shown.contains(identity.secret_access_key()) && !shown.contains(&identity.access_key_id));
    }

    #[test]
    fn every_identity_has_its_own_key() {
        let key = || Identity::new("111122223333", "us-east-1", "rehearsal").unwrap().access_key_id;
        assert_ne!(key(), key());
    }
}
