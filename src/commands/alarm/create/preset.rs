//! What a preset is, how one is named, and the document it stands for. Which there are is in `presets`.

use serde_json::{Map, Value, json};

use super::presets::PRESETS;
use crate::commands::alarm::configuration::members::statistic_member;
use crate::commands::alarm::view;
use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::output::advice;

#[derive(Debug)]
pub struct Preset {
    /// `KIND/WHAT`.
    pub name: &'static str,
    pub namespace: &'static str,
    pub metric: &'static str,
    /// The names of those that the metric is published with.
    pub dimensions: &'static [&'static str],
    pub statistic: &'static str,
    /// Seconds.
    pub period: i64,
    /// M of N.
    pub datapoints: i64,
    pub periods: i64,
    pub comparison: &'static str,
    pub threshold: f64,
    /// TreatMissingData.
    pub missing: &'static str,
}

impl Preset {
    pub fn named(name: &str) -> Result<&'static Preset, String> {
        let found = PRESETS.iter().find(|preset| preset.name == name);
        let names = || PRESETS.iter().map(|preset| preset.name);
        found.ok_or_else(|| match advice(name, names()) {
            near if near.is_empty() => format!("the presets are {}", names().collect::<Vec<_>>().join(", ")),
            near => format!("there is no preset {name}{near}"),
        })
    }

    /// Without a name and without dimensions.
    pub fn document(&self) -> Map<String, Value> {
        let members = json!({
            "Namespace": self.namespace,
            "MetricName": self.metric,
            (statistic_member(self.statistic)): self.statistic,
            "Period": self.period,
            "EvaluationPeriods": self.periods,
            "DatapointsToAlarm": self.datapoints,
            "ComparisonOperator": self.comparison,
            "Threshold": self.threshold,
            "TreatMissingData": self.missing,
        });
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// What it watches and when it goes off.
    fn summary(&self) -> String {
        let Preset { statistic, metric, threshold, datapoints, periods, .. } = self;
        let (sign, period) = (view::sign(self.comparison), view::length(self.period.unsigned_abs()));
        format!("{statistic} {metric} {sign} {threshold}, {datapoints}/{periods} x {period}")
    }
}

/// The whole help of the option.
pub fn help() -> String {
    let width = PRESETS.iter().map(|preset| preset.name.len()).max().unwrap_or_default();
    let mut help = "An alarm that many want: KIND/WHAT\n\nOther options override what it has. By the dimensions they need:\n".to_owned();
    for group in PRESETS.chunk_by(|one, other| one.dimensions == other.dimensions) {
        let dimensions = group.first().map(|preset| preset.dimensions.join(", ")).unwrap_or_default();
        help.push_str(&format!("\n  {dimensions}"));
        for preset in group {
            help.push_str(&format!("\n    {:width$}  {}", preset.name, preset.summary()));
        }
    }
    help
}

/// What `--preset` knows.
pub fn presets() -> ArgValueCompleter {
    completion::fixed(|| {
        let candidate = |preset: &Preset| {
            Candidate::new(preset.name).described(format!("{} {}", preset.namespace, preset.metric))
        };
        PRESETS.iter().map(candidate).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::alarm::configuration::Configuration;

    #[test]
    fn every_preset_is_an_alarm_that_the_service_takes() {
        for preset in PRESETS {
            let mut document = preset.document();
            let dimension = |name: &&str| json!({ "Name": name, "Value": "x" });
            document.insert("AlarmName".to_owned(), preset.name.into());
            document.insert("Dimensions".to_owned(), preset.dimensions.iter().map(dimension).collect());
            assert_eq!(Configuration::from(document).faults(), [], "{}", preset.name);
            assert!(
                preset.name.split_once('/').is_some() && !preset.dimensions.is_empty(),
                "{}",
                preset.name
            );
            assert_eq!(
                PRESETS.iter().filter(|other| other.name == preset.name).count(),
                1,
                "{}",
                preset.name
            );
        }
    }

    #[test]
    fn every_kind_of_resource_has_presets() {
        for kind in ["ec2", "lambda", "alb", "sqs", "rds", "dynamodb", "sfn", "ecs"] {
            assert!(PRESETS.iter().any(|it| it.name.split('/').next() == Some(kind)), "{kind}");
        }
    }

    #[test]
    fn a_count_of_what_goes_wrong_does_not_breach_where_it_is_missing() {
        for preset in PRESETS.iter().filter(|preset| preset.statistic == "Sum") {
            assert_eq!(preset.missing, "notBreaching", "{}", preset.name);
        }
    }

    #[test]
    fn a_preset_that_is_mistyped_has_a_near_one() {
        assert_eq!(Preset::named("lambda/errors").unwrap().metric, "Errors");
        let error = Preset::named("lambda/error").unwrap_err();
        assert_eq!(error, "there is no preset lambda/error; did you mean `lambda/errors`?");
        assert!(Preset::named("x").unwrap_err().starts_with("the presets are ec2/cpu, "));
    }

    #[test]
    fn the_help_says_what_each_preset_is() {
        let help = help();
        let lines = "\n  QueueName\n    sqs/age                   Maximum ApproximateAgeOfOldestMessage > 600, 5/5 x 1m\n";
        assert!(help.contains(lines), "{help}");
        // A terminal of 100 columns shows it indented by ten.
        assert!(help.lines().all(|line| line.len() <= 90), "{help}");
    }
}
