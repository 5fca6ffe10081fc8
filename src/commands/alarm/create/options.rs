//! The document of an alarm from options, by the service's names, and what is wrong with it by the names of the options.

use clap::Args;
use opsctl_engine::document::Fault;
use serde_json::{Map, Number, Value, json};

use super::preset::{self, Preset};
use crate::commands::alarm::configuration::Configuration;
use crate::commands::alarm::configuration::members::{self, Member, statistic_member};
use crate::commands::alarm::tag::Tag;
use crate::completion::Typed;
use crate::error::Error;
use crate::metrics::{Dimension, complete};

/// Those that say what a file says.
pub const IDS: [&str; 22] = [
    "preset",
    "namespace",
    "metric",
    "dimensions",
    "statistic",
    "period",
    "unit",
    "threshold",
    "comparison",
    "evaluation_periods",
    "datapoints_to_alarm",
    "treat_missing_data",
    "rule",
    "actions_suppressor",
    "suppressor_wait",
    "suppressor_extension",
    "alarm_actions",
    "ok_actions",
    "insufficient_data_actions",
    "no_actions",
    "description",
    "tags",
];

#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArgs {
    /// An alarm that many want: KIND/WHAT
    #[arg(long, value_name = "PRESET", value_parser = Preset::named, conflicts_with = "rule",
        long_help = preset::help(), help_heading = "Settings", add = preset::presets())]
    preset: Option<&'static Preset>,

    /// The namespace of the metric
    #[arg(long, value_name = "NAME", help_heading = "Settings", add = complete::namespaces())]
    namespace: Option<String>,

    /// The name of the metric
    #[arg(long, value_name = "NAME", help_heading = "Settings")]
    metric: Option<String>,

    /// A dimension; may be repeated
    #[arg(long = "dimension", value_name = "NAME=VALUE", help_heading = "Settings")]
    dimensions: Vec<Dimension>,

    /// Such as Average, Sum or p99
    #[arg(long, value_name = "STATISTIC", value_parser = members::statistic, help_heading = "Settings",
        add = members::statistics())]
    statistic: Option<String>,

    /// Of a datapoint: seconds, or 5m
    #[arg(long, value_name = "LENGTH", value_parser = members::seconds, help_heading = "Settings")]
    period: Option<i64>,

    /// Only values of this unit
    #[arg(long, value_name = "UNIT", hide_short_help = true, help_heading = "Settings")]
    unit: Option<String>,

    /// What datapoints are compared with
    #[arg(long, value_name = "NUMBER", value_parser = members::number, allow_negative_numbers = true,
        help_heading = "Settings")]
    threshold: Option<Number>,

    /// >, >=, <, <=, or AWS's word for it
    #[arg(long, value_name = "OP", value_parser = members::comparison, help_heading = "Settings",
        add = members::comparisons())]
    comparison: Option<String>,

    /// How many periods are looked at
    #[arg(long, value_name = "N", help_heading = "Settings")]
    evaluation_periods: Option<i64>,

    /// How many must breach, if not all
    #[arg(long, value_name = "M", help_heading = "Settings")]
    datapoints_to_alarm: Option<i64>,

    /// What a gap is: breaching, notBreaching, ignore or missing
    #[arg(long, value_name = "WORD", value_parser = members::missing_data, hide_short_help = true, help_heading = "Settings",
        add = members::missing_data_words())]
    treat_missing_data: Option<String>,

    /// The rule of a composite alarm
    #[arg(long, value_name = "RULE", help_heading = "Settings")]
    rule: Option<String>,

    /// With --rule: no actions while this alarm is in ALARM
    #[arg(long, value_name = "ALARM", hide_short_help = true, help_heading = "Settings")]
    actions_suppressor: Option<String>,

    /// How long actions wait for the suppressor: seconds, or such as 1m
    #[arg(long, value_name = "LENGTH", value_parser = members::seconds, hide_short_help = true,
        help_heading = "Settings")]
    suppressor_wait: Option<i64>,

    /// How long they wait after it: seconds, or such as 1m
    #[arg(long, value_name = "LENGTH", value_parser = members::seconds, hide_short_help = true,
        help_heading = "Settings")]
    suppressor_extension: Option<i64>,

    /// Done on ALARM; may be repeated
    #[arg(long = "alarm-action", value_name = "ARN", help_heading = "Settings")]
    alarm_actions: Vec<String>,

    /// Done on OK; may be repeated
    #[arg(long = "ok-action", value_name = "ARN", hide_short_help = true, help_heading = "Settings")]
    ok_actions: Vec<String>,

    /// Done on INSUFFICIENT_DATA; may be repeated
    #[arg(
        long = "insufficient-data-action",
        value_name = "ARN",
        hide_short_help = true,
        help_heading = "Settings"
    )]
    insufficient_data_actions: Vec<String>,

    /// Its actions are not run until they are enabled
    #[arg(long, hide_short_help = true, help_heading = "Settings")]
    no_actions: bool,

    /// What it is about
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        hide_short_help = true,
        help_heading = "Settings"
    )]
    description: Option<String>,

    /// A tag; may be repeated
    #[arg(long = "tag", value_name = "KEY=VALUE", hide_short_help = true, help_heading = "Settings")]
    tags: Vec<Tag>,
}

