//! What an alarm can do: the ARNs of actions, which kind of alarm takes which, and which run at a change of state.
//! Whether a target exists is not known here, and the service does not look either.

use serde_json::Value;

use super::StateValue;
use crate::batch::arn::Arn;
use crate::document::Fault;

/// The lists of actions, with the state that each is for.
pub const LISTS: [(&str, StateValue); 3] = [
    ("OKActions", StateValue::Ok),
    ("AlarmActions", StateValue::Alarm),
    ("InsufficientDataActions", StateValue::InsufficientData),
];

/// `AlarmTypes` of DescribeAlarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    Metric,
    Composite,
    Log,
}

impl AlarmKind {
    pub const ALL: [AlarmKind; 3] = [AlarmKind::Metric, AlarmKind::Composite, AlarmKind::Log];

    pub fn name(self) -> &'static str {
        match self {
            AlarmKind::Metric => "MetricAlarm",
            AlarmKind::Composite => "CompositeAlarm",
            AlarmKind::Log => "LogAlarm",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    Sns,
    Lambda,
    Ec2,
    AutoScaling,
    OpsItem,
    Incident,
    Investigation,
}

impl ActionKind {
    /// One word, for filters and columns.
    pub fn name(self) -> &'static str {
        match self {
            ActionKind::Sns => "sns",
            ActionKind::Lambda => "lambda",
            ActionKind::Ec2 => "ec2",
            ActionKind::AutoScaling => "autoscaling",
            ActionKind::OpsItem => "opsitem",
            ActionKind::Incident => "incident",
            ActionKind::Investigation => "investigation",
        }
    }

    /// In a sentence.
    fn title(self) -> &'static str {
        match self {
            ActionKind::Sns => "an SNS topic",
            ActionKind::Lambda => "a Lambda function",
            ActionKind::Ec2 => "an EC2 action",
            ActionKind::AutoScaling => "a scaling policy",
            ActionKind::OpsItem => "an OpsItem",
            ActionKind::Incident => "an incident",
            ActionKind::Investigation => "an investigation",
        }
    }

    pub fn is_allowed_on(self, alarm: AlarmKind) -> bool {
        match self {
            ActionKind::Sns | ActionKind::Lambda | ActionKind::OpsItem => true,
            ActionKind::Incident | ActionKind::Investigation => alarm != AlarmKind::Log,
            ActionKind::Ec2 | ActionKind::AutoScaling => alarm == AlarmKind::Metric,
        }
    }

    /// It is made when an alarm goes off, and at no other change.
    pub fn is_for_alarm_only(self) -> bool {
        matches!(self, ActionKind::OpsItem | ActionKind::Incident | ActionKind::Investigation)
    }

    /// It runs again every minute while the state lasts; the others run at a change alone.
    pub fn repeats(self) -> bool {
        self == ActionKind::AutoScaling
    }
}

/// An action that has been read from its ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action<'a> {
    pub kind: ActionKind,
    /// What people call it: the topic, the function with its qualifier, `stop`, the policy, the severity, the plan.
    pub target: &'a str,
}

impl<'a> Action<'a> {
    /// `None` when this is no ARN that an alarm can act on.
    pub fn parse(text: &'a str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        let after = |prefix: &str| arn.resource.strip_prefix(prefix).filter(|rest| !rest.is_empty());
        let (kind, target) = match arn.service {
            "sns" => (ActionKind::Sns, Some(arn.resource).filter(|topic| !topic.contains([':', '/']))),
            "lambda" => (ActionKind::Lambda, after("function:")),
            // These have no account: `arn:aws:automate:REGION:ec2:stop`.
            "automate" => {
                (ActionKind::Ec2, (arn.account == "ec2").then_some(arn.resource).filter(|verb| is_verb(verb)))
            }
            "swf" => {
                let verb =
                    after("action/actions/AWS_EC2.InstanceId.").and_then(|rest| rest.strip_suffix("/1.0"));
                (ActionKind::Ec2, verb.filter(|verb| is_verb(&verb.to_ascii_lowercase())))
            }
            "autoscaling" => {
                let policy = after("scalingPolicy:");
                let name = |rest: &'a str| rest.split_once("policyName/").map_or(rest, |(_, name)| name);
                (ActionKind::AutoScaling, policy.map(name))
            }
            "ssm" => (ActionKind::OpsItem, after("opsitem:")),
            "ssm-incidents" => {
                (ActionKind::Incident, after("response-plan/").or_else(|| after("responseplan/")))
            }
            "aiops" => (
                ActionKind::Investigation,
                after("investigation-group:").or_else(|| after("investigation-group/")),
            ),
            _ => return None,
        };
        target.map(|target| Action { kind, target })
    }
}

