//! A script on a node: a process group of its own in the node's home, with an environment made from nothing, so that no
//! credential of the caller reaches it by accident. Owns its file, its limits and as much of its output as the
//! service shows; knows nothing of commands.

use super::OUTPUT_CHARACTERS;
use crate::sandbox::node::Node;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long what a script left in the background may keep its output open.
const QUIET: Duration = Duration::from_millis(100);

/// Where scripts run, the same for all of a sandbox.
#[derive(Debug, Clone)]
pub struct Place {
    /// Holds the scripts while they run.
    pub folder: PathBuf,
    pub region: String,
    /// USER and PATH: the sandbox's own.
    pub user: String,
    pub path: OsString,
}

#[derive(Debug, Clone)]
pub struct Script {
    pub text: String,
    /// The node's home where it is empty; relative paths begin there.
    pub working_directory: String,
    pub limit: Duration,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Finished {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, or by a signal as a shell tells it: 128 and its number.
    Exited(i32),
    TimedOut,
    Cancelled,
}

/// Runs a script to its end, to its limit, or until it is cancelled. `key` names its folder.
pub async fn run(
    place: &Place,
    node: &Node,
    key: &Path,
    script: &Script,
    cancelled: watch::Receiver<bool>,
) -> Finished {
    let folder = place.folder.join(key);
    let finished = match start(place, node, &folder, script) {
        Ok(child) => attend(child, script.limit, cancelled).await,
        // As the agent tells it: the script has failed, and says why.
        Err(error) => Finished {
            end: End::Exited(1),
            stdout: String::new(),
            stderr: format!("the script cannot be started: {error}\n"),
        },
    };
    // What cannot be removed is only left behind.
    let _ = std::fs::remove_dir_all(&folder);
    finished
}

fn start(place: &Place, node: &Node, folder: &Path, script: &Script) -> io::Result<Child> {
    let private = |folder: &Path| DirBuilder::new().recursive(true).mode(0o700).create(folder);
    private(&node.home)?;
    private(folder)?;
    let path = folder.join("script.sh");
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o700).open(&path)?;
    file.write_all(script.text.as_bytes())?;
    drop(file);
    // The file is read, never executed itself: while another thread starts a process, that one may hold it open for
    // writing, and nothing that is open for writing can be executed.
    let mut command = match interpreter(&script.text) {
        Some((program, argument)) => {
            let mut command = Command::new(program);
            command.args(argument);
            command
        }
        None => Command::new("sh"),
    };
    let working_directory = node.home.join(&script.working_directory);
    if !working_directory.is_dir() {
        let message = format!("there is no folder {}", working_directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    command
        .arg(&path)
        .current_dir(working_directory)
        .env_clear()
        .envs(environment(place, node))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command.spawn()
}

/// What a script's first line names, and its one argument, as the kernel reads it.
fn interpreter(script: &str) -> Option<(&str, Option<&str>)> {
    let line = script.lines().next()?.strip_prefix("#!")?.trim();
    match line.split_once([' ', '\t']) {
        Some((program, argument)) => Some((program, Some(argument.trim()))),
        None => (!line.is_empty()).then_some((line, None)),
    }
}

fn environment(place: &Place, node: &Node) -> [(&'static str, OsString); 7] {
    [
        ("PATH", place.path.clone()),
        ("HOME", node.home.clone().into()),
        ("USER", place.user.clone().into()),
        ("LOGNAME", place.user.clone().into()),
        ("LANG", "C.UTF-8".into()),
        ("AWS_SSM_INSTANCE_ID", node.id.clone().into()),
        ("AWS_SSM_REGION_NAME", place.region.clone().into()),
    ]
}

/// Takes the output until the script is over. Its group ends with it where it is stopped; what called setsid itself
/// belongs to no group of ours.
async fn attend(mut child: Child, limit: Duration, mut cancelled: watch::Receiver<bool>) -> Finished {
    let mut asked_to_end = pin!(async move {
        // Whoever could cancel it is never gone before it.
        let _ = cancelled.wait_for(|cancelled| *cancelled).await;
    });
    let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let (mut stdout, mut stderr) = (Capture::new(child.stdout.take()), Capture::new(child.stderr.take()));
    let deadline = Instant::now() + limit;
    let mut exited: Option<(End, Instant)> = None;
    while exited.is_none() || stdout.is_open() || stderr.is_open() {
        let closes = exited.map(|(_, at)| at + QUIET);
        tokio::select! {
            () = stdout.read(), if stdout.is_open() => {}
            () = stderr.read(), if stderr.is_open() => {}
            status = child.wait(), if exited.is_none() => {
                exited = Some((End::Exited(code(status)), Instant::now()));
            }
            () = sleep_until(closes.unwrap_or(deadline)), if closes.is_some() => break,
            () = sleep_until(deadline), if exited.is_none() => {
                stop(&mut child, group).await;
                exited = Some((End::TimedOut, Instant::now()));
            }
            () = &mut asked_to_end, if exited.is_none() => {
                stop(&mut child, group).await;
                exited = Some((End::Cancelled, Instant::now()));
            }
        }
    }
    let end = exited.map_or(End::Cancelled, |(end, _)| end);
    Finished { end, stdout: stdout.text(), stderr: stderr.text() }
}

async fn stop(child: &mut Child, group: Option<Pid>) {
    if let Some(group) = group
        && child.id().is_some()
    {
        // It may have ended just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait().await;
}

fn code(status: io::Result<ExitStatus>) -> i32 {
    match status {
        Ok(status) => status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1),
        Err(_) => 1,
    }
}

/// The beginning of a stream; the rest is read and dropped, so that a script never waits for a reader.
struct Capture<S> {
    stream: Option<S>,
    kept: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Capture<S> {
    /// No character is longer.
    const MOST: usize = OUTPUT_CHARACTERS * 4;

    fn new(stream: Option<S>) -> Self {
        Capture { stream, kept: Vec::new() }
    }

    fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    async fn read(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        let mut buffer = [0; 8192];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => self.stream = None,
            Ok(length) => {
                let room = Self::MOST.saturating_sub(self.kept.len()).min(length);
                self.kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
            }
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).chars().take(OUTPUT_CHARACTERS).collect()
    }
}

#[cfg(test)]
mod tests;
