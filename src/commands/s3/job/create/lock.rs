//! What operations with Object Lock have in common: a date in the future, and how long an event hold lasts.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use opsctl_engine::batch::EventHoldDuration;

/// An RFC 3339 time, or a date: its midnight in UTC.
pub fn date(text: &str) -> Result<Timestamp, String> {
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let time = text.parse().ok().or_else(|| text.parse().ok().and_then(midnight));
    time.ok_or_else(|| "it looks like 2027-01-01 or 2027-01-01T00:00:00Z".to_owned())
}

#[derive(Debug, Clone, Default, Args)]
pub struct EventHoldArgs {
    /// Hold objects until an event releases them: on or off
    #[arg(long, value_name = "STATE", ignore_case = true, value_parser = ["on", "off"], hide_short_help = true, help_heading = "Command")]
    pub event_hold: Option<String>,

    /// How long an object stays protected after its event hold is released, in days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=36_500), conflicts_with = "event_hold_years", hide_short_help = true, help_heading = "Command")]
    pub event_hold_days: Option<i32>,

    /// The same in years
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=100), hide_short_help = true, help_heading = "Command")]
    pub event_hold_years: Option<i32>,
}

impl EventHoldArgs {
    pub fn state(&self) -> Option<String> {
        self.event_hold.as_deref().map(str::to_ascii_uppercase)
    }

    pub fn duration(&self) -> Option<EventHoldDuration> {
        let duration = EventHoldDuration { days: self.event_hold_days, years: self.event_hold_years };
        (duration != EventHoldDuration::default()).then_some(duration)
    }
}
