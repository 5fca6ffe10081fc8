//! The processes of a leader's process session or group, those it left in the background included. Linux lists them
//! under /proc; elsewhere nothing does without unsafe code, and what a shell leaves behind outlives its session. So does,
//! everywhere, a process that has called setsid itself: it belongs to nobody's session but its own.

use rustix::process::{Pid, Signal, kill_process};
use std::time::Duration;

/// Between two looks at who is left.
const PAUSE: Duration = Duration::from_millis(10);

/// The number of a leader stays taken while its session or group has members, so that it names no other.
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
        belongs(&stat, leader.as_raw_nonzero().get())
    })
    .filter_map(Pid::from_raw)
    .collect()
}

#[cfg(not(target_os = "linux"))]
fn members(_leader: Pid) -> Vec<Pid> {
    Vec::new()
}

/// Whether a process lives and is of the leader's group or session, by its `stat`: `1 (name) S parent group session ...`.
/// The name may hold anything, parentheses and line feeds too.
#[cfg(target_os = "linux")]
fn belongs(stat: &[u8], leader: i32) -> bool {
    let after_name = stat.iter().rposition(|byte| *byte == b')').and_then(|end| stat.get(end + 1..));
    let rest = after_name.and_then(|rest| std::str::from_utf8(rest).ok()).unwrap_or_default();
    let mut fields = rest.split_ascii_whitespace();
    // Dead already, only not yet waited for.
    let lives = fields.next().is_some_and(|state| !matches!(state, "Z" | "X"));
    lives && fields.skip(1).take(2).any(|field| field.parse() == Ok(leader))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn group_and_session_are_found_behind_any_name() {
        for (stat, expected) in [
            ("12 (sh) S 1 12 7 34816 12 4194304", true),
            ("12 (sh) S 1 7 12 34816 12 4194304", true),
            ("12 (sh) S 7 12 12 7 7 7", false),
            ("12 (a) R 9 9 9 (b) S 1 12 7 34816 12", true),
            ("12 (a) R 7 7 7 (b) S 1 12 9 34816 12", false),
            ("12 (a\nb) T 1 12 7 0", true),
            ("12 (sh) Z 1 12 7 0", false),
            ("12 (sh) S 1 12", false),
            ("12 (sh) S 1 12 x", false),
            ("12 sh S 1 12 7", false),
            ("12 (sh)", false),
            ("", false),
        ] {
            assert_eq!(belongs(stat.as_bytes(), 7), expected, "{stat}");
        }
        assert!(belongs(b"12 (\xff) S 1 12 7 0", 7));
    }
}