/// What is published is offered by what stands on the line.
pub fn live(arg: clap::Arg) -> clap::Arg {
    let namespace = |typed: &Typed<'_>| typed.option("--namespace").map(str::to_owned);
    match arg.get_id().as_str() {
        "metric" => arg.add(complete::names(namespace)),
        "dimensions" => arg.add(complete::dimensions(|typed: &Typed<'_>| {
            let preset = typed.option("--preset").and_then(|name| Preset::named(name).ok());
            let of = |option, of: fn(&Preset) -> &'static str| {
                typed.option(option).or(preset.map(of)).map(str::to_owned)
            };
            Some((of("--namespace", |it| it.namespace)?, of("--metric", |it| it.metric)?))
        })),
        _ => arg,
    }
}

impl SettingsArgs {
    /// Everything that is wrong is told at once.
    pub fn configuration(&self, name: &str) -> Result<Configuration, Error> {
        if self.preset.is_none() && self.namespace.is_none() && self.metric.is_none() && self.rule.is_none() {
            return Err(Error::usage(format!("nothing says what {name} is to look at"))
                .hint("--preset PRESET, or --namespace NAME --metric NAME and their condition")
                .hint("--rule RULE for a composite alarm, -f FILE for an alarm of any kind"));
        }
        let configuration = Configuration::from(self.document(name));
        let mut reasons = self.missing_dimensions();
        reasons.extend(
            Dimension::all(&self.dimensions).err().map(|name| format!("--dimension {name} is given twice")),
        );
        // A dimension that is given twice is told already.
        let is_new =
            |fault: &&Fault| reasons.is_empty() || fault.path.first().is_none_or(|it| it != "Dimensions");
        let told: Vec<String> = configuration.faults().iter().filter(is_new).map(told).collect();
        reasons.extend(told);
        match reasons.is_empty() {
            true => Ok(configuration),
            false => Err(Error::usage(format!("the alarm {name} cannot be created so")).because_of(reasons)),
        }
    }

    fn missing_dimensions(&self) -> Vec<String> {
        let Some(preset) = self.preset else { return Vec::new() };
        let is_given = |name: &str| self.dimensions.iter().any(|it| it.name == name);
        let missing = preset.dimensions.iter().filter(|name| !is_given(name));
        missing.map(|name| format!("the preset {} needs --dimension {name}=...", preset.name)).collect()
    }

