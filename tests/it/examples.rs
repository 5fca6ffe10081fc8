//! What is shown is true: the examples of every help and the tour run.

use std::path::Path;
use std::process::Command;

use aws_sdk_cloudwatch::types::StateValue;
use opsctl::cli::Topic;
use serde_json::json;

use crate::cli::{COMMANDS, help};
use crate::image_processor;
use crate::support::alarms::Alarms;
use crate::support::machines::States;
use crate::support::{Ran, Sandbox, Sealed, finish};

const BUCKETS: &str = r#"
[[buckets]]
name = "data-1"

[[buckets]]
name = "ops-1"

[[buckets]]
name = "locked-1"
versioning = "enabled"
object_lock = true
objects = [{ key = "a.txt", body = "1" }]
"#;

const ORDER: &str = r#"{"StartAt": "Ship", "States": {"Ship": {"Type": "Pass", "End": true}}}"#;

/// A command that ends in a backslash goes on in the next line.
fn examples(help: &str) -> Vec<String> {
    let block = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let mut commands: Vec<String> = Vec::new();
    for line in block.map_while(|line| line.strip_prefix("  ")) {
        match commands.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push_str(line.trim_start());
            }
            _ => commands.push(line.to_owned()),
        }
    }
    commands
}

fn shell(sealed: &Sealed, line: &str) -> Ran {
    let mut command = Command::new("bash");
    sealed.seal(&mut command);
    command.args(["-o", "pipefail", "-c", line]);
    finish(command, b"")
}

#[test]
fn every_example_of_the_help_runs() {
    let reader = Sealed::new();
    let mut count = 0;
    for command in COMMANDS {
        count += run_all(&reader, &help(&reader, command));
    }
    assert!(count > 15, "the examples were not found");
}

#[test]
fn every_example_of_the_topics_runs() {
    let reader = Sealed::new();
    for topic in Topic::all().filter(|topic| !topic.is_a_command()) {
        let text = reader.run(["help", &topic.name()]).expect(0).stdout;
        assert!(run_all(&reader, &text) > 0, "{topic:?} has no example");
    }
}

/// Runs the examples of a help; how many there are.
fn run_all(reader: &Sealed, help: &str) -> usize {
    let lines = examples(help);
    for line in &lines {
        if line.contains("-- aws ") && shell(reader, "command -v aws").code != 0 {
            eprintln!("there is no AWS CLI here, not run: {line}");
            continue;
        }
        run(line);
    }
    lines.len()
}

