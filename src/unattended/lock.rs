//! A lock with a name, so that one run of a command keeps another out: an advisory lock of a file, which the kernel
//! lets go when its holder dies. What the file says is believed only while it is locked.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::files;

/// How often a wait is looked at for what it says.
const GLANCE: Duration = Duration::from_secs(1);
const LONGEST_NAME: usize = 100;

/// A name that is a file name everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockName(String);

impl LockName {
    pub fn new(text: &str) -> Result<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(allowed) && !is_dots(text) {
            return Ok(LockName(text.to_owned()));
        }
        Err(Error::usage(format!("{text:?} is not the name of a lock"))
            .hint(format!(
                "a name is 1 to {LONGEST_NAME} letters, digits, dots, dashes and underscores: --lock nightly-list"
            ))
            .into())
    }
}

fn is_dots(text: &str) -> bool {
    matches!(text, "." | "..")
}

impl fmt::Display for LockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Held until dropped. The file stays: one that was removed could be locked by two.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock, or gives up after `wait`.
pub async fn take(name: &LockName, wait: Duration, ctx: &Context) -> Result<Lock> {
    let folder = ctx.state_dir().map_err(|error| error.context(format!("cannot take the lock {name}")))?;
    let path = folder.join("locks").join(format!("{name}.lock"));
    let mut file = open(&path).map_err(|error| unusable(name, &path, error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(unusable(name, &path, error).into()),
        Err(TryLockError::WouldBlock) if wait.is_zero() => return Err(held(name, &mut file).into()),
        Err(TryLockError::WouldBlock) => {
            file = wait_for(file, name, wait, ctx).await?.map_err(|error| unusable(name, &path, error))?;
        }
    }
    sign(&mut file, ctx.now().as_second()).map_err(|error| unusable(name, &path, error))?;
    Ok(Lock { _file: file })
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        files::make_private_folder(folder)?;
    }
    files::open_private(path)
}

/// A thread waits in the kernel, in the order of those who wait; it ends with the program if it is given up.
async fn wait_for(
    mut file: File,
    name: &LockName,
    wait: Duration,
    ctx: &Context,
) -> Result<io::Result<File>> {
    let deadline = Instant::now() + wait;
    tracing::info!("{}; waiting for it", held(name, &mut file));
    let mut progress = ctx.reporter().progress(format!("waiting for the lock {name}"), None);
    let waiting = file.try_clone();
    let mut locked = tokio::task::spawn_blocking(move || waiting?.lock());
    let mut glance = interval(GLANCE);
    glance.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            locked = &mut locked => {
                let locked = locked.map_err(|error| Error::failed("cannot wait for a lock").because(error))?;
                return Ok(locked.map(|()| file));
            }
            () = sleep_until(deadline) => return Err(held(name, &mut file).into()),
            _ = glance.tick() => progress.set(0),
        }
    }
}

/// Writes down who holds it, for those who are kept out.
fn sign(file: &mut File, since: i64) -> io::Result<()> {
    let since = jiff::Timestamp::from_second(since).map_err(io::Error::other)?;
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {} since {since}", std::process::id())
}

fn held(name: &LockName, file: &mut File) -> Error {
    let mut holder = String::new();
    // One that has just taken it may not have signed yet.
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut holder));
    let by = match (read, holder.trim()) {
        (Ok(_), holder) if !holder.is_empty() => format!(" by {holder}"),
        _ => String::new(),
    };
    Error::new(Kind::Temporary, format!("the lock {name} is held{by}"))
        .hint("--lock-wait 10m waits for it, at most so long")
}

fn unusable(name: &LockName, path: &Path, error: io::Error) -> Error {
    Error::failed(format!("cannot take the lock {name}: {} cannot be used", path.display()))
        .because(error)
        .hint("set XDG_STATE_HOME to a folder that you may write to")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_plain_file_name() {
        let longest = "x".repeat(LONGEST_NAME);
        for good in ["nightly", "a.b-c_D9", "...", longest.as_str()] {
            assert_eq!(LockName::new(good).unwrap().to_string(), good);
        }
        let too_long = "x".repeat(LONGEST_NAME + 1);
        for bad in ["", ".", "..", "a/b", "../x", "a b", "a\n", "ü", "a\0", too_long.as_str()] {
            assert!(LockName::new(bad).is_err(), "{bad:?}");
        }
    }
}
