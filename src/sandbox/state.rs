//! What a sandbox keeps on disk: its folder with lock, key and address, and the pointers by which others find it.
//! Everything is readable by its owner only. A running sandbox is one whose lock is held, so nothing is believed
//! that a dead one left behind.

use super::client::{Connection, Profile};
use crate::error::{Error, Kind, Result};
use crate::files;
use crate::random;
use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// Read from the folder when it is there.
pub const CONFIG: &str = "sandbox.toml";
const LOCK: &str = "lock";
const RECORD: &str = "sandbox.json";
const AWS_CREDENTIALS: &str = "credentials";
const AWS_CONFIG: &str = "config";
const NODES: &str = "nodes";
/// Files of AWS for a command that runs inside.
const INSIDE: &str = "inside";
const OWN: [&str; 7] = [CONFIG, LOCK, RECORD, AWS_CREDENTIALS, AWS_CONFIG, NODES, INSIDE];

/// Those who look whether a sandbox runs hold its lock for a moment.
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The folder of a sandbox of this process. While it lives no other sandbox can use the folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
    pointer: Option<PathBuf>,
    temporary: bool,
}

/// What others need to know of a running sandbox; the secret is in a file of its own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    port: u16,
    region: String,
    pid: u32,
    /// As RFC 3339 writes it.
    started: String,
    access_key_id: String,
}

/// A sandbox that runs.
#[derive(Debug)]
pub struct Found {
    pub folder: PathBuf,
    pub connection: Connection,
    pub pid: u32,
    pub started: Timestamp,
}

