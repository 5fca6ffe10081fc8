//! Statistics by name: the five plain ones and the extended ones, whose names carry their bounds.

use std::fmt;
use std::str::FromStr;

/// `Statistic` or `ExtendedStatistic`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// `p99.9`, in percent.
    Percentile(f64),
    /// `IQM`: the mean of the middle half.
    InterquartileMean,
    /// `PR(a:b)`: the percentage of samples above `a` and up to `b`.
    PercentileRank(Bound, Bound),
    /// `tm90`, `TM(10%:90%)`, `TM(5:100)`
    TrimmedMean(Bound, Bound),
    /// `tc90`, `TC(…)`: how many samples a trimmed mean is of.
    TrimmedCount(Bound, Bound),
    /// `ts90`, `TS(…)`: their sum.
    TrimmedSum(Bound, Bound),
    /// `wm90`, `WM(…)`: as a trimmed mean, with what is outside moved to the bounds.
    WinsorizedMean(Bound, Bound),
}

/// One end of what a statistic looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    Open,
    /// Of the samples in their order, from 0 to 100.
    Percent(f64),
    Value(f64),
}

/// A name that is no statistic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no statistic: there are SampleCount, Average, Sum, Minimum, Maximum, IQM, p99, tm90, tc90, ts90, wm90, \
     PR(10:100), and TM, TC, TS and WM with (10%:90%) or (10:100)"
)]
pub struct UnknownStatistic(pub String);

impl Statistic {
    /// It needs the values themselves: count, sum and extremes do not tell it.
    pub fn is_extended(self) -> bool {
        use Statistic::*;
        !matches!(self, SampleCount | Average | Sum | Minimum | Maximum)
    }

    fn parse(name: &str) -> Option<Self> {
        use Statistic::*;
        let plain = [SampleCount, Average, Sum, Minimum, Maximum, InterquartileMean];
        if let Some(found) = plain.into_iter().find(|statistic| statistic.to_string() == name) {
            return Some(found);
        }
        if let Some((function, bounds)) = name.strip_suffix(')').and_then(|name| name.split_once('(')) {
            let (low, high) = bounds.split_once(':')?;
            let (low, high) = (bound(low)?, bound(high)?);
            return match function {
                _ if (low, high) == (Bound::Open, Bound::Open) => None,
                "PR" => {
                    let is_share = |bound| matches!(bound, Bound::Percent(_));
                    (!is_share(low) && !is_share(high)).then_some(PercentileRank(low, high))
                }
                "TM" => Some(TrimmedMean(low, high)),
                "TC" => Some(TrimmedCount(low, high)),
                "TS" => Some(TrimmedSum(low, high)),
                "WM" => Some(WinsorizedMean(low, high)),
                _ => None,
            };
        }
        if let Some(digits) = name.strip_prefix('p') {
            return percent(digits).map(Percentile);
        }
        let (function, digits) = name.split_at_checked(2)?;
        let high = Bound::Percent(percent(digits)?);
        match function {
            "tm" => Some(TrimmedMean(Bound::Open, high)),
            "tc" => Some(TrimmedCount(Bound::Open, high)),
            "ts" => Some(TrimmedSum(Bound::Open, high)),
            "wm" => Some(WinsorizedMean(Bound::Open, high)),
            _ => None,
        }
    }
}

fn bound(text: &str) -> Option<Bound> {
    match text.strip_suffix('%') {
        Some(digits) => percent(digits).map(Bound::Percent),
        None if text.is_empty() => Some(Bound::Open),
        None => number(text.strip_prefix('-').unwrap_or(text)).and(text.parse().ok()).map(Bound::Value),
    }
}

fn percent(text: &str) -> Option<f64> {
    number(text).filter(|percent| *percent <= 100.0)
}

/// Digits, with a point between or not.
fn number(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part))
        .then(|| text.parse().ok())
        .flatten()
        .filter(|number: &f64| number.is_finite())
}

impl FromStr for Statistic {
    type Err = UnknownStatistic;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Statistic::parse(name).ok_or_else(|| UnknownStatistic(name.to_owned()))
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Statistic::*;
        let (small, large, low, high) = match *self {
            SampleCount => return f.pad("SampleCount"),
            Average => return f.pad("Average"),
            Sum => return f.pad("Sum"),
            Minimum => return f.pad("Minimum"),
            Maximum => return f.pad("Maximum"),
            InterquartileMean => return f.pad("IQM"),
            Percentile(percent) => return f.pad(&format!("p{percent}")),
            PercentileRank(low, high) => ("", "PR", low, high),
            TrimmedMean(low, high) => ("tm", "TM", low, high),
            TrimmedCount(low, high) => ("tc", "TC", low, high),
            TrimmedSum(low, high) => ("ts", "TS", low, high),
            WinsorizedMean(low, high) => ("wm", "WM", low, high),
        };
        match (low, high) {
            (Bound::Open, Bound::Percent(percent)) => f.pad(&format!("{small}{percent}")),
            _ => f.pad(&format!("{large}({low}:{high})")),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Open => Ok(()),
            Bound::Percent(percent) => write!(f, "{percent}%"),
            Bound::Value(value) => write!(f, "{value}"),
        }
    }
}
