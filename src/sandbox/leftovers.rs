//! What scripts have left in the background. A node keeps it, as a real one does; with the sandbox it ends. It is known by
//! the home in its environment, which Linux shows under /proc; elsewhere nothing does without unsafe code, and what a
//! script leaves behind outlives the sandbox.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

/// Between two looks at who is left.
const PAUSE: Duration = Duration::from_millis(10);
/// What lives longer is stuck in the kernel.
const PATIENCE: Duration = Duration::from_secs(1);

/// Kills what lives in these homes until nothing does: a process may fork while it is looked for.
pub async fn end(homes: &HashSet<PathBuf>) {
    let none_left = async {
        loop {
            let left = living_in(homes);
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
        tracing::debug!("what scripts left in the background outlives the sandbox");
    }
}

#[cfg(target_os = "linux")]
fn living_in(homes: &HashSet<PathBuf>) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // Of a dead process, and of somebody else's, the environment cannot be read.
    let environment = |id: &i32| std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    ids.filter(|id| has_home(&environment(id), homes)).filter_map(Pid::from_raw).collect()
}

#[cfg(not(target_os = "linux"))]
fn living_in(_homes: &HashSet<PathBuf>) -> Vec<Pid> {
    Vec::new()
}

#[cfg(any(target_os = "linux", test))]
fn has_home(environment: &[u8], homes: &HashSet<PathBuf>) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let home = environment.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(b"HOME="));
    home.is_some_and(|home| homes.contains(std::path::Path::new(std::ffi::OsStr::from_bytes(home))))
}

#[cfg(test)]
mod tests {
    use super::*;

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
