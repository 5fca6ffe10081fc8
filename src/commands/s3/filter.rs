//! The options that choose objects from a list, the same for every verb that takes them.

use aws_sdk_s3::types::ObjectStorageClass;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use opsctl_engine::manifest::{BadPattern, Conditions, Filter, Sample};

use crate::cli::Moment;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::nearest;

/// Which objects are wanted: all kinds of conditions together, of each kind one of the values.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Only keys that begin with this; may be repeated
    #[arg(long = "prefix", value_name = "TEXT", help_heading = "Filters")]
    pub prefixes: Vec<String>,

    /// Only keys that end with this; may be repeated
    #[arg(long = "suffix", value_name = "TEXT", help_heading = "Filters")]
    pub suffixes: Vec<String>,

    /// Only keys like this (* takes slashes too); repeatable
    #[arg(long = "glob", value_name = "PATTERN", help_heading = "Filters")]
    pub globs: Vec<String>,

    /// Only keys in which this regular expression is found; may be repeated
    #[arg(long = "regex", value_name = "PATTERN", hide_short_help = true, help_heading = "Filters")]
    pub regexes: Vec<String>,

    /// Only objects of this size or more: 1MiB, 5GB
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Filters")]
    pub min_size: Option<u64>,

    /// Only objects of at most this size
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true, help_heading = "Filters")]
    pub max_size: Option<u64>,

    /// Only what was modified since: 2h, 2026-11-22
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub since: Option<Moment>,

    /// Only what was last modified before
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub until: Option<Moment>,

    /// Only objects of this storage class; may be repeated
    #[arg(
        long = "storage-class",
        value_name = "CLASS",
        hide_short_help = true,
        value_parser = |text: &str| Ok::<_, String>(text.to_ascii_uppercase()),
        help_heading = "Filters"
    )]
    pub storage_classes: Vec<String>,

    /// Only this part of the keys, the same ones in every run: 1%, 0.5
    #[arg(long, value_name = "PART", value_parser = part, hide_short_help = true, help_heading = "Filters")]
    pub sample: Option<f64>,
}

impl FilterArgs {
    /// All patterns that are at fault are named at once.
    pub fn filter(&self, now: Timestamp, zone: &TimeZone) -> Result<Filter> {
        let moment = |moment: Option<Moment>| {
            let resolve = |moment: Moment| moment.resolve(now, zone).map(Timestamp::as_millisecond);
            let beyond = |error| Error::usage("the time is beyond the calendar").because(error);
            moment.map(resolve).transpose().map_err(beyond)
        };
        let (since, until) = (moment(self.since)?, moment(self.until)?);
        let mut faults = Vec::new();
        if let (Some(min), Some(max)) = (self.min_size, self.max_size)
            && min > max
        {
            faults.push(format!(
                "no object has {min} bytes or more (--min-size) and {max} or less (--max-size)"
            ));
        }
        if since.is_some_and(|since| until.is_some_and(|until| since >= until)) {
            faults.push(
                "nothing was modified since --since and before --until: they are the wrong way round"
                    .to_owned(),
            );
        }
        let conditions = Conditions {
            prefixes: self.prefixes.clone(),
            suffixes: self.suffixes.clone(),
            globs: self.globs.clone(),
            regexes: self.regexes.clone(),
            min_size: self.min_size,
            max_size: self.max_size,
            modified_since: since,
            modified_before: until,
            storage_classes: self.storage_classes.clone(),
            sample: self.sample.map(|rate| Sample { rate, seed: 0 }),
        };
        let filter = Filter::new(conditions);
        if let Err(bad) = &filter {
            faults.extend(bad.iter().map(BadPattern::to_string));
        }
        match filter {
            Ok(filter) if faults.is_empty() => Ok(filter),
            _ => Err(Error::usage(faults.join("; ")).hint("opsctl s3 manifest build --help").into()),
        }
    }

    /// Classes that S3 did not have when this was written: there may be new ones.
    pub fn warn(&self, ctx: &Context) {
        let known = ObjectStorageClass::values();
        for class in self.storage_classes.iter().filter(|class| !known.contains(&class.as_str())) {
            ctx.reporter().warn(format_args!("{class} is no storage class that is known here"));
            if let Some(near) = nearest(class, known.iter().copied()) {
                ctx.reporter().hint(format!("did you mean {near}?"));
            }
        }
    }
}

/// Bytes, with a unit or without.
pub fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u32, u64); 11] = [
        ("", 0, 1),
        ("b", 0, 1),
        ("k", 1, 1024),
        ("kib", 1, 1024),
        ("kb", 1, 1000),
        ("mib", 2, 1024),
        ("mb", 2, 1000),
        ("gib", 3, 1024),
        ("gb", 3, 1000),
        ("tib", 4, 1024),
        ("tb", 4, 1000),
    ];
    let expected = || "a size is a number of bytes, or looks like 500kB, 1MiB or 5GB".to_owned();
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default().to_ascii_lowercase();
    let (_, power, base) = UNITS.iter().find(|(name, ..)| *name == unit).ok_or_else(expected)?;
    let number: u64 = digits.trim_end().parse().map_err(|_| expected())?;
    base.checked_pow(*power)
        .and_then(|factor| number.checked_mul(factor))
        .filter(|size| i64::try_from(*size).is_ok())
        .ok_or_else(expected)
}

/// `1%` or `0.01`.
pub fn part(text: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let part = number.trim_end().parse::<f64>().ok().map(|number| number / scale);
    part.filter(|part| *part > 0.0 && *part <= 1.0)
        .ok_or_else(|| "a part is between 0 and 1, or a percentage: 1%, 0.25".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_ten_and_of_two() {
        for (text, bytes) in [
            ("0", 0),
            ("1500", 1500),
            ("1kB", 1000),
            ("1KiB", 1024),
            ("5GB", 5_000_000_000),
            ("2 MiB", 2 << 20),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for bad in ["", "-1", "GB", "1.5GB", "1 parsec", "99999999999TB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_are_shares_or_percentages() {
        for (text, share) in [("1%", 0.01), ("0.5", 0.5), ("100%", 1.0)] {
            assert_eq!(part(text), Ok(share), "{text}");
        }
        for bad in ["0", "2", "101%", "-1%", "half", "NaN", ""] {
            assert!(part(bad).is_err(), "{bad}");
        }
    }
}
