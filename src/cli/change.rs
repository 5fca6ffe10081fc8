//! The options of verbs that change things.

use std::time::Duration;

use clap::Args;

use super::duration::duration;

/// Options of every verb that changes something.
#[derive(Debug, Clone, Default, Args)]
pub struct ChangeArgs {
    /// Change nothing; print the calls that would be sent
    #[arg(short = 'n', long, help_heading = "Change")]
    pub dry_run: bool,
}

/// Options of every verb that creates something.
#[derive(Debug, Clone, Default, Args)]
pub struct TokenArgs {
    /// Run again with the same token and parameters, create nothing twice; made up and printed if not given
    #[arg(long, value_name = "TEXT", help_heading = "Change")]
    pub token: Option<String>,
}

/// Options of every verb that starts what takes its time.
#[derive(Debug, Clone, Default, Args)]
pub struct WaitArgs {
    /// Wait until it is over; --timeout says how long at most
    #[arg(long, help_heading = "Waiting")]
    pub wait: bool,

    /// The longest pause between two looks; the first ones are shorter
    #[arg(long, value_name = "DURATION", value_parser = interval, hide_short_help = true, help_heading = "Waiting")]
    pub interval: Option<Duration>,
}

/// Asking more often than this is no waiting.
const SHORTEST: Duration = Duration::from_millis(100);

pub fn interval(text: &str) -> Result<Duration, String> {
    let interval = duration(text)?;
    if interval < SHORTEST {
        return Err("an interval is at least 100ms".to_owned());
    }
    Ok(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_leaves_the_service_in_peace() {
        assert_eq!(interval("100ms"), Ok(SHORTEST));
        for bad in ["0", "99ms", "soon", "-1s"] {
            assert!(interval(bad).is_err(), "{bad}");
        }
    }
}