/// In a place of its own, signed in to a sandbox that is up in `rehearsal`.
fn run(line: &str) {
    let mut sealed = Sealed::new();
    // Those of the sandbox itself are there where nothing else is said.
    let others = line.contains("s3://") && !line.contains("s3://rehearsal-");
    let sandbox = Sandbox::in_dir(&sealed, "rehearsal", others.then_some(BUCKETS));
    // This one is what the line above has just done.
    if line == "opsctl sandbox up --dir rehearsal &" {
        return;
    }
    let file = |name: &str| sandbox.dir.join(name).display().to_string();
    let (config, credentials) = (file("config"), file("credentials"));
    sealed.set("AWS_CONFIG_FILE", config).set("AWS_SHARED_CREDENTIALS_FILE", credentials);
    for folder in ["home/.zfunc", "home/.config/fish/completions", "completions"] {
        std::fs::create_dir_all(sealed.path(folder)).unwrap();
    }
    if line.contains("--config sandbox.toml") {
        sealed.run(["sandbox", "init"]).expect(0);
    }
    if line.contains("session show") {
        sealed.run(["ssm", "connect", "web-1"]).expect(0);
    }
    if line.contains("manifest.csv") {
        sealed.write("manifest.csv", "data-1,logs/a%20b.txt\ndata-1,logs/c.txt\n");
    }
    if line.contains("opsctl metric") {
        shop(&sealed, &sandbox);
    }
    if line.contains("sfn local") {
        workflow(&sealed);
    }
    if line.contains("sfn ") && ["orders", "run-"].iter().any(|name| line.contains(name)) {
        orders(&sandbox);
    }
    if line.contains("opsctl alarm") {
        watched(&sandbox);
    }
    if line.contains("alarm.yaml") {
        sealed.write("alarm.yaml", ALARM);
    }
    if line.contains("silence ") {
        silent(&sealed, &sandbox);
    }
    if line.contains("sfn task") {
        let token = task(&sandbox);
        sealed.write("token.txt", &token);
        sealed.write("result.json", "{}");
        sealed.set("TASK_TOKEN", token);
    }
    if ["sfn diff", "sfn deploy", "sfn alias", "sfn versions", "sfn rollback"]
        .iter()
        .any(|verb| line.contains(verb))
    {
        released(&sealed);
    }
    if line.contains("sfn lint") {
        let machine = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        sealed.write("machine.asl.json", machine);
        let resource = r#"{"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": MACHINE}}"#;
        let template = format!(r#"{{"Resources": {{"Orders": {resource}}}}}"#);
        sealed.write("template.yaml", &template.replace("MACHINE", machine));
    }
    if line.contains("sfn graph") {
        sealed.write("order.asl.json", ORDER);
    }
    if line.contains("job report report") {
        sealed.write("report/results/1.csv", "data-1,a,,failed,NoSuchKey,404,gone\n");
    }
    let ran = shell(&sealed, line);
    assert_eq!(ran.code, 0, "{line}: {ran:#?}");
}

/// Metrics of a shop, by the clock of the tests, and files of more.
fn shop(sealed: &Sealed, sandbox: &Sandbox) {
    let dir = format!("--sandbox={}", sandbox.dir.display());
    sealed.run([&*dir, "sandbox", "clock", "2026-11-22T12:00:00Z"]).expect(0);
    let record = |metric: &str, minutes: u32| {
        format!("{metric},{minutes},2026-11-22T11:{minutes:02}:00Z,Stage=prod\n")
    };
    let records: String =
        ["Orders", "Errors"].iter().flat_map(|it| (1..50).map(|at| record(it, at))).collect();
    sealed.write("orders.csv", &format!("metric,value,time,dimensions\n{records}"));
    sealed.run([&*dir, "metric", "put", "Shop", "--file", "orders.csv"]).expect(0);
    sealed.write("orders.ndjson", "{\"namespace\":\"Shop\",\"metric\":\"Orders\",\"value\":3}\n");
    sealed.write(
        "queries.json",
        r#"[{"Id": "m1", "MetricStat": {"Stat": "Sum", "Metric": {"Namespace": "Shop",
        "MetricName": "Orders", "Dimensions": [{"Name": "Stage", "Value": "prod"}]}}}]"#,
    );
}

/// A state machine with an execution that is over, and one that runs.
fn orders(sandbox: &Sandbox) {
    let states = States::of(sandbox);
    let arn = states.create(
        "orders",
        &json!({"StartAt": "Ship", "States": {
            "Ship": {"Type": "Choice", "Default": "Rest",
                "Choices": [{"Variable": "$.total", "IsPresent": true, "Next": "Done"}]},
            "Rest": {"Type": "Wait", "Seconds": 3600, "Next": "Done"},
            "Done": {"Type": "Succeed"},
        }}),
    );
    states.ran(&arn, "run-1", &json!({"total": 12}));
    states.start(&arn, "run-2", &json!({}));
}

/// An alarm in a file.
const ALARM: &str = "AlarmName: api-5xx\nNamespace: Shop\nMetricName: Errors\nStatistic: Sum\nPeriod: 60\n\
    EvaluationPeriods: 3\nThreshold: 5\nComparisonOperator: GreaterThanThreshold\n";

/// Alarms that are OK, one of which is a composite alarm.
fn watched(sandbox: &Sandbox) {
    let alarms = Alarms::of(sandbox);
    for name in ["api-5xx", "api-latency", "canary-1"] {
        alarms.put(name, 5.0);
        alarms.set_state(name, StateValue::Ok);
    }
    alarms.put_composite("service", "ALARM(api-5xx) OR ALARM(api-latency)");
}

/// By the clock of the tests, some of the alarms are silenced by a rule.
fn silent(sealed: &Sealed, sandbox: &Sandbox) {
    let dir = format!("--sandbox={}", sandbox.dir.display());
    sealed.run([&*dir, "sandbox", "clock", "2026-11-22T12:00:00Z"]).expect(0);
    let silence = ["alarm", "silence", "api-5xx", "canary-1", "--for", "8h", "--name", "night", "--yes"];
    sealed.run([&[&*dir], &silence[..]].concat()).expect(0);
}

/// A task that waits for an answer: its token.
fn task(sandbox: &Sandbox) -> String {
    let states = States::of(sandbox);
    let activity = states.activity("approve");
    let arn = states.create(
        "approval",
        &json!({"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": activity, "End": true}}}),
    );
    states.start(&arn, "run-1", &json!({}));
    states.token(&activity)
}