fn is_verb(verb: &str) -> bool {
    matches!(verb, "stop" | "terminate" | "reboot" | "recover")
}

/// Which actions of the list of state `now` run when an alarm comes into it. `is_enabled` is `ActionsEnabled`.
pub fn at_change<'a>(
    is_enabled: bool,
    now: StateValue,
    actions: &'a [String],
) -> impl Iterator<Item = &'a str> {
    let is_for = move |kind: ActionKind| now == StateValue::Alarm || !kind.is_for_alarm_only();
    let runs = move |action: &&'a str| is_enabled && kind_of(action).is_none_or(is_for);
    actions.iter().map(String::as_str).filter(runs)
}

/// The same when an evaluation finds that state after `before`: where nothing changed, asked once a minute, those that
/// repeat.
pub fn to_run<'a>(
    is_enabled: bool,
    before: StateValue,
    now: StateValue,
    actions: &'a [String],
) -> impl Iterator<Item = &'a str> {
    let runs = move |action: &&'a str| before != now || kind_of(action).is_some_and(ActionKind::repeats);
    at_change(is_enabled, now, actions).filter(runs)
}

fn kind_of(action: &str) -> Option<ActionKind> {
    Action::parse(action).map(|action| action.kind)
}

/// What is wrong with the ARNs in the lists of a Put call: kinds that are none, that the alarm cannot take, or that
/// would never run. How many a list may have is not looked at.
pub fn check(alarm: AlarmKind, document: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (list, state) in LISTS {
        let arns = document.get(list).and_then(Value::as_array).into_iter().flatten();
        for (position, arn) in arns.enumerate() {
            if let Some(message) = arn.as_str().and_then(|arn| fault(alarm, state, arn, document)) {
                let path = vec![list.to_owned(), position.to_string()];
                faults.push(Fault { path, message, is_of_name: false });
            }
        }
    }
    faults
}

