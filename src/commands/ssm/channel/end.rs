//! How a session ended, and what that means to whoever ran it.

use tokio::task::JoinHandle;

use crate::error::{Error, Kind, Result};

#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// By the far side, with its reason if there is one. `incomplete`: output that came is held back, since some
    /// before it never did.
    Closed { reason: String, incomplete: bool },
    /// By us.
    Terminated,
}

/// Waits for the end, which follows the last event.
pub async fn ended(end: JoinHandle<Result<End>>) -> Result<End> {
    match end.await {
        Ok(end) => end,
        // A panic of the session's task is a panic of ours.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Ok(End::Terminated),
    }
}

impl End {
    /// An end with a reason, or with a loss, is a failure.
    pub fn into_result(self, label: &str) -> Result<()> {
        match self {
            End::Terminated => Ok(()),
            End::Closed { reason, incomplete: true } if reason.trim().is_empty() => {
                let text = format!("the session on {label} was closed before all of its output came");
                Err(Error::failed(text).because("the node waits only a moment for a slow connection").into())
            }
            End::Closed { reason, .. } if reason.trim().is_empty() => Ok(()),
            End::Closed { reason, .. } => {
                let reason = reason.trim().to_owned();
                let kind = if is_time_out(&reason) { Kind::TimedOut } else { Kind::Failed };
                Err(Error::new(kind, format!("the session on {label} was ended")).because(reason).into())
            }
        }
    }
}

/// The only mark of an idle or overlong session is its text.
fn is_time_out(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    reason.contains("timed out") || reason.contains("inactivity") || reason.contains("maximum duration")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_out_is_told_by_its_text() {
        for reason in [
            "Your session timed out due to inactivity.",
            "Session has reached its maximum duration and was terminated",
        ] {
            assert!(is_time_out(reason), "{reason}");
        }
        assert!(!is_time_out("----------ERROR-------\nUnable to start shell"));
    }
}
