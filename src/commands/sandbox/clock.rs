//! `opsctl sandbox clock`.

use std::str::FromStr;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::reached;
use crate::cli::{DetailArgs, duration};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output::Column;
use crate::sandbox::Connection;

/// Show or set the clock of a sandbox's alarms
///
/// CloudWatch in a sandbox has a clock of its own, by which metrics are published and alarms are
/// evaluated; everything else goes by that of this machine. With +1h it goes an hour forward: what
/// falls due between is evaluated as if the time had passed, of more than 14 days the last 14. With
/// -1h it goes back, and nothing is evaluated. A TIME sets it, `reset` takes the clock of this machine
/// again. Without any of them it is shown.
///
/// Every region of every account has its own: --region and --profile say which is meant. Where it
/// stands is kept in the sandbox's folder.
///
/// Examples:
///   opsctl --sandbox sandbox clock
///   opsctl --sandbox sandbox clock +1h
///   opsctl --sandbox sandbox clock reset
///
/// Exit codes:
///   0    it is shown, or set
///   2    this is no sandbox, or it cannot be set so
///   3    no sandbox runs
///   8    --timeout was reached: it stands somewhere between
///   130  interrupted: it stands somewhere between
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(CLOCK)))]
pub struct ClockArgs {
    /// +DURATION, -DURATION, a time, or reset
    #[arg(value_name = "TO", allow_hyphen_values = true, value_hint = clap::ValueHint::Other)]
    to: Option<Setting>,

    #[command(flatten)]
    detail: DetailArgs,
}

/// Where the clock is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    By(SignedDuration),
    To(Timestamp),
    Reset,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "reset" {
            return Ok(Setting::Reset);
        }
        let by = |text: &str| SignedDuration::try_from(duration(text)?).map_err(|error| error.to_string());
        match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(forward), _) => by(forward).map(Setting::By),
            (None, Some(back)) => by(back).map(|back| Setting::By(-back)),
            (None, None) => text
                .parse()
                .map(Setting::To)
                .map_err(|_| "a clock is set to +1h, -30m, 2026-11-22T10:00:00Z or reset".to_owned()),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "PascalCase"))]
struct Clock {
    now: Timestamp,
    /// Ahead of this machine's.
    #[serde(rename(serialize = "offsetMs", deserialize = "OffsetMs"))]
    offset_ms: i64,
    /// How often alarms have been evaluated on the way.
    #[serde(default)]
    steps: u64,
    #[serde(default = "yes", skip_serializing)]
    is_there: bool,
}

fn yes() -> bool {
    true
}

const CLOCK: &[Column<Clock>] = &[
    Column::new("now", "NOW", |clock: &Clock| clock.now.into()),
    Column::new("ahead", "AHEAD", |clock: &Clock| ahead(clock.offset_ms).into()),
    Column::new("steps", "STEPS", |clock: &Clock| i64::try_from(clock.steps).unwrap_or(i64::MAX).into()),
];

fn ahead(milliseconds: i64) -> String {
    format!("{:#}", SignedDuration::from_secs(SignedDuration::from_millis(milliseconds).as_secs()))
}

pub async fn run(args: &ClockArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sandbox.clock", CLOCK)?;
    let refused = || {
        Error::usage("this is no sandbox, and no other clock can be set")
            .hint("opsctl --sandbox sandbox clock asks the one that is running")
    };
    let sandbox = reached::connection(ctx.aws().await?, refused).await?;
    let clock = ask(&sandbox, "DescribeClock", &serde_json::json!({})).await?;
    let clock = match args.to {
        None => clock,
        Some(setting) => set(&sandbox, clock, setting).await?,
    };
    details.show(&clock)?;
    Ok(Outcome::Done)
}

/// Step by step, as far as the sandbox goes at once.
async fn set(sandbox: &Connection, clock: Clock, setting: Setting) -> Result<Clock> {
    let beyond = || Error::usage("the clock cannot be set so far");
    let offset = SignedDuration::from_millis(clock.offset_ms);
    let offset = match setting {
        Setting::By(by) => offset.checked_add(by),
        Setting::To(to) => offset.checked_add(to.duration_since(clock.now)),
        Setting::Reset => Some(SignedDuration::ZERO),
    };
    let offset = offset.and_then(|offset| i64::try_from(offset.as_millis()).ok()).ok_or_else(beyond)?;
    let mut steps = 0;
    loop {
        let clock = ask(sandbox, "SetClock", &serde_json::json!({ "OffsetMs": offset })).await?;
        steps += clock.steps;
        if clock.is_there {
            return Ok(Clock { steps, ..clock });
        }
    }
}

async fn ask(sandbox: &Connection, operation: &str, input: &serde_json::Value) -> Result<Clock> {
    let answer = sandbox.ask(operation, input).await?;
    Ok(serde_json::from_value(answer)
        .map_err(|error| Error::failed("the sandbox does not say where its clock stands").because(error))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_in_every_form() {
        for (text, expected) in [
            ("+1h", Some(Setting::By(SignedDuration::from_hours(1)))),
            ("+90", Some(Setting::By(SignedDuration::from_secs(90)))),
            ("-30m", Some(Setting::By(SignedDuration::from_mins(-30)))),
            ("1970-01-01T00:01:00Z", Some(Setting::To(Timestamp::from_second(60).unwrap()))),
            ("reset", Some(Setting::Reset)),
            ("1h", None),
            ("+", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Setting>().ok(), expected, "{text}");
        }
    }
}
