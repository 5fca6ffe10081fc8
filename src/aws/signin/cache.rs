//! The AWS CLI's cache of temporary credentials: the names and entries of roles, and its rules, so that what one tool was
//! given serves the other, too. Nothing in it is needed: what cannot be read is asked for again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::cli_cache::{self, Held, Key, python_string, time, written};
use super::method::Role;
use crate::files;
use crate::output::Reporter;
use crate::settings::Environment;

/// The AWS CLI leaves credentials alone that have no longer to live.
const LEFT: Duration = Duration::from_secs(15 * 60);

impl Key {
    /// The arguments of AssumeRole but for those that are new each time, as Python writes sorted JSON.
    pub fn of_role(role: &Role) -> Self {
        let text = |name, value: &Option<String>| Some((name, python_string(value.as_deref()?)));
        let seconds = role.duration_seconds.map(|seconds| ("DurationSeconds", seconds.to_string()));
        let arguments = [
            seconds,
            text("ExternalId", &role.external_id),
            Some(("RoleArn", python_string(&role.arn))),
            text("RoleSessionName", &role.session_name),
            text("SerialNumber", &role.mfa_serial),
        ];
        let pairs: Vec<String> =
            arguments.into_iter().flatten().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        Key::of(&format!("{{{}}}", pairs.join(", ")))
    }
}

/// The folder; none where there is no home.
#[derive(Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    has_warned: AtomicBool,
}

impl Cache {
    pub fn of_user(env: &Environment) -> Self {
        Cache { folder: cli_cache::credentials_folder(env), has_warned: AtomicBool::new(false) }
    }

    /// Credentials that live long enough.
    pub fn read(&self, key: &Key) -> Option<Credentials> {
        let path = self.path(key)?;
        match look(&path) {
            Ok(credentials) => {
                tracing::debug!("credentials are taken from {}", path.display());
                Some(credentials)
            }
            Err(None) => None,
            Err(Some(why)) => {
                tracing::debug!("{} is left aside: {why}", path.display());
                None
            }
        }
    }

    /// The same once more: somebody may have left them there meanwhile. What is wrong with a file has been told.
    pub fn read_again(&self, key: &Key) -> Option<Credentials> {
        look(&self.path(key)?).ok()
    }

    /// Says once when it cannot be done: what was asked for is there all the same.
    pub fn write(&self, key: &Key, content: &Value, reporter: &Reporter) {
        let Some(path) = self.path(key) else { return };
        let text = Zeroizing::new(content.to_string());
        let folder = path.parent().unwrap_or(Path::new("/"));
        let written =
            files::make_private_folder(folder).and_then(|()| files::write_private(&path, text.as_bytes()));
        if let Err(error) = written
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            reporter.warn(format!(
                "the credentials are not kept for the next command: {} cannot be written: {error}",
                folder.display()
            ));
        }
    }

    /// Keeps others out who want the same credentials; waits for who gets them already.
    pub async fn hold(&self, key: &Key, reporter: &Reporter) -> Option<Held> {
        let waiting = || {
            tracing::info!("another opsctl gets the same credentials; waiting for it");
            reporter.progress("waiting for another opsctl that signs in", None)
        };
        Some(cli_cache::hold(self.folder.as_ref()?, key, waiting).await)
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(key.file()))
    }
}

/// The reason why not, where there is a file.
fn look(path: &Path) -> Result<Credentials, Option<String>> {
    let text = std::fs::read(path)
        .map_err(|error| (error.kind() != io::ErrorKind::NotFound).then(|| error.to_string()))?;
    entry(&Zeroizing::new(text), SystemTime::now()).map_err(|why| Some(why.to_owned()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    credentials: Kept,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

/// The reason why not says nothing of what is in the file.
fn entry(text: &[u8], now: SystemTime) -> Result<Credentials, &'static str> {
    let Entry { credentials: kept } =
        serde_json::from_slice(text).map_err(|_| "it is not what the AWS CLI writes")?;
    let expires = SystemTime::from(time(&kept.expiration).ok_or("its time of expiry is none")?);
    if expires < now + LEFT {
        return Err("what is in it expires within 15 minutes");
    }
    Ok(Credentials::new(
        kept.access_key_id,
        kept.secret_access_key,
        Some(kept.session_token),
        Some(expires),
        "cache",
    ))
}

/// The element of an entry that has the credentials.
pub fn element(credentials: &Credentials, account: Option<&str>) -> Value {
    let expires = credentials.expiry().and_then(|time| Timestamp::try_from(time).ok()).unwrap_or_default();
    let mut element = json!({
        "AccessKeyId": credentials.access_key_id(),
        "SecretAccessKey": credentials.secret_access_key(),
        "SessionToken": credentials.session_token().unwrap_or_default(),
        "Expiration": written(expires),
    });
    if let Some(account) = account {
        element["AccountId"] = account.into();
    }
    element
}

#[cfg(test)]
mod tests {
    use super::super::method::Source;
    use super::*;

    fn role() -> Role {
        Role {
            profile: "a".into(),
            arn: "arn:aws:iam::111122223333:role/ops".into(),
            source: Source::Environment,
            external_id: None,
            duration_seconds: None,
            session_name: None,
            mfa_serial: None,
        }
    }

    /// The names were made by botocore 1.43.
    #[test]
    fn names_are_those_of_the_aws_cli() {
        assert_eq!(Key::of_role(&role()).file(), "78b7959a82647b8fade2a4e34944e3a1f6d84818.json");
        let full = Role {
            external_id: Some("x \"é\u{1f600}\\".into()),
            duration_seconds: Some(7200),
            session_name: Some("me".into()),
            mfa_serial: Some("arn:aws:iam::111122223333:mfa/me".into()),
            ..role()
        };
        assert_eq!(Key::of_role(&full).file(), "5a4c554d0c1c43fab5bbc7fc2fde61ecf57c9df3.json");
    }

    #[test]
    fn an_entry_serves_until_fifteen_minutes_before_its_end() {
        let now = SystemTime::from("2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap());
        let text = |expiration: &str| {
            json!({ "Credentials": { "AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t",
                "Expiration": expiration }, "ResponseMetadata": {} })
            .to_string()
        };
        for good in ["2026-11-22T12:15:00Z", "2026-11-22T12:15:00UTC", "2026-11-22T13:15:00+01:00"] {
            let credentials = entry(text(good).as_bytes(), now).unwrap();
            assert_eq!((credentials.access_key_id(), credentials.session_token()), ("ASIA", Some("t")));
        }
        for bad in ["2026-11-22T12:14:59Z", "2020-01-01T00:00:00UTC", "soon", ""] {
            assert!(entry(text(bad).as_bytes(), now).is_err(), "{bad}");
        }
        for bad in ["", "{", "[]", "{\"Credentials\": {\"AccessKeyId\": 1}}"] {
            assert!(entry(bad.as_bytes(), now).is_err(), "{bad}");
        }
    }
}
