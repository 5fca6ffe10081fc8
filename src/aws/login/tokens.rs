//! The tokens of logins where the AWS CLI keeps them, `~/.aws/sso/cache`: its names, its files and its fields, so that a
//! login with one tool serves the other, and the SDK. Files are for their owner only and are never half written.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::session::Session;
use crate::aws::cli_cache::{self, Held, Key, python_string, time, written};
use crate::files;
use crate::settings::Environment;

/// A token that has no longer to live is renewed by a login: the AWS CLI's measure.
const LEFT: SignedDuration = SignedDuration::from_mins(15);

/// What opens a door; shown nowhere.
#[derive(Clone, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    pub fn open(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// The token of a login, and the client that can refresh it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    pub access_token: Secret,
    pub expires_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_expires_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
}

/// What a token is refreshed with.
pub struct Renewal<'a> {
    pub client_id: &'a str,
    pub client_secret: &'a Secret,
    pub refresh_token: &'a Secret,
}

impl Token {
    pub fn lives(&self, now: Timestamp) -> bool {
        self.expires_at.0 > now
    }

    pub fn lasts(&self, now: Timestamp) -> bool {
        self.expires_at.0.duration_since(now) >= LEFT
    }

    /// `None`: only a new login helps.
    pub fn renewal(&self, now: Timestamp) -> Option<Renewal<'_>> {
        self.registration_expires_at.filter(|expires| expires.0 > now)?;
        Some(Renewal {
            client_id: self.client_id.as_deref()?,
            client_secret: self.client_secret.as_ref()?,
            refresh_token: self.refresh_token.as_ref()?,
        })
    }
}

/// opsctl as a client of Identity Center. What a client may do is said when it is registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    pub client_id: String,
    pub client_secret: Secret,
    pub expires_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// None: those of a device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
}

impl Registration {
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.expires_at.0.duration_since(now) >= LEFT
    }
}

/// A time as the AWS CLI writes it: in UTC, to the second; older ones of it have the zone as a word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&written(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // What a damaged file says is not repeated.
        time(&text).map(Moment).ok_or_else(|| D::Error::custom("a time is none"))
    }
}

impl Key {
    /// The token of a login.
    pub fn of_token(session: &Session) -> Self {
        Key::of(session.name.as_ref().unwrap_or(&session.start_url))
    }

    /// The registration for a login: all that it depends on, as Python writes sorted JSON.
    pub fn of_registration(session: &Session) -> Self {
        let scopes = session.scopes.as_ref().map(|scopes| {
            let scopes: Vec<String> = scopes.iter().map(|scope| python_string(scope)).collect();
            format!("[{}]", scopes.join(", "))
        });
        let null = || "null".to_owned();
        Key::of(&format!(
            r#"{{"region": {}, "scopes": {}, "session_name": {}, "startUrl": {}, "tool": "botocore"}}"#,
            python_string(&session.region),
            scopes.unwrap_or_else(null),
            session.name.as_deref().map_or_else(null, python_string),
            python_string(&session.start_url),
        ))
    }
}

/// A file that is there and is of no use.
#[derive(Debug)]
pub struct Damaged {
    pub path: PathBuf,
    pub why: String,
}

/// The folder of the tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    folder: PathBuf,
    /// Where roles of logins are kept: who uses a login locks it there, too.
    locks: PathBuf,
}

impl Tokens {
    /// `None` where there is no home.
    pub fn of_user(env: &Environment) -> Option<Self> {
        Some(Tokens { folder: cli_cache::tokens_folder(env)?, locks: cli_cache::credentials_folder(env)? })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn token(&self, key: &Key) -> Result<Option<Token>, Damaged> {
        self.read(key)
    }

    /// One that cannot be read is made anew.
    pub fn registration(&self, key: &Key) -> Option<Registration> {
        self.read(key).ok().flatten()
    }

    fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Damaged> {
        read(&self.folder.join(key.file()))
    }

    /// Makes the folder, too.
    pub fn write(&self, key: &Key, content: &impl Serialize) -> io::Result<()> {
        files::make_private_folder(&self.folder)?;
        let text = Zeroizing::new(serde_json::to_vec(content).map_err(io::Error::other)?);
        files::write_private(&self.folder.join(key.file()), &text)
    }

    /// Whether it was there.
    pub fn remove(&self, key: &Key) -> io::Result<bool> {
        cli_cache::remove(&self.folder.join(key.file()))
    }

    /// Every token that is there, with its file.
    pub fn all(&self) -> Vec<(PathBuf, Token)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        paths.into_iter().filter_map(|path| Some((path.clone(), read(&path).ok()??))).collect()
    }

    /// Keeps others out who log in at the same place, or use the login; waits for who is in, after `waiting` was told.
    pub async fn hold(&self, key: &Key, waiting: impl FnOnce()) -> Held {
        cli_cache::hold(&self.locks, key, waiting).await
    }