impl Folder {
    /// Makes the folder if need be and takes it for a sandbox.
    pub fn open(path: &Path) -> Result<Self> {
        let saying = || format!("cannot use {} for a sandbox", path.display());
        prepare(path).with_context(saying)?;
        let path = fs::canonicalize(path).with_context(saying)?;
        let lock = files::open_private(&path.join(LOCK)).with_context(saying)?;
        for attempt in 1.. {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt < LOCK_ATTEMPTS => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => return Err(in_use(&path).into()),
                Err(TryLockError::Error(error)) => return Err(error).with_context(saying),
            }
        }
        Ok(Folder { path, _lock: lock, pointer: None, temporary: false })
    }

    /// A new folder in `parent`, removed with everything in it when dropped.
    pub fn temporary(parent: &Path) -> Result<Self> {
        let path = parent.join(format!("opsctl-sandbox-{}", random::hex(16)?));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        let mut folder = Folder::open(&path)?;
        folder.temporary = true;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down how this process' sandbox is reached, and its other accounts.
    pub fn publish(&self, connection: &Connection, profiles: &[Profile], started: Timestamp) -> Result<()> {
        let record = Record {
            port: connection.port,
            region: connection.region.clone(),
            pid: std::process::id(),
            started: started.to_string(),
            access_key_id: connection.access_key_id.clone(),
        };
        self.write(AWS_CREDENTIALS, credentials_of(connection, profiles).as_bytes())?;
        self.write(AWS_CONFIG, config_of(connection, profiles).as_bytes())?;
        self.write(RECORD, serde_json::to_string_pretty(&record)?.as_bytes())
    }

    /// Lets others find the sandbox without naming its folder.
    pub fn announce(&mut self, state: &Path) -> Result<()> {
        let pointers = pointers(state);
        files::make_private_folder(&pointers)
            .with_context(|| format!("cannot make {}", pointers.display()))?;
        let pointer = pointers.join(random::hex(16)?);
        std::os::unix::fs::symlink(&self.path, &pointer)
            .with_context(|| format!("cannot make {}", pointer.display()))?;
        self.pointer = Some(pointer);
        Ok(())
    }

    /// The two files, configuration and credentials, that a command inside has instead of the user's: without keys and
    /// without profiles, but where there are several accounts to choose from.
    pub fn aws_files_inside(
        &self,
        connection: &Connection,
        profiles: &[Profile],
    ) -> Result<(PathBuf, PathBuf)> {
        let folder = self.path.join(INSIDE);
        files::make_private_folder(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let (config, credentials) = match profiles {
            [] => (sso_session(connection), Zeroizing::default()),
            _ => (config_of(connection, profiles), credentials_of(connection, profiles)),
        };
        self.write(&format!("{INSIDE}/{AWS_CONFIG}"), config.as_bytes())?;
        self.write(&format!("{INSIDE}/{AWS_CREDENTIALS}"), credentials.as_bytes())?;
        Ok((folder.join(AWS_CONFIG), folder.join(AWS_CREDENTIALS)))
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        files::write_private(&path, content).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The first is the default.
fn credentials_of(first: &Connection, profiles: &[Profile]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    let others = profiles.iter().map(|profile| (profile.name.as_str(), &profile.connection));
    for (name, Connection { access_key_id, secret_access_key, .. }) in
        std::iter::once(("default", first)).chain(others)
    {
        let secret = secret_access_key.as_str();
        // Text takes all that is written.
        let _ = writeln!(text, "[{name}]\naws_access_key_id = {access_key_id}\n{SECRET} = {secret}");
    }
    text
}

fn config_of(first: &Connection, profiles: &[Profile]) -> String {
    let others = profiles.iter().map(|profile| (format!("profile {}", profile.name), &profile.connection));
    let sections = std::iter::once(("default".to_owned(), first)).chain(others);
    let sections = sections.map(|(section, connection)| {
        format!("[{section}]\nregion = {}\nendpoint_url = {}\n\n", connection.region, connection.endpoint())
    });
    sections.collect::<String>() + &sso_session(first)
}

/// What a profile that signs in by Identity Center names as its `sso_session`.
fn sso_session(connection: &Connection) -> String {
    let (url, region) = (connection.start_url(), &connection.region);
    format!(
        "[sso-session sandbox]\nsso_start_url = {url}\nsso_region = {region}\nsso_registration_scopes = sso:account:access\n"
    )
}

impl Drop for Folder {
    /// Nothing is lost where something cannot be removed: without the lock none of it is believed.
    fn drop(&mut self) {
        if let Some(pointer) = &self.pointer {
            let _ = fs::remove_file(pointer);
        }
        if self.temporary {
            let _ = fs::remove_dir_all(&self.path);
            return;
        }
        for name in [RECORD, AWS_CREDENTIALS, AWS_CONFIG] {
            let _ = fs::remove_file(self.path.join(name));
        }
    }
}

impl Found {
    /// Until its process has let go of the folder.
    pub async fn ended(&self) {
        let lock = self.folder.join(LOCK);
        // A folder without a lock, or one that cannot be locked, has no sandbox to wait for.
        let _ =
            tokio::task::spawn_blocking(move || File::open(lock).and_then(|lock| lock.lock_shared())).await;
    }
}

/// The sandbox that runs in the folder `named`, or else the only one that runs at all.
pub fn find(state: impl FnOnce() -> Result<PathBuf>, named: Option<&Path>) -> Result<Found> {
    if let Some(folder) = named {
        let hint = format!("opsctl sandbox up --dir {}", folder.display());
        let missing = || Error::not_found(format!("no sandbox runs in {}", folder.display())).hint(hint);
        return Ok(read(folder)?.ok_or_else(missing)?);
    }
    let mut running = running(&state()?)?;
    match (running.pop(), running.as_slice()) {
        (Some(only), []) => Ok(only),
        (None, _) => {
            let hint = "opsctl sandbox up --dir DIR starts one";
            Err(Error::not_found("no sandbox is running").hint(hint).into())
        }
        (Some(last), others) => {
            let folders = others.iter().chain([&last]).map(|found| found.folder.display().to_string());
            let message =
                format!("several sandboxes are running: {}", folders.collect::<Vec<_>>().join(", "));
            Err(Error::usage(message).hint("name one by its folder").into())
        }
    }
}

/// Every sandbox that announced itself and runs, by folder. Pointers to others are removed on the way.
pub fn running(state: &Path) -> Result<Vec<Found>> {
    let pointers = pointers(state);
    let entries = match fs::read_dir(&pointers) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", pointers.display())),
    };
    let mut running = Vec::new();
    for entry in entries {
        let pointer = entry?.path();
        match fs::read_link(&pointer).ok().map(|folder| read(&folder)) {
            Some(Ok(Some(found))) => running.push(found),
            // One that just starts, or is somebody else's: not ours to judge.
            Some(Err(error)) => tracing::debug!(%error, pointer = %pointer.display(), "unreadable sandbox"),
            // Another process may have removed it first.
            Some(Ok(None)) | None => drop(fs::remove_file(&pointer)),
        }
    }
    running.sort_by(|one, other| one.folder.cmp(&other.folder));
    // One that was killed leaves a pointer to a folder in which the next one may run.
    running.dedup_by(|one, other| one.folder == other.folder);
    Ok(running)
}

const SECRET: &str = "aws_secret_access_key";

/// The sandbox of a folder, if one runs there.
fn read(folder: &Path) -> Result<Option<Found>> {
    if !is_running(folder) {
        return Ok(None);
    }
    let saying = || format!("cannot read the sandbox in {}", folder.display());
    let record = fs::read(folder.join(RECORD)).with_context(saying)?;
    let record: Record = serde_json::from_slice(&record).with_context(saying)?;
    let credentials = Zeroizing::new(fs::read_to_string(folder.join(AWS_CREDENTIALS)).with_context(saying)?);
    let secret = credentials.lines().find_map(|line| line.strip_prefix(SECRET)?.strip_prefix(" = "));
    let secret = secret.ok_or_else(|| Error::failed(saying()).because("its credentials file has no key"))?;
    Ok(Some(Found {
        folder: folder.to_owned(),
        connection: Connection {
            port: record.port,
            region: record.region,
            access_key_id: record.access_key_id,
            secret_access_key: Zeroizing::new(secret.to_owned()),
        },
        pid: record.pid,
        started: record.started.parse().with_context(saying)?,
    }))
}

fn is_running(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn in_use(folder: &Path) -> Error {
    let message = match read(folder) {
        Ok(Some(Found { connection, pid, .. })) => {
            format!(
                "a sandbox runs in {} already: {}, process {pid}",
                folder.display(),
                connection.endpoint()
            )
        }
        _ => format!("a sandbox runs in {} already", folder.display()),
    };
    Error::new(Kind::Conflict, message).hint(format!("opsctl sandbox down --dir {}", folder.display()))
}

fn pointers(state: &Path) -> PathBuf {
    state.join("sandboxes")
}

/// Makes the folder, or makes an existing one private if nothing but a sandbox's own files is in it.
fn prepare(path: &Path) -> Result<()> {
    files::make_private_folder(path)?;
    let metadata = fs::metadata(path)?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::new(Kind::Denied, "the folder belongs to another user").into());
    }
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if !OWN.iter().any(|own| name == OsStr::new(own)) {
            let message =
                format!("others may read the folder, and {} in it is not a sandbox's", name.display());
            let hint = format!("take another folder, or: chmod 700 {}", path.display());
            return Err(Error::usage(message).hint(hint).into());
        }
    }
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o700))?)
}

#[cfg(test)]
mod tests;
