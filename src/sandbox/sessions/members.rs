//! The processes of a terminal's process session, those its leader left in the background included. Linux lists them
//! under /proc; elsewhere nothing does without unsafe code, and what a shell leaves behind outlives its session. So does,
//! everywhere, a process that has called setsid itself: it belongs to nobody's session but its own.

use rustix::process::{Pid, Signal, kill_process};
use std::time::Duration;

/// Between two looks at who is left.
const PAUSE: Duration = Duration::from_millis(10);

/// The number of a leader stays taken while its session has members, so that it names no other session.
pub fn signal(leader: Pid, signal: Signal) {
    for member in members(leader) {
        // It may have ended just now.
        let _ = kill_process(member, signal);
    }
}

/// Until nobody is left.
pub async fn gone(leader: Pid) {
    while !members(leader).is_empty() {
        tokio::time::sleep(PAUSE).await;
    }
}

/// Kills until nobody is left: a process may fork while it is looked for.
pub async fn kill(leader: Pid) {
    while !members(leader).is_empty() {
        signal(leader, Signal::KILL);
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(target_os = "linux")]
fn members(leader: Pid) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| {
        let stat = std::fs::read(format!("/proc/{id}/stat")).unwrap_or_default();
        session_of(&stat) == Some(leader.as_raw_nonzero().get())
    })
    .filter_map(Pid::from_raw)
    .collect()
}

#[cfg(not(target_os = "linux"))]
fn members(_leader: Pid) -> Vec<Pid> {
    Vec::new()
}

/// The session of a process that lives, from its `stat`: `1 (name) S parent group session ...`. The name may hold
/// anything, parentheses and line feeds too.
#[cfg(target_os = "linux")]
fn session_of(stat: &[u8]) -> Option<i32> {
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(name_end + 1..)?).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    // Dead already, only not yet waited for.
    fields.next().filter(|state| !matches!(*state, "Z" | "X"))?;
    fields.nth(2)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_behind_any_name() {
        for (stat, session) in [
            ("12 (sh) S 1 12 7 34816 12 4194304", Some(7)),
            ("12 (a) R 9 9 9 (b) S 1 12 7 34816 12", Some(7)),
            ("12 (a\nb) T 1 12 7 0", Some(7)),
            ("12 (sh) Z 1 12 7 0", None),
            ("12 (sh) S 1 12", None),
            ("12 (sh) S 1 12 x", None),
            ("12 sh S 1 12 7", None),
            ("12 (sh)", None),
            ("", None),
        ] {
            assert_eq!(session_of(stat.as_bytes()), session, "{stat}");
        }
        assert_eq!(session_of(b"12 (\xff) S 1 12 7 0"), Some(7));
    }
}
