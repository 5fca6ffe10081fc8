//! `opsctl alarm create`: the order of things. `options` makes a document of what is typed, `preset` has what many want.

mod options;
mod preset;
pub mod presets;

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::api::Alarms;
use super::configuration::{self, Configuration};
use super::sending::Sending;
use super::surroundings;
use super::target::{AlarmArn, AlarmName, check_name};
use crate::change::{self, Changes, Consent, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;
use options::SettingsArgs;

/// Create an alarm
///
/// Of a metric, by options or by a preset; of other alarms, by a --rule; of any kind, by a file in
/// the service's words, YAML or JSON, as "alarm show NAME --query item.alarm -o yaml" gives it. What
/// is wrong is told before anything is sent, all at once; so is a metric that nobody publishes, which
/// is no error. Shows what would be sent, and asks.
///
/// Examples:
///   opsctl alarm create resize-errors --preset lambda/errors --dimension FunctionName=resize --yes
///   opsctl alarm create orders-old --preset sqs/age --dimension QueueName=orders --threshold 900 -n
///   opsctl alarm create shop-down --rule 'ALARM(api-5xx) AND ALARM(api-latency)' --yes
///   opsctl alarm create -f alarm.yaml --replace --yes
///
/// Exit codes:
///   0    the alarm is created; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    an option or the file is wrong; a yes is needed, and nobody is there to ask
///   3    there is no such file, or the rule names an alarm that is not there
///   4    no credentials or no region
///   5    denied by a policy
///   9    there is such an alarm already, or the rule leads back to it
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   cloudwatch:DescribeAlarms     whether there is such an alarm, and those of a rule, on *
///   cloudwatch:ListMetrics        whether its metrics are published
///   cloudwatch:PutMetricAlarm     a metric alarm
///   cloudwatch:PutCompositeAlarm  a composite alarm, on *
///   cloudwatch:PutLogAlarm        a log alarm
///   cloudwatch:TagResource        for --tag
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(options::live))]
pub struct CreateAlarmArgs {
    /// The name of the new alarm; a --file may have it
    #[arg(value_name = "NAME", required_unless_present = "file", value_parser = new_name)]
    name: Option<String>,

    #[command(flatten)]
    settings: SettingsArgs,

    /// From YAML or JSON; - is stdin
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath,
        conflicts_with_all = options::IDS, help_heading = "Settings")]
    file: Option<PathBuf>,

    /// Put it in the place of the alarm of that name
    #[arg(long, hide_short_help = true, help_heading = "Change")]
    replace: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

const CREATE: Words = Words { verb: "create", done: "created", one: "alarm", many: "alarms" };
const REPLACE: Words = Words { verb: "replace", done: "replaced", one: "alarm", many: "alarms" };

fn new_name(text: &str) -> Result<String, String> {
    if AlarmArn::parse(text).is_some() || text.starts_with("arn:aws") {
        return Err("an alarm is created by its name, in the region and account that are asked".to_owned());
    }
    check_name(text)?;
    Ok(text.to_owned())
}

pub async fn run(args: &CreateAlarmArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let mut wanted = signals.race(args.configuration()).await?;
    for warning in wanted.warnings() {
        ctx.reporter().warn(warning);
    }
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let name = wanted.name().to_owned();
    let present = signals.race(AlarmName::Name(name.clone()).find_if_any(&alarms)).await?;
    let words = match &present {
        None => CREATE,
        Some(_) if !args.replace => {
            let set = change::again(ctx.global(), ["alarm", "set", &name, "FIELD=VALUE"]);
            let error = Error::new(Kind::Conflict, format!("there is an alarm {name} already"));
            return Err(error.hint(set).hint("--replace puts this one in its place").into());
        }
        Some(alarm) if alarm.alarm_type != wanted.alarm_type => {
            let (is, would) = (alarm.alarm_type, wanted.alarm_type);
            let message = format!("{name} is a {is} alarm, and cannot become a {would} alarm");
            return Err(Error::new(Kind::Conflict, message)
                .because("names are those of all kinds of alarms")
                .hint(change::again(ctx.global(), ["alarm", "delete", &name]))
                .into());
        }
        Some(_) => REPLACE,
    };
    if present.is_some() && wanted.document.remove("Tags").is_some() {
        ctx.reporter().warn(format_args!("the tags of {name} stay as they are: only a new alarm takes them"));
    }
    signals.race(surroundings::check(&wanted, &alarms)).await?;
    signals.race(warn_of_metrics(&wanted, ctx)).await?;
    let sending = Sending { wanted, present, words };
    sending.send(&consent, &alarms, &mut signals, ctx).await
}

async fn warn_of_metrics(wanted: &Configuration, ctx: &Context) -> Result<()> {
    surroundings::warn_of_metrics(wanted, ctx.aws().await?, ctx.reporter()).await;
    Ok(())
}

impl CreateAlarmArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }

    async fn configuration(&self) -> Result<Configuration> {
        match (&self.file, &self.name) {
            (Some(file), name) => configuration::read(file, name.as_deref()).await,
            (None, name) => Ok(self.settings.configuration(name.as_deref().unwrap_or_default())?),
        }
    }
}
