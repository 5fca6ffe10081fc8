//! What scripts have left in the background, and functions of a sandbox that was killed. A node keeps the first, as a real
//! one does; with the sandbox it ends. Both are known by their environment, which Linux shows under /proc; elsewhere
//! nothing does without unsafe code, and what is left behind outlives the sandbox.

use super::realm::ACCOUNTS;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Between two looks at who is left.
const PAUSE: Duration = Duration::from_millis(10);
/// What lives longer is stuck in the kernel.
const PATIENCE: Duration = Duration::from_secs(1);

/// The folder of the sandbox whose function a process is, in its environment.
pub const FOLDER: &str = "OPSCTL_SANDBOX_FOLDER";

/// Kills what lives in these homes.
pub async fn end(homes: &HashSet<PathBuf>) {
    end_all(|environment| has_home(environment, homes)).await;
}

/// Kills functions of the sandbox in this folder, of any of its accounts and regions, with all that they started.
pub async fn end_functions(folder: &Path) {
    end_all(|environment| is_function_of(environment, folder)).await;
}

/// Until none is left: a process may fork while it is looked for.
async fn end_all(is_meant: impl Fn(&[u8]) -> bool) {
    let none_left = async {
        loop {
            let left = living(&is_meant);
            if left.is_empty() {
                return;
            }
            for process in left {
                // It may have ended just now.
                let _ = kill_process(process, Signal::KILL);
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    if tokio::time::timeout(PATIENCE, none_left).await.is_err() {
        tracing::debug!("what was left in the background goes on");
    }
}

#[cfg(target_os = "linux")]
fn living(is_meant: impl Fn(&[u8]) -> bool) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let own = std::process::id();
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    // Of a dead process, and of somebody else's, the environment cannot be read.
    let environment = |id: &i32| std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    // A sandbox that a function starts is none of its functions.
    ids.filter(|id| u32::try_from(*id) != Ok(own))
        .filter(|id| is_meant(&environment(id)))
        .filter_map(Pid::from_raw)
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn living(_is_meant: impl Fn(&[u8]) -> bool) -> Vec<Pid> {
    Vec::new()
}

fn has_home(environment: &[u8], homes: &HashSet<PathBuf>) -> bool {
    path_in(environment, "HOME").is_some_and(|home| homes.contains(home))
}

fn is_function_of(environment: &[u8], folder: &Path) -> bool {
    path_in(environment, FOLDER).is_some_and(|of| of == folder || of.starts_with(folder.join(ACCOUNTS)))
}

fn path_in<'a>(environment: &'a [u8], name: &str) -> Option<&'a Path> {
    let mut variables = environment.split(|byte| *byte == 0);
    let value = variables.find_map(|variable| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    Some(Path::new(OsStr::from_bytes(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn functions_of_a_folder_end_with_what_they_started_and_others_go_on() {
        let folder = format!("/tmp/opsctl-no-folder-{}", crate::random::hex(16).unwrap());
        let function = |folder: &str| {
            let mut command = tokio::process::Command::new("sh");
            command.args(["-c", "sleep 1000 & echo begun; wait"]).env(FOLDER, folder).kill_on_drop(true);
            command.stdout(std::process::Stdio::piped()).spawn().unwrap()
        };
        let (mut own, mut other) =
            (function(&format!("{folder}/accounts/1/eu-west-1")), function(&format!("{folder}0")));
        for child in [&mut own, &mut other] {
            let mut begun = [0; 6];
            tokio::io::AsyncReadExt::read_exact(child.stdout.as_mut().unwrap(), &mut begun).await.unwrap();
        }
        if cfg!(target_os = "linux") {
            end_functions(Path::new(&folder)).await;
            // The pipe closes once all are gone.
            let mut left = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(own.stdout.as_mut().unwrap(), &mut left).await.unwrap();
            assert!(!own.wait().await.unwrap().success());
            assert!(other.try_wait().unwrap().is_none());
            end_functions(Path::new(&format!("{folder}0"))).await;
        }
    }

    #[test]
    fn a_process_is_known_by_its_home() {
        let homes = HashSet::from([PathBuf::from("/s/nodes/web-1")]);
        for (environment, expected) in [
            ("PATH=/bin\0HOME=/s/nodes/web-1\0X=1\0", true),
            ("HOME=/s/nodes/web-1", true),
            ("HOME=/s/nodes/web-10\0", false),
            ("HOME=/s/nodes\0", false),
            ("OLDHOME=/s/nodes/web-1\0", false),
            ("X=HOME=/s/nodes/web-1\0", false),
            ("", false),
        ] {
            assert_eq!(has_home(environment.as_bytes(), &homes), expected, "{environment}");
        }
    }
}
