//! Who may sign: the users of the sandbox's accounts with their long-term keys, and the sessions that the sandbox has issued temporary
//! keys for. Owns which key is whose and until when, and who sends the request that is being answered. Sessions are in
//! memory only: a sandbox that is started again knows none, as it has another key of its own.

use super::identity::{self, Identity};
use super::sigv4::Refusal;
use super::tokens::{TokenHash, Tokens};
use crate::random::NoRandomness;
use jiff::{SignedDuration, Timestamp};
use ring::digest;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use zeroize::Zeroizing;

/// More sessions than a rehearsal has; beyond them the one that ends first is forgotten.
const MOST_SESSIONS: usize = 4096;
/// So long after its end a session is told that it has expired, and after that, that nobody knows it.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(12);

/// Somebody who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub account: String,
    /// Of the user, or of the role's session.
    pub arn: String,
    pub user_id: String,
    /// The user's, or that of the role's session.
    pub name: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    User,
    /// The user with temporary credentials, with a code of its device or without.
    UserSession {
        mfa: bool,
    },
    RoleSession,
}

impl Principal {
    /// The user of an account.
    pub fn user(identity: &Identity) -> Self {
        Principal {
            account: identity.account.clone(),
            arn: identity.arn(),
            user_id: identity.user_id.clone(),
            name: identity.user.clone(),
            kind: Kind::User,
        }
    }

    /// A session of a role; neither name may hold a slash.
    pub fn role_session(partition: &str, account: &str, role: &str, session: &str) -> Self {
        Principal {
            account: account.to_owned(),
            arn: format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}"),
            user_id: format!("{}:{session}", role_id(role)),
            name: session.to_owned(),
            kind: Kind::RoleSession,
        }
    }
}

/// The id of a role, the same for the same name.
pub fn role_id(name: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = digest::digest(&digest::SHA256, name.as_bytes());
    let letter = |byte: &u8| char::from(LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'A'));
    let letters: String = digest.as_ref().iter().take(17).map(letter).collect();
    format!("AROA{letters}")
}

/// What somebody signs with. The secrets are wiped on drop and never shown by `Debug`.
pub struct Key {
    pub access_key_id: String,
    secret_access_key: Zeroizing<String>,
    pub principal: Arc<Principal>,
    /// A temporary key has one.
    pub session: Option<Session>,
}

/// What makes a key a temporary one.
pub struct Session {
    token: TokenHash,
    pub expires: Timestamp,
}

/// A temporary key and its token, which is told once.
pub struct Issued {
    pub key: Arc<Key>,
    pub token: Zeroizing<String>,
    pub expires: Timestamp,
}

impl Key {
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The secret as the first key of a SigV4 derivation.
    pub fn signing_secret(&self) -> Zeroizing<Vec<u8>> {
        let mut secret = Zeroizing::new(Vec::with_capacity(4 + self.secret_access_key.len()));
        secret.extend_from_slice(b"AWS4");
        secret.extend_from_slice(self.secret_access_key.as_bytes());
        secret
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expires = self.session.as_ref().map(|session| session.expires);
        f.debug_struct("Key")
            .field("principal", &self.principal.arn)
            .field("expires", &expires)
            .finish_non_exhaustive()
    }
}

/// Everybody who may sign.
pub struct Principals {
    /// Users by the ids of their keys.
    users: RwLock<HashMap<String, Arc<Key>>>,
    tokens: Tokens,
    issued: Mutex<HashMap<String, Arc<Key>>>,
}

impl Principals {
    pub fn new(identity: &Identity) -> Result<Self, NoRandomness> {
        let principals =
            Principals { users: RwLock::default(), tokens: Tokens::new()?, issued: Mutex::default() };
        principals.admit(identity);
        Ok(principals)
    }

    /// Lets the user of one more account sign.
    pub fn admit(&self, identity: &Identity) {
        let key = Key {
            access_key_id: identity.access_key_id.clone(),
            secret_access_key: Zeroizing::new(identity.secret_access_key().to_owned()),
            principal: Arc::new(Principal::user(identity)),
            session: None,
        };
        let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
        users.insert(key.access_key_id.clone(), Arc::new(key));
    }

    /// The key of this id, if it comes with the token it needs and is still good.
    pub fn find(
        &self,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<Key>, Refusal> {
        let key = self.get(access_key_id).ok_or(Refusal::UnknownKey)?;
        self.check(&key, token, now)?;
        Ok(key)
    }

    /// Whether a key is good with this token at this time.
    pub fn check(&self, key: &Key, token: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        match (&key.session, token) {
            (None, None) => Ok(()),
            (Some(session), Some(token)) if self.tokens.matches(&session.token, token) => {
                if now < session.expires { Ok(()) } else { Err(Refusal::Expired) }
            }
            // A token that is missing or another's, or one for a key that needs none.
            _ => Err(Refusal::UnknownKey),
        }
    }

    /// The key of this id; whether it may be used has still to be looked at.
    pub fn get(&self, access_key_id: &str) -> Option<Arc<Key>> {
        let user =
            self.users.read().unwrap_or_else(PoisonError::into_inner).get(access_key_id).map(Arc::clone);
        if user.is_some() {
            return user;
        }
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(access_key_id).map(Arc::clone)
    }

    /// A temporary key for a session of `principal`.
    pub fn issue(
        &self,
        principal: Principal,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Issued, NoRandomness> {
        let (token, hash) = self.tokens.issue()?;
        let key = Arc::new(Key {
            access_key_id: identity::access_key_id("ASIA")?,
            secret_access_key: identity::secret_access_key()?,
            principal: Arc::new(principal),
            session: Some(Session { token: hash, expires }),
        });
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, key| end(key).saturating_add(REMEMBERED).is_ok_and(|end| end > now));
        if issued.len() >= MOST_SESSIONS
            && let Some(first) =
                issued.values().min_by_key(|key| end(key)).map(|key| key.access_key_id.clone())
        {
            issued.remove(&first);
        }
        issued.insert(key.access_key_id.clone(), Arc::clone(&key));
        Ok(Issued { key, token: Zeroizing::new(token), expires })
    }
}

fn end(key: &Key) -> Timestamp {
    key.session.as_ref().map_or(Timestamp::MAX, |session| session.expires)
}

tokio::task_local! {
    /// Denials and records need it, deep in every service; a parameter would go through all of them.
    static CALLER: Arc<Principal>;
}

/// Does `work` on behalf of `caller`, whose signature has been checked.
pub async fn calling<T>(caller: Arc<Principal>, work: impl Future<Output = T>) -> T {
    CALLER.scope(caller, work).await
}

/// The same for what waits for nothing.
pub fn calling_now<T>(caller: Arc<Principal>, work: impl FnOnce() -> T) -> T {
    CALLER.sync_scope(caller, work)
}

/// On whose behalf work is done here, unless it is nobody's.
pub fn caller() -> Option<Arc<Principal>> {
    CALLER.try_with(Arc::clone).ok()
}

#[cfg(test)]
mod tests;