fn fault(alarm: AlarmKind, state: StateValue, arn: &str, document: &Value) -> Option<String> {
    let Some(action) = Action::parse(arn) else {
        return Some(format!(
            "`{arn}` is no action: an alarm takes ARNs of SNS topics, Lambda functions, EC2 actions, scaling policies, \
             OpsItems, response plans and investigation groups"
        ));
    };
    let title = action.kind.title();
    if !action.kind.is_allowed_on(alarm) {
        let name = alarm.name();
        return Some(format!("{title} is no action of a {name}; an SNS topic or a Lambda function is"));
    }
    if action.kind.is_for_alarm_only() && state != StateValue::Alarm {
        return Some(format!("{title} is made on ALARM alone: it belongs into AlarmActions"));
    }
    if action.kind == ActionKind::Ec2 {
        let dimensions = document.get("Dimensions").and_then(Value::as_array);
        let is_instance = |dimension: &Value| dimension["Name"] == "InstanceId";
        if !dimensions.is_some_and(|dimensions| dimensions.iter().any(is_instance)) {
            return Some(format!("{title} needs a metric with the dimension InstanceId, and no expressions"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluation::tests::vectors::score;

    #[test]
    fn recorded_actions_run_and_are_named_as_they_were() {
        score("actions", |case| {
            if let Some(arn) = case["arn"].as_str() {
                let kind = Action::parse(arn).map(|action| action.kind);
                let allowed = kind.is_some_and(|kind| kind.is_allowed_on(AlarmKind::Composite));
                let name = kind.map_or("unsupported", ActionKind::name);
                let fits = case["expect_kind"] == name && case["allowed_on_composite"] == allowed;
                return if fits { Ok(()) } else { Err(format!("{name} {allowed}")) };
            }
            let states: Vec<StateValue> =
                serde_json::from_value(case["states"].clone()).map_err(|error| error.to_string())?;
            let is_enabled = case["actions_enabled"] != false;
            let mut runs = Vec::new();
            for (step, pair) in states.windows(2).enumerate() {
                let of_state = case["actions"][pair[1].name()].as_array().into_iter().flatten();
                let actions: Vec<String> = of_state.map(|arn| arn.as_str().unwrap().to_owned()).collect();
                if to_run(is_enabled, pair[0], pair[1], &actions).count() > 0 {
                    runs.push(json!({"step": step + 1, "state": pair[1]}));
                }
            }
            let runs = Value::Array(runs);
            if runs == case["expect_runs"] { Ok(()) } else { Err(runs.to_string()) }
        });
    }

    #[test]
    fn targets_are_what_people_call_them() {
        let cases = [
            ("arn:aws:sns:us-east-1:111122223333:ops", Some((ActionKind::Sns, "ops"))),
            ("arn:aws-cn:sns:cn-north-1:111122223333:ops", Some((ActionKind::Sns, "ops"))),
            ("arn:aws:sns:us-east-1:111122223333:ops:subscription", None),
            ("arn:aws:lambda:us-east-1:111122223333:function:f:live", Some((ActionKind::Lambda, "f:live"))),
            ("arn:aws:lambda:us-east-1:111122223333:layer:f", None),
            ("arn:aws:automate:us-east-1:ec2:stop", Some((ActionKind::Ec2, "stop"))),
            ("arn:aws:automate:us-east-1:ec2:start", None),
            ("arn:aws:automate:us-east-1:rds:stop", None),
            (
                "arn:aws:swf:us-east-1:111122223333:action/actions/AWS_EC2.InstanceId.Reboot/1.0",
                Some((ActionKind::Ec2, "Reboot")),
            ),
            (
                "arn:aws:autoscaling:r:1:scalingPolicy:u:autoScalingGroupName/g:policyName/p",
                Some((ActionKind::AutoScaling, "p")),
            ),
            (
                "arn:aws:ssm:r:1:opsitem:3#CATEGORY=Availability",
                Some((ActionKind::OpsItem, "3#CATEGORY=Availability")),
            ),
            ("arn:aws:ssm:r:1:document/x", None),
            ("arn:aws:ssm-incidents::1:responseplan/p", Some((ActionKind::Incident, "p"))),
            ("arn:aws:aiops:r:1:investigation-group:g", Some((ActionKind::Investigation, "g"))),
            ("ops", None),
            ("", None),
        ];
        for (arn, expected) in cases {
            let found = Action::parse(arn).map(|action| (action.kind, action.target));
            assert_eq!(found, expected, "{arn}");
        }
    }

    #[test]
    fn actions_that_can_never_run_are_faults_with_their_place() {
        let recover = "arn:aws:automate:eu-west-1:ec2:recover";
        let item = "arn:aws:ssm:eu-west-1:111122223333:opsitem:1";
        let plan = "arn:aws:ssm-incidents::111122223333:response-plan/p";
        let document = json!({"OKActions": [item], "AlarmActions": ["queue", recover, item, plan]});
        let faults =
            |alarm| -> Vec<String> { check(alarm, &document).iter().map(ToString::to_string).collect() };
        let metric = faults(AlarmKind::Metric);
        assert_eq!(metric.len(), 3, "{metric:?}");
        assert!(metric[0].starts_with("OKActions[0]: an OpsItem is made on ALARM alone"), "{metric:?}");
        assert!(metric[1].starts_with("AlarmActions[0]: `queue` is no action"), "{metric:?}");
        assert!(metric[2].contains("needs a metric with the dimension InstanceId"), "{metric:?}");
        assert!(faults(AlarmKind::Composite)[2].contains("no action of a CompositeAlarm"));
        assert!(faults(AlarmKind::Log)[3].contains("an incident is no action of a LogAlarm"));
        let fine = json!({"AlarmActions": [recover], "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}]});
        assert_eq!(check(AlarmKind::Metric, &fine), []);
    }

    #[test]
    fn what_is_made_on_alarm_is_not_made_on_ok() {
        let item = ["arn:aws:ssm:eu-west-1:111122223333:opsitem:1".to_owned()];
        let runs = |before, now| to_run(true, before, now, &item).count();
        assert_eq!(runs(StateValue::Ok, StateValue::Alarm), 1);
        assert_eq!(runs(StateValue::Alarm, StateValue::Ok), 0);
        assert_eq!(runs(StateValue::Alarm, StateValue::Alarm), 0);
    }
}