    /// Why nothing can be kept here.
    pub fn check_writable(&self) -> io::Result<()> {
        files::make_private_folder(&self.folder)?;
        files::open_unlinked(&self.folder).map(drop)
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Damaged> {
    let damaged = |why: String| Damaged { path: path.to_owned(), why };
    let text = match fs::read(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(damaged(error.to_string())),
    };
    // serde repeats what it has read: that may be a token.
    serde_json::from_slice(&text).map(Some).map_err(|_| damaged("it is not what the AWS CLI writes".into()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn session(name: Option<&str>, scopes: Option<&[&str]>) -> Session {
        Session {
            name: name.map(str::to_owned),
            start_url: "https://x.awsapps.com/start".into(),
            region: "eu-west-1".into(),
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Made with Python's own functions.
    #[test]
    fn names_are_those_of_the_aws_cli() {
        let (named, legacy) = (session(Some("my"), Some(&["sso:account:access"])), session(None, None));
        assert_eq!(Key::of_token(&named).file(), "3ece1471f44f63177cbc35ba0b904e0c096b6783.json");
        assert_eq!(Key::of_token(&legacy).file(), "3947de8b16688092197fa616c34e01335f21d256.json");
        assert_eq!(Key::of_registration(&named).file(), "e86d32425bc7d51d5781179be9fdb24d85c9573b.json");
        assert_eq!(Key::of_registration(&legacy).file(), "96d39d608031cc5883b337f21f74c76cf488e5e2.json");
        let odd = session(Some("n\u{e4}me"), Some(&["a", "b"]));
        assert_eq!(Key::of_registration(&odd).file(), "1972cb2f79df9189edf421d6585cfb612c99cf28.json");
    }

    const TOKEN: &str = r#"{"startUrl":"https://x.awsapps.com/start","region":"eu-west-1","accessToken":"planted","expiresAt":"2026-11-22T20:00:00Z","clientId":"id","clientSecret":"planted","registrationExpiresAt":"2027-02-20T12:00:00Z","refreshToken":"planted"}"#;

    #[test]
    fn a_token_is_written_as_it_was_read_and_shows_no_secret() {
        let token: Token = serde_json::from_str(TOKEN).unwrap();
        assert_eq!(serde_json::to_string(&token).unwrap(), TOKEN);
        assert!(!format!("{token:?}").contains("planted"), "{token:?}");
        let old = r#"{"accessToken":"a","expiresAt":"2020-01-02T03:04:05UTC","more":1}"#;
        let old: Token = serde_json::from_str(old).unwrap();
        assert_eq!(old.expires_at.0, at("2020-01-02T03:04:05Z"));
        for bad in ["", "[]", "{}", r#"{"accessToken":"a","expiresAt":"soon"}"#] {
            assert!(serde_json::from_str::<Token>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_lasts_until_a_quarter_of_an_hour_before_its_end() {
        let token: Token = serde_json::from_str(TOKEN).unwrap();
        for (now, lives, lasts) in [
            ("2026-11-22T19:45:00Z", true, true),
            ("2026-11-22T19:45:01Z", true, false),
            ("2026-11-22T20:00:00Z", false, false),
        ] {
            assert_eq!((token.lives(at(now)), token.lasts(at(now))), (lives, lasts), "{now}");
            assert!(token.renewal(at(now)).is_some());
        }
        assert!(token.renewal(at("2027-02-20T12:00:00Z")).is_none());
        let without = Token { refresh_token: None, ..token };
        assert!(without.renewal(at("2026-11-22T12:00:00Z")).is_none());
    }

    #[tokio::test]
    async fn files_are_their_owners_and_a_damaged_one_is_told_without_its_words() {
        let home = std::env::temp_dir().join(format!("opsctl-tokens-{}", std::process::id()));
        let env = Environment::from_iter([("HOME", home.as_os_str())]);
        let tokens = Tokens::of_user(&env).unwrap();
        let key = Key::of("my");
        assert!(tokens.token(&key).unwrap().is_none() && tokens.all().is_empty());
        let held = tokens.hold(&key, || panic!("nobody is there")).await;
        let token: Token = serde_json::from_str(TOKEN).unwrap();
        tokens.write(&key, &token).unwrap();
        let path = tokens.folder().join(key.file());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(tokens.folder())), (0o600, 0o700));
        assert_eq!(tokens.token(&key).unwrap(), Some(token.clone()));
        fs::write(tokens.folder().join("other.json"), "{\"clientId\": \"x\"}").unwrap();
        assert_eq!(tokens.all(), [(path.clone(), token)]);
        fs::write(&path, "{\"accessToken\": \"planted\", \"expiresAt\": 1}").unwrap();
        let damaged = tokens.token(&key).unwrap_err();
        assert!(damaged.path == path && !damaged.why.contains("planted"), "{damaged:?}");
        assert!(tokens.remove(&key).unwrap() && !tokens.remove(&key).unwrap());
        drop(held);
        fs::remove_dir_all(&home).unwrap();
    }
}
