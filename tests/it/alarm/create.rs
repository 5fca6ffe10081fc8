//! `alarm create`: what is sent, what is told before, and what is refused.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Alarm, CloudWatch};
use crate::support::{Ran, Reply, Sandbox, Sealed, Terminal};

const PAGER: &str = "arn:aws:sns:eu-west-1:111122223333:pager";

/// A metric alarm by its options.
fn errors(name: &str) -> Vec<&str> {
    [
        &["alarm", "create", name, "--namespace", "AWS/Lambda", "--metric", "Errors"][..],
        &["--dimension", "FunctionName=resize", "--statistic", "Sum", "--period", "5m", "--threshold", "2"],
        &["--comparison", ">=", "--evaluation-periods", "3", "--yes"],
    ]
    .concat()
}

fn sent(cloudwatch: &CloudWatch, operation: &str) -> Value {
    let inputs = cloudwatch.inputs(operation);
    assert_eq!(inputs.len(), 1, "{inputs:?}");
    inputs.into_iter().next().unwrap()
}

fn nothing_is_sent(cloudwatch: &CloudWatch) {
    let operations = cloudwatch.aws.operations();
    assert!(!operations.iter().any(|operation| operation.starts_with("Put")), "{operations:?}");
}

#[test]
fn options_make_a_metric_alarm() {
    let cloudwatch = CloudWatch::of(Vec::new());
    let more =
        ["--datapoints-to-alarm", "2", "--treat-missing-data", "notbreaching", "--alarm-action", PAGER];
    let last =
        ["--no-actions", "--description", "-- see the runbook", "--tag", "team=web", "--unit", "Count"];
    let ran = cloudwatch.sealed.run([&errors("resize")[..], &more, &last].concat()).expect(0);
    let expected = json!({
        "AlarmName": "resize", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 300,
        "Dimensions": [{ "Name": "FunctionName", "Value": "resize" }], "Threshold": 2.0, "EvaluationPeriods": 3,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "DatapointsToAlarm": 2, "Unit": "Count",
        "TreatMissingData": "notBreaching", "AlarmActions": [PAGER], "ActionsEnabled": false,
        "AlarmDescription": "-- see the runbook", "Tags": [{ "Key": "team", "Value": "web" }],
    });
    assert_eq!(sent(&cloudwatch, "PutMetricAlarm"), expected);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("  + Threshold  2\n"), "{ran:?}");
    assert!(ran.stderr.ends_with("the alarm resize is created\n"), "{ran:?}");
    assert!(!ran.stderr.contains("warning"), "{ran:?}");
}

#[test]
fn a_preset_is_an_alarm_and_its_row_is_answered() {
    let cloudwatch = CloudWatch::of(Vec::new());
    let line = ["alarm", "create", "old", "--preset", "sqs/age", "--dimension", "QueueName=orders", "-y"];
    let ran = cloudwatch.sealed.run(line.iter().chain(&["-o", "json"])).expect(0);
    let document = ran.json();
    assert_eq!(document["kind"], "alarm");
    assert_eq!(
        (&document["items"][0]["name"], &document["items"][0]["state"]),
        (&json!("old"), &json!("INSUFFICIENT_DATA"))
    );
    let input = sent(&cloudwatch, "PutMetricAlarm");
    assert_eq!((&input["Threshold"], &input["TreatMissingData"]), (&json!(600.0), &json!("notBreaching")));
    let ran =
        cloudwatch.sealed.run(["alarm", "create", "x", "--preset", "dynamodb/throttles", "-y"]).expect(2);
    assert_eq!(
        ran.stderr,
        "error: the alarm x cannot be created so\n  cause: the preset dynamodb/throttles needs --dimension TableName=...\n  \
         cause: the preset dynamodb/throttles needs --dimension Operation=...\n"
    );
    let ran = cloudwatch.sealed.run(["alarm", "create", "x", "--preset", "sqs/aeg", "-y"]).expect(2);
    assert!(ran.stderr.contains("there is no preset sqs/aeg; did you mean `sqs/age`?"), "{ran:?}");
    let help = cloudwatch.sealed.run(["alarm", "create", "--help"]).expect(0).stdout;
    assert!(help.contains("sfn/failed"), "{help}");
}