/// Two versions of the machine, with aliases, and the definition of the second one in two files.
fn released(sealed: &Sealed) {
    sealed.write("prod.yaml", "Stage: prod\nTable: orders\n");
    let last = json!({"Comment": "prod orders", "StartAt": "Ship", "States": {"Ship": {"Type": "Succeed"}}});
    for (definition, alias) in [(ORDER, "TEST"), (&last.to_string(), "PROD")] {
        sealed.write("order.asl.json", definition);
        let deploy =
            ["sfn", "deploy", "order.asl.json", "orders", "--role", "orders", "--tracing", "on", "--yes"];
        sealed.run([&deploy[..], &["--alias", alias]].concat()).expect(0);
    }
    let open = last.to_string().replace("prod orders", "${Stage} ${Table}");
    sealed.write("order.asl.yaml", &open);
}

/// An order with mocks, a function and a test.
fn workflow(sealed: &Sealed) {
    sealed.write(
        "order.asl.json",
        r#"{"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "End": true,
            "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:pay"}}}"#,
    );
    sealed.write(
        "mocks.json",
        r#"{"StateMachines": {"order": {"TestCases": {"Happy": {"Pay": "Paid"}}}},
            "MockedResponses": {"Paid": {"0": {"Return": {"paid": true}}}}}"#,
    );
    sealed.write("functions.toml", "pay = [\"cat\"]\n");
    sealed.write(
        "tests/order.test.yaml",
        "definition: ../order.asl.json\nmocks: ../mocks.json\ntests: [{name: paid, case: Happy}]\n",
    );
}

#[test]
fn the_tour_runs_in_the_sandbox_without_a_terminal() {
    let mut sealed = Sealed::new();
    sealed.set("IMAGE_PROCESSOR", image_processor::program().to_str().unwrap());
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tour.sh");
    let config = tour.with_extension("toml");
    let line = ["sandbox".as_ref(), "run".as_ref(), "--config".as_ref(), config.as_os_str(), "--".as_ref()];
    let ran = sealed.run(line.into_iter().chain([tour.as_os_str()])).expect(0);
    for shown in [
        "arn:aws:iam::",
        "web-1",
        "\n/",
        "(exit code 6)",
        "web-2 | ",
        "hello from web-2",
        "(exit code 3)",
        "Rows:    23\n",
        "InvalidObjectState",
        "rehearsal-target,copies/archive/2024.tar\n",
        "LambdaInvoke             Complete     23       1\n",
        "| ! CardDeclined |",
        r#"{"packed":["tea","cup"],"told":"m-2"}"#,
        "a declined card refuses the order  passed  FAILED\n",
        "Picture processed",
    ] {
        assert!(ran.stdout.contains(shown), "{shown} is missing: {ran:#?}");
    }
    let scripts = ["tour.sh", "image-processor/deploy.sh", "image-processor/run.sh"];
    let script = scripts.map(|name| std::fs::read_to_string(tour.with_file_name(name)).unwrap()).concat();
    let printed: Vec<&str> = ran.stdout.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(printed.len() >= 5, "the commands were not found: {ran:#?}");
    for command in printed {
        assert!(script.contains(&format!("run '{command}'")), "the tour does not run just this: {command}");
    }
    assert!(ran.stderr.starts_with("to stderr\n"), "{ran:#?}");
    assert!(ran.stderr.contains("dry run: 1 job would be created\n"), "{ran:#?}");
    assert!(
        ran.stderr.ends_with("error: no node is called wbe-1\n  hint: did you mean web-1?\n"),
        "{ran:#?}"
    );
    let archived = ran.stderr.matches("archived, and cannot be copied before they are restored").count();
    assert_eq!(archived, 1, "before the restore, and not after it: {ran:#?}");
}

#[test]
fn the_tour_refuses_to_run_elsewhere() {
    let sealed = Sealed::new();
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tour.sh"));
    sealed.seal(&mut command);
    assert!(finish(command, b"").expect(2).stderr.contains("run it in the sandbox"));
}

/// The commands of the README that show what they print, with what they print.
#[test]
fn the_transcripts_of_the_readme_are_what_is_printed() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut lines = readme.lines().peekable();
    let mut count = 0;
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("    $ ") else { continue };
        let mut shown = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("    ")) {
            shown += &line[4..];
            shown += "\n";
        }
        let sealed = Sealed::new();
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        std::os::unix::fs::symlink(examples, sealed.path("examples")).unwrap();
        let ran = shell(&sealed, &format!("{command} 2>&1"));
        assert_eq!(ran.stdout, shown, "{command}");
        count += 1;
    }
    assert!(count >= 3, "the transcripts were not found");
}
