//! The AWS CLI's caches in `~/.aws`: where they are, what their files are called, how a time is written there, and who may
//! make an entry. What an entry says belongs to the rooms that keep them.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use opsctl_engine::hex::hex;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::files;
use crate::settings::Environment;

/// Where credentials of roles are kept; none where there is no home.
pub fn credentials_folder(env: &Environment) -> Option<PathBuf> {
    folder(env, ".aws/cli/cache")
}

/// Where tokens of logins are kept.
pub fn tokens_folder(env: &Environment) -> Option<PathBuf> {
    folder(env, ".aws/sso/cache")
}

fn folder(env: &Environment, name: &str) -> Option<PathBuf> {
    let home = env.get("HOME").map(Path::new).filter(|home| home.is_absolute())?;
    Some(home.join(name))
}

/// What a file is called: the SHA-1 of what its content was asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    pub fn of(text: &str) -> Self {
        Key(hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref()))
    }

    /// Credentials of a role that were given for a login, whose session has a name or is of the older kind. The JSON of
    /// these has no spaces.
    pub fn of_login_role(session: Option<&str>, start_url: &str, account: &str, role: &str) -> Self {
        let of = match session {
            Some(session) => ("sessionName", session),
            None => ("startUrl", start_url),
        };
        let pairs = [("accountId", account), ("roleName", role), of];
        let pairs = pairs.map(|(name, value)| format!("\"{name}\":{}", python_string(value)));
        Key::of(&format!("{{{}}}", pairs.join(",")))
    }

    pub fn file(&self) -> String {
        format!("{}.json", self.0)
    }
}

/// A string as Python's `json.dumps` writes it: in ASCII.
pub fn python_string(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(letter),
            _ => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}

/// A time as the AWS CLI writes it: in some files its zone is a word.
pub fn time(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("UTC") {
        Some(time) => format!("{time}Z").parse().ok(),
        None => text.parse().ok(),
    }
}

/// The same, written: in UTC, to the second.
pub fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Nobody else makes that entry as long as this lives. The file stays: one that was removed could be locked by two.
#[derive(Debug)]
pub struct Held {
    _file: Option<File>,
}

/// Keeps others out who want the same entry; waits for who makes it already, after `waiting` has told so, and drops what
/// that gave once it is over. Where nothing can be locked nobody is kept out.
pub async fn hold<T>(folder: &Path, key: &Key, waiting: impl FnOnce() -> T) -> Held {
    let path = folder.join(format!(".{}.lock", key.0));
    let file = match files::make_private_folder(folder).and_then(|()| files::open_private(&path)) {
        Ok(file) => file,
        Err(error) => {
            tracing::debug!("{} cannot be locked: {error}", path.display());
            return Held { _file: None };
        }
    };
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        let _told = waiting();
        let blocked = file.try_clone();
        // It ends with the program if it is given up.
        let _ = tokio::task::spawn_blocking(move || blocked?.lock()).await;
    }
    Held { _file: Some(file) }
}

/// Whether it was there.
pub fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names were made by botocore 1.43.
    #[test]
    fn names_are_those_of_the_aws_cli() {
        let role =
            |session| Key::of_login_role(session, "https://x.awsapps.com/start", "111122223333", "Dev");
        assert_eq!(role(Some("my")).file(), "e9ddebe8bcc5d9b935e0bda05b8cd4f714821aae.json");
        assert_eq!(role(None).file(), "782ac0c32f3f49334d2627d62f939701c160a541.json");
    }

    #[test]
    fn times_are_read_with_either_zone_and_written_with_one() {
        for text in ["2026-11-22T12:15:00Z", "2026-11-22T12:15:00UTC", "2026-11-22T13:15:00.7+01:00"] {
            assert_eq!(time(text).map(written).as_deref(), Some("2026-11-22T12:15:00Z"), "{text}");
        }
        assert_eq!((time("soon"), time("UTC"), time("")), (None, None, None));
    }
}