#[test]
fn a_rule_makes_a_composite_alarm_of_alarms_that_are_there() {
    let alarms = || vec![Alarm::metric("cpu", "OK"), Alarm::metric("deploying", "OK")];
    let cloudwatch = CloudWatch::of(alarms());
    let line =
        ["alarm", "create", "site", "--yes", "--rule", "ALARM(cpu)", "--actions-suppressor", "deploying"];
    let periods = ["--suppressor-wait", "1m", "--suppressor-extension", "30", "--alarm-action", PAGER];
    cloudwatch.sealed.run(line.iter().chain(&periods)).expect(0);
    let expected = json!({ "AlarmName": "site", "AlarmRule": "ALARM(cpu)", "ActionsSuppressor": "deploying",
        "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 30, "AlarmActions": [PAGER] });
    assert_eq!(sent(&cloudwatch, "PutCompositeAlarm"), expected);

    let cloudwatch = CloudWatch::of(alarms());
    let create = |rule: &str| cloudwatch.sealed.run(["alarm", "create", "site", "--yes", "--rule", rule]);
    let ran = create("ALARM(cqu) OR OK(deploying) OR OK(disk-space)").expect(3);
    assert_eq!(
        ran.stderr,
        "error: site names alarms that are not there\n  cause: no alarm is called cqu; did you mean `cpu`?\n  \
         cause: no alarm is called disk-space\n"
    );
    let ran = create("ALARM(cpu) XOR ALARM(deploying)").expect(2);
    assert_eq!(
        ran.stderr,
        "error: the alarm site cannot be created so\n  cause: --rule: expected AND or OR; did you mean `OR`? (at character 12)\n         \
         ALARM(cpu) XOR ALARM(deploying)\n                    ^^^\n"
    );
    let ran = create("ALARM(site)").expect(2);
    assert!(ran.stderr.contains("--rule: names the alarm itself"), "{ran:?}");
    let ran = cloudwatch.sealed.run(line.iter()).expect(2);
    assert!(ran.stderr.contains("cause: --suppressor-wait: is missing"), "{ran:?}");
    nothing_is_sent(&cloudwatch);
}

#[test]
fn a_rule_that_leads_back_is_refused() {
    let cloudwatch = CloudWatch::of(vec![
        Alarm::composite("a", "OK", "ALARM(m)"),
        Alarm::composite("b", "OK", "ALARM(a)"),
        Alarm::metric("m", "OK"),
    ]);
    let ran = cloudwatch.sealed.run(["alarm", "create", "a", "--rule", "OK(b)", "--replace", "-y"]).expect(9);
    assert_eq!(
        ran.stderr,
        "error: the rule of a would lead back to it, and would never be evaluated\n  \
         cause: the rules of a, b would name each other\n  hint: opsctl alarm tree a\n"
    );
    nothing_is_sent(&cloudwatch);
}

#[test]
fn a_rule_may_be_as_long_as_the_service_takes() {
    let cloudwatch = CloudWatch::of(vec![Alarm::metric("cpu", "OK")]);
    let create = |rule: &str| cloudwatch.sealed.run(["alarm", "create", "site", "--yes", "--rule", rule]);
    let rule = format!("ALARM(cpu){}", " ".repeat(10_230));
    create(&rule).expect(0);
    assert_eq!(sent(&cloudwatch, "PutCompositeAlarm")["AlarmRule"].as_str().unwrap().len(), 10_240);
    let ran = create(&format!("{rule} ")).expect(2);
    assert!(ran.stderr.contains("10240 characters at most, this one has 10241"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_options_is_told_at_once() {
    let cloudwatch = CloudWatch::of(Vec::new());
    let line =
        ["alarm", "create", "x", "--namespace", "AWS/Lambda", "--metric", "Errors", "--period", "45", "-y"];
    let ran = cloudwatch.sealed.run(line).expect(2);
    assert_eq!(
        ran.stderr,
        "error: the alarm x cannot be created so\n  cause: --statistic is missing\n  \
         cause: --period: 45 is not 10, 20, 30 or a multiple of 60 seconds\n  cause: --evaluation-periods is missing\n  \
         cause: --comparison is missing\n"
    );
    for (option, value, told) in [
        ("--threshold", "NaN", "`NaN` is no finite number"),
        ("--threshold", "-inf", "`-inf` is no finite number"),
        ("--comparison", "above", "`above` is none of >, >=, <, <="),
        ("--statistic", "Averge", "did you mean `Average`?"),
        ("--treat-missing-data", "breeching", "did you mean `breaching`?"),
        ("--period", "soon", "a duration is"),
        ("--tag", "team", "a tag is KEY=VALUE"),
        ("--dimension", "resize", "a dimension looks like NAME=VALUE"),
        ("--file", "alarm.yaml", "cannot be used with"),
    ] {
        let typed = format!("{option}={value}");
        let line = [&line[..7], &[&*typed, "-y"]].concat();
        let ran = cloudwatch.sealed.run(line).expect(2);
        assert!(ran.stderr.contains(told), "{option}: {ran:?}");
    }
    for (line, told) in [
        (&["x"][..], "nothing says what x is to look at"),
        (&[], "required arguments were not provided"),
        (&["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x", "--rule", "TRUE"], "by its name"),
        (&["a\tb", "--rule", "TRUE"], "no control characters"),
        (&[&"x".repeat(256), "--rule", "TRUE"], "at most 255 characters"),
    ] {
        let ran = cloudwatch.sealed.run([&["alarm", "create", "-y"], line].concat()).expect(2);
        assert!(ran.stderr.contains(told), "{line:?}: {ran:?}");
    }
    assert!(cloudwatch.aws.requests().is_empty());
}

#[test]
fn names_may_have_every_odd_character() {
    let name = "why? (a/b):c, *d \u{fc} \"e\"";
    let cloudwatch = CloudWatch::of(Vec::new());
    cloudwatch.sealed.run(errors(name)).expect(0);
    assert_eq!(sent(&cloudwatch, "PutMetricAlarm")["AlarmName"], name);
    let rule = r#"ALARM("why? (a/b):c, *d ü \"e\"")"#;
    cloudwatch.sealed.run(["alarm", "create", "above", "--rule", rule, "--yes"]).expect(0);
    assert_eq!(sent(&cloudwatch, "PutCompositeAlarm")["AlarmRule"], rule);
    let ran = cloudwatch.sealed.run(errors(name)).expect(9);
    assert!(ran.stderr.contains("opsctl alarm set 'why? (a/b):c, *d ü \"e\"' FIELD=VALUE"), "{ran:?}");
}

#[test]
fn a_metric_that_nobody_publishes_is_a_warning_with_a_near_one() {
    let cloudwatch = CloudWatch::of(Vec::new());
    let line =
        ["alarm", "create", "x", "--preset", "lambda/errors", "--dimension", "FunctionName=resiez", "-y"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    let warning = "warning: AWS/Lambda Errors is not published with FunctionName=resiez; did you mean FunctionName=resize?\n";
    assert!(ran.stderr.contains(warning), "{ran:?}");
    assert_eq!(cloudwatch.inputs("PutMetricAlarm").len(), 1);
}

/// It is published only when something happens.
#[test]
fn a_metric_of_a_preset_that_nothing_has_published_yet_is_no_mistake() {
    let cloudwatch = CloudWatch::answering(Vec::new(), |request| {
        (request.operation == "ListMetrics").then(|| Reply::cbor(&json!({ "Metrics": [] })))
    });
    let machine = "StateMachineArn=arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
    let line = ["alarm", "create", "x", "--preset", "sfn/failed", "--dimension", machine, "-y"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    assert!(!ran.stderr.contains("warning"), "{ran:?}");
}

#[test]
fn an_alarm_that_is_there_is_only_replaced_when_asked_to() {
    let cloudwatch = CloudWatch::of(vec![Alarm::metric("cpu", "OK"), Alarm::log("logs", "OK")]);
    let ran = cloudwatch.sealed.run(errors("cpu")).expect(9);
    assert_eq!(
        ran.stderr,
        "error: there is an alarm cpu already\n  hint: opsctl alarm set cpu FIELD=VALUE\n  \
         hint: --replace puts this one in its place\n"
    );
    let ran = cloudwatch.sealed.run([&errors("logs")[..], &["--replace"]].concat()).expect(9);
    assert!(ran.stderr.contains("logs is a log alarm, and cannot become a metric alarm"), "{ran:?}");
    nothing_is_sent(&cloudwatch);
    let ran = cloudwatch.sealed.run([&errors("cpu")[..], &["--replace", "--tag", "a=b"]].concat()).expect(0);
    assert!(ran.stderr.contains("warning: the tags of cpu stay as they are"), "{ran:?}");
    assert!(ran.stderr.contains("  ~ Threshold  80.0 -> 2.0\n"), "{ran:?}");
    assert!(!ran.stderr.contains(" Period "), "{ran:?}");
    assert!(ran.stderr.ends_with("the alarm cpu is replaced\n"), "{ran:?}");
    assert!(sent(&cloudwatch, "PutMetricAlarm").get("Tags").is_none());
}

#[test]
fn it_is_agreed_to_first() {
    let cloudwatch = CloudWatch::of(Vec::new());
    let line: Vec<&str> = errors("resize").into_iter().filter(|word| *word != "--yes").collect();
    let ran = cloudwatch.sealed.run(&line).expect(2);
    assert!(ran.stderr.contains("this needs a yes"), "{ran:?}");
    assert!(cloudwatch.aws.requests().is_empty());
    let ran = cloudwatch.sealed.run([&line[..], &["-n", "-o", "json"]].concat()).expect(0);
    let step = &ran.json()["items"][0];
    assert_eq!((&step["action"], &step["resource"]), (&json!("cloudwatch:PutMetricAlarm"), &json!("resize")));
    assert_eq!(
        step["description"],
        "new metric alarm: AWS/Lambda Errors FunctionName=resize, Sum >= 2 in 3 of 3 periods of 5m"
    );
    assert_eq!((&step["parameters"]["Period"], &step["parameters"]["Threshold"]), (&json!(300), &json!(2)));
    nothing_is_sent(&cloudwatch);
    let mut terminal = Terminal::opsctl(&cloudwatch.sealed, (100, 40), &line);
    terminal.wait_for("+ MetricName  \"Errors\"");
    terminal.wait_for("create 1 alarm?");
    terminal.type_text("n\r");
    let (screen, status, _) = terminal.end();
    assert_eq!(status.code(), Some(1), "{screen}");
    nothing_is_sent(&cloudwatch);
}

#[test]
fn an_alarm_that_somebody_else_creates_meanwhile_is_left_alone() {
    let seen = AtomicUsize::new(0);
    let cloudwatch = CloudWatch::answering(Vec::new(), move |request| {
        let is_second = request.operation == "DescribeAlarms" && seen.fetch_add(1, Ordering::Relaxed) == 1;
        is_second.then(|| Reply::cbor(&json!({ "MetricAlarms": [Alarm::metric("resize", "OK").document] })))
    });
    let ran = cloudwatch.sealed.run(errors("resize")).expect(9);
    assert!(ran.stderr.contains("somebody else has created resize meanwhile"), "{ran:?}");
    nothing_is_sent(&cloudwatch);
}

#[test]
fn a_call_that_is_throttled_is_made_again_with_the_same_alarm() {
    let seen = AtomicUsize::new(0);
    let throttled = || Reply::cbor_error(400, "Throttling", "Rate exceeded");
    let cloudwatch = CloudWatch::answering(Vec::new(), move |request| {
        let is_first = request.operation == "PutMetricAlarm" && seen.fetch_add(1, Ordering::Relaxed) == 0;
        is_first.then(throttled)
    });
    cloudwatch.sealed.run(errors("resize")).expect(0);
    let inputs = cloudwatch.inputs("PutMetricAlarm");
    assert!(inputs.len() == 2 && inputs[0] == inputs[1], "{inputs:?}");

    let cloudwatch = CloudWatch::answering(Vec::new(), move |request| {
        (request.operation == "PutMetricAlarm").then(throttled)
    });
    let ran = cloudwatch.sealed.run([&errors("resize")[..], &["--max-attempts", "1"]].concat()).expect(75);
    assert!(ran.stderr.contains("cannot write the alarm resize"), "{ran:?}");
}

#[test]
fn every_mistake_of_a_file_is_told_with_its_place() {
    let cloudwatch = CloudWatch::of(Vec::new());
    let text = "AlarmName: a\nThreshold: NaN\nComparisonOperator: GreaterThanThreshold\nEvaluationPeriods: 3\n\
        Metrics:\n- Id: m1\n  ReturnData: false\n  MetricStat:\n    Metric: {Namespace: A, MetricNam: B}\n    \
        Period: 45\n    Stat: Sum\n- {Id: e1, Expression: FROBNICATE(m1) +}\n";
    cloudwatch.sealed.write("alarm.yaml", text);
    let ran = cloudwatch.sealed.run(["alarm", "create", "-f", "alarm.yaml", "-y"]).expect(2);
    insta::assert_snapshot!(ran.stderr);
    for (text, code, told) in [
        ("- a\n", 2, "broken.yaml:1:1: an alarm is written as members with values"),
        ("AlarmName: [\n", 2, "broken.yaml:"),
        ("AlarmRule: ALARM(a) ALARM(b)\n", 2, "broken.yaml:1:1: `AlarmName` is missing"),
    ] {
        cloudwatch.sealed.write("broken.yaml", text);
        let ran = cloudwatch.sealed.run(["alarm", "create", "-f", "broken.yaml", "-y"]).expect(code);
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
    let ran = cloudwatch.sealed.run(["alarm", "create", "-f", "none.yaml", "-y"]).expect(3);
    assert!(ran.stderr.contains("cannot read the alarm none.yaml"), "{ran:?}");
    assert!(cloudwatch.aws.requests().is_empty());
}

/// A sandbox, with an alarm in it that others can name.
struct Place {
    sealed: Sealed,
    _sandbox: Sandbox,
}

impl Place {
    fn with(config: Option<&str>) -> Self {
        let sealed = Sealed::new();
        let sandbox = Sandbox::with_config(&sealed, config);
        Place { sealed, _sandbox: sandbox }
    }

    fn alarm(&self, line: &[&str]) -> Ran {
        self.sealed.run([&["--sandbox", "alarm"], line].concat())
    }

    /// What the service says that an alarm is, without how it stands and what it is called.
    fn configuration(&self, name: &str) -> Value {
        let mut alarm = self.alarm(&["show", name, "-o", "json"]).expect(0).json()["item"]["alarm"].take();
        let is_of_state = |member: &str| {
            ["State", "AlarmArn", "AlarmConf", "AlarmName", "Evaluation"]
                .iter()
                .any(|it| member.starts_with(it))
                && member != "EvaluationPeriods"
        };
        alarm.as_object_mut().unwrap().retain(|member, _| !is_of_state(member));
        alarm
    }
}

const LOG: &str = r#"
QueryResultsToEvaluate: 3
QueryResultsToAlarm: 2
Threshold: 10
ComparisonOperator: GreaterThanThreshold
ScheduledQueryConfiguration:
  QueryString: fields @message | filter level = 'error'
  LogGroupIdentifiers: [/app]
  ScheduledQueryRoleARN: arn:aws:iam::111122223333:role/logs
  AggregationExpression: count(*)
  ScheduleConfiguration: {ScheduleExpression: rate(5 minutes), StartTimeOffset: 300}
"#;

const RATE: &str = r#"
EvaluationPeriods: 3
Threshold: 0.5
ComparisonOperator: GreaterThanThreshold
Metrics:
- {Id: rate, Expression: 100 * errors / all}
- {Id: errors, ReturnData: false, MetricStat: {Stat: Sum, Period: 60, Metric: {Namespace: Shop, MetricName: Errors}}}
- {Id: all, ReturnData: false, MetricStat: {Stat: Sum, Period: 60, Metric: {Namespace: Shop, MetricName: Orders}}}
"#;

#[test]
fn every_kind_is_created_and_what_is_shown_creates_it_again() {
    let place = Place::with(None);
    let preset = ["--preset", "lambda/duration", "--dimension", "FunctionName=resize", "--yes"];
    place.alarm(&[&["create", "slow"], &preset[..]].concat()).expect(0);
    place.alarm(&["create", "both", "--rule", "ALARM(slow) AND NOT OK(slow)", "--yes"]).expect(0);
    for (name, text) in [("logs", LOG), ("rate", RATE)] {
        place.sealed.write("alarm.yaml", text);
        place.alarm(&["create", name, "-f", "alarm.yaml", "--yes"]).expect(0);
    }
    for name in ["slow", "both", "logs", "rate"] {
        let yaml = place.alarm(&["show", name, "--query", "item.alarm", "-o", "yaml"]).expect(0).stdout;
        place.sealed.write("shown.yaml", &yaml);
        let again = format!("{name} again");
        place.alarm(&["create", &again, "-f", "shown.yaml", "--yes"]).expect(0);
        assert_eq!(place.configuration(&again), place.configuration(name), "{yaml}");
        let ran = place.alarm(&["create", "-f", "shown.yaml", "--replace", "--yes"]).expect(0);
        assert!(ran.stderr.ends_with(&format!("{name} is so already: nothing is to be done\n")), "{ran:?}");
    }
    let ran = place.alarm(&["list", "--columns", "name,type", "-o", "csv"]).expect(0);
    let expected = "name,type\nrate,metric\nrate again,metric\nslow,metric\nslow again,metric\nboth,composite\n\
        both again,composite\nlogs,log\nlogs again,log\n";
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&ran.stdout), sorted(expected));
}

#[test]
fn an_older_endpoint_has_no_log_alarms_and_says_so() {
    let place = Place::with(Some("[cloudwatch]\nolder = true\n"));
    place.sealed.write("alarm.yaml", LOG);
    let ran = place.alarm(&["create", "logs", "-f", "alarm.yaml", "--yes"]).expect(1);
    assert!(ran.stderr.contains("logs cannot be written: it is a log alarm"), "{ran:?}");
    assert!(ran.stderr.contains("cause: the endpoint is older than log alarms are"), "{ran:?}");
    place.alarm(&["create", "m", "--preset", "sqs/age", "--dimension", "QueueName=a", "--yes"]).expect(0);
}