    fn document(&self, name: &str) -> Map<String, Value> {
        let mut document = self.preset.map(Preset::document).unwrap_or_default();
        let mut put = |member: &str, value: Option<Value>| {
            if let Some(value) = value {
                document.insert(member.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::from);
        let arns = |arns: &[String]| (!arns.is_empty()).then(|| json!(arns));
        put("AlarmName", Some(name.into()));
        put("AlarmDescription", text(&self.description));
        put("ActionsEnabled", self.no_actions.then(|| false.into()));
        put("AlarmActions", arns(&self.alarm_actions));
        put("OKActions", arns(&self.ok_actions));
        put("InsufficientDataActions", arns(&self.insufficient_data_actions));
        put("Tags", (!self.tags.is_empty()).then(|| self.tags.iter().map(Tag::value).collect()));
        put("Namespace", text(&self.namespace));
        put("MetricName", text(&self.metric));
        let dimension = |it: &Dimension| json!({ "Name": it.name, "Value": it.value });
        put(
            "Dimensions",
            (!self.dimensions.is_empty()).then(|| self.dimensions.iter().map(dimension).collect()),
        );
        put("Period", self.period.map(Value::from));
        put("Unit", text(&self.unit));
        put("Threshold", self.threshold.clone().map(Value::from));
        put("ComparisonOperator", text(&self.comparison));
        put("EvaluationPeriods", self.evaluation_periods.map(Value::from));
        put("DatapointsToAlarm", self.datapoints_to_alarm.map(Value::from));
        put("TreatMissingData", text(&self.treat_missing_data));
        put("AlarmRule", text(&self.rule));
        put("ActionsSuppressor", text(&self.actions_suppressor));
        put("ActionsSuppressorWaitPeriod", self.suppressor_wait.map(Value::from));
        put("ActionsSuppressorExtensionPeriod", self.suppressor_extension.map(Value::from));
        if let Some(statistic) = &self.statistic {
            ["Statistic", "ExtendedStatistic"].iter().for_each(|name| drop(document.remove(*name)));
            document.insert(statistic_member(statistic).to_owned(), statistic.as_str().into());
        }
        // Fewer periods than a preset has are not fewer than must breach.
        if let (Some(preset), Some(periods), None) =
            (self.preset, self.evaluation_periods, self.datapoints_to_alarm)
        {
            document.insert("DatapointsToAlarm".to_owned(), preset.datapoints.min(periods).into());
        }
        document
    }
}

/// A fault by the name of its option.
fn told(fault: &Fault) -> String {
    let missing = fault.message.strip_prefix('`').and_then(|rest| rest.strip_suffix("` is missing"));
    if let Some(option) = missing.and_then(option) {
        return format!("{option} is missing");
    }
    match fault.path.first().and_then(|member| option(member)) {
        Some(option) => format!("{option}: {}", fault.message),
        None if fault.message.starts_with("has neither Statistic") => "--statistic is missing".to_owned(),
        None if fault.message.starts_with("has none of MetricName") => "--metric is missing".to_owned(),
        None => fault.to_string(),
    }
}

fn option(member: &str) -> Option<String> {
    let option = match member {
        "AlarmName" => "NAME",
        "Dimensions" => "--dimension",
        "Tags" => "--tag",
        "AlarmActions" => "--alarm-action",
        "OKActions" => "--ok-action",
        "InsufficientDataActions" => "--insufficient-data-action",
        "ExtendedStatistic" => "--statistic",
        other => return Member::named(other).map(|member| format!("--{}", member.field)),
    };
    Some(option.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;
    use clap::{Command, FromArgMatches as _};

    fn read(line: &[&str]) -> Result<Value, Vec<String>> {
        let command = SettingsArgs::augment_args(Command::new("create").no_binary_name(true));
        let matches = command.try_get_matches_from(line);
        let args = SettingsArgs::from_arg_matches(&matches.unwrap()).unwrap();
        match args.configuration("a") {
            Ok(configuration) => Ok(configuration.value()),
            Err(error) => Err(Report::new(&error.into()).causes),
        }
    }

    #[test]
    fn options_override_what_a_preset_has() {
        let line = [
            "--preset",
            "lambda/duration",
            "--dimension",
            "FunctionName=resize",
            "--statistic",
            "maximum",
            "--threshold",
            "-1.5",
            "--evaluation-periods",
            "2",
            "--no-actions",
            "--tag",
            "team=web",
            "--comparison",
            "<",
        ];
        let expected = json!({
            "AlarmName": "a", "Namespace": "AWS/Lambda", "MetricName": "Duration", "Statistic": "Maximum", "Period": 300,
            "Dimensions": [{ "Name": "FunctionName", "Value": "resize" }], "EvaluationPeriods": 2, "DatapointsToAlarm": 2,
            "Threshold": -1.5, "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "notBreaching",
            "ActionsEnabled": false, "Tags": [{ "Key": "team", "Value": "web" }],
        });
        assert_eq!(read(&line), Ok(expected));
    }

    #[test]
    fn everything_that_is_wrong_is_told_by_the_names_of_options() {
        let line = [
            "--namespace",
            "AWS/Lambda",
            "--metric",
            "Errors",
            "--period",
            "45",
            "--datapoints-to-alarm",
            "0",
            "--alarm-action",
            "pager",
            "--unit",
            "Percents",
        ];
        let causes = read(&line).unwrap_err();
        let expected = [
            "--unit: `Percents` is not one of",
            "--statistic is missing",
            "--period: 45 is not 10, 20, 30 or a multiple of 60 seconds",
            "--evaluation-periods is missing",
            "--datapoints-to-alarm: 0 is not a whole number from 1 on",
            "--comparison is missing",
            "--alarm-action: `pager` is no action",
        ];
        assert_eq!(causes.len(), expected.len(), "{causes:#?}");
        for (cause, expected) in causes.iter().zip(expected) {
            assert!(cause.starts_with(expected), "{cause}");
        }
        assert_eq!(
            read(&["--preset", "dynamodb/throttles", "--dimension", "TableName=orders"]),
            Err(vec!["the preset dynamodb/throttles needs --dimension Operation=...".to_owned()])
        );
        let twice = ["--preset", "sqs/age", "--dimension", "QueueName=a", "--dimension", "QueueName=b"];
        assert_eq!(read(&twice), Err(vec!["--dimension QueueName is given twice".to_owned()]));
    }
}
