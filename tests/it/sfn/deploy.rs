//! `opsctl sfn deploy`: in a sandbox from nothing to an alias, and by a script what a sandbox does not do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{FakeAws, Ran, Reply, Request, Sandbox, Sealed, Terminal};

const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:pay";
const ROLE: &str = "arn:aws:iam::111122223333:role/pay";

pub fn waits(seconds: u64) -> String {
    json!({"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": seconds, "End": true}}})
        .to_string()
}

/// A sandbox, and the machine `pay` in the file `pay.asl.json`, which waits a second.
pub struct Bench {
    pub sealed: Sealed,
    _sandbox: Sandbox,
}

impl Bench {
    pub fn new() -> Self {
        Bench::with(None)
    }

    pub fn with(config: Option<&str>) -> Self {
        let sealed = Sealed::new();
        sealed.write("pay.asl.json", &waits(1));
        let sandbox = Sandbox::with_config(&sealed, config);
        Bench { sealed, _sandbox: sandbox }
    }

    pub fn sfn(&self, args: &[&str]) -> Ran {
        self.sealed.run([&["--sandbox", "sfn"], args].concat())
    }

    /// Deploys another wait, and leads `PROD` there.
    pub fn version(&self, seconds: u64) {
        self.sealed.write("pay.asl.json", &waits(seconds));
        self.sfn(&["deploy", "pay.asl.json", "pay", "--role", "pay", "--alias", "PROD", "--yes"]).expect(0);
    }

    /// The versions that an alias leads to, with their weights.
    pub fn routes(&self, alias: &str) -> Value {
        self.sfn(&["alias", "show", "pay", alias, "-o", "json"]).expect(0).json()["item"]["routes"].clone()
    }
}

#[test]
fn a_machine_is_created_then_left_alone_then_updated_and_the_alias_follows() {
    let bench = Bench::new();
    let deploy =
        ["deploy", "pay.asl.json", "pay", "--role", "pay", "--tag", "team=ops", "--alias", "PROD", "--yes"];
    let created = bench.sfn(&deploy).expect(0);
    assert_eq!(created.stdout, "");
    assert_eq!(
        created.stderr,
        "pay is created\nversion 1 of pay is published\npay:PROD leads to version 1\n"
    );
    let again = bench.sfn(&deploy).expect(0);
    assert_eq!(again.stderr, "pay is as pay.asl.json has it: nothing is to be done\n");
    // White space and the order of names are nothing.
    let spaced =
        r#"{ "States": {"Rest": {"Seconds": 1, "Type": "Wait", "End": true}},   "StartAt": "Rest" }"#;
    bench.sealed.write("pay.asl.json", spaced);
    let again = bench.sfn(&deploy).expect(0);
    assert!(again.stderr.contains("nothing is to be done"), "{again:?}");
    bench.sealed.write("pay.asl.json", &waits(2));
    let updated = bench.sfn(&[&deploy[..], &["-o", "json"]].concat()).expect(0);
    let item = &updated.json()["item"];
    assert_eq!(
        (&item["change"], &item["version"], &item["alias"]),
        (&json!("updated"), &json!(2), &json!("PROD"))
    );
    assert!(updated.stderr.contains("~ /Seconds  1 -> 2"), "{updated:?}");
    assert_eq!(bench.routes("PROD"), json!([{"version": 2, "weight": 100}]));
    // What no option names stays.
    let same = bench.sfn(&["deploy", "pay.asl.json", "pay", "--yes", "-o", "json"]).expect(0);
    assert_eq!(same.json()["item"]["change"], "unchanged");
    assert_eq!(bench.sfn(&["diff", "pay.asl.json", "pay", "--role", "pay", "--tag", "team=ops"]).code, 0);
}

#[test]
fn a_machine_of_another_account_is_not_deployed_here() {
    let bench = Bench::new();
    let there = "arn:aws:states:us-east-1:999999999999:stateMachine:there";
    let refused = bench.sfn(&["deploy", "pay.asl.json", there, "--role", "pay", "--yes"]).expect(2);
    let expected = format!("{there} is of the account 999999999999, and it is deployed to 111122223333");
    assert!(refused.stderr.contains(&expected), "{refused:?}");
    bench.sfn(&["show", "there"]).expect(3);
    let here = there.replace("999999999999", "111122223333");
    let made =
        bench.sfn(&["deploy", "pay.asl.json", &here, "--role", "pay", "--yes", "-o", "json"]).expect(0);
    assert_eq!(made.json()["item"]["stateMachineArn"], here.as_str());
}

#[test]
fn tags_tracing_and_logging_are_set_by_themselves() {
    let bench = Bench::new();
    bench.version(1);
    let more =
        ["--tag", "team=ops", "--tracing", "on", "--logging", "error", "--logging-group", "/states/pay"];
    let changed = bench
        .sfn(&[&["deploy", "pay.asl.json", "pay", "--yes", "--no-publish"], &more[..]].concat())
        .expect(0);
    assert!(changed.stderr.ends_with("pay is updated\npay is tagged\n"), "{changed:?}");
    for part in [
        "tracing\n  ~ false -> true",
        r#"~ /level  "OFF" -> "ERROR""#,
        r#"+ /team  "ops""#,
        "log-group:/states/pay:*",
    ] {
        assert!(changed.stderr.contains(part), "{part}: {changed:?}");
    }
    bench.sfn(&[&["diff", "pay.asl.json", "pay"], &more[..]].concat()).expect(0);
    // A version of it is published later, though nothing else differs.
    let later = bench.sfn(&["deploy", "pay.asl.json", "pay", "--yes", "--description", "now"]).expect(0);
    assert_eq!(later.stderr, "version 2 of pay is published\n");
    let lacking = bench
        .sfn(&["deploy", "pay.asl.json", "other", "--role", "pay", "--logging", "all", "--yes"])
        .expect(2);
    assert!(lacking.stderr.contains("--logging-group"), "{lacking:?}");
}

#[test]
fn names_are_filled_in_from_options_and_files_and_from_where_the_machine_is() {
    let bench = Bench::new();
    let yaml = "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}\n    TimeoutSeconds: ${Limit}\n    Parameters: {text: '${Text}', shell: 'echo ${!HOME}'}\n    End: true\n";
    bench.sealed.write("a.yaml", yaml);
    bench.sealed.write("values.yaml", "Fn: pay\nLimit: 30\nText: \"a \\\" b\"\nOther: unused\n");
    let deploy =
        |more: &[&str]| bench.sfn(&[&["deploy", "a.yaml", "pay", "--role", "pay", "--yes"], more].concat());
    let missing = deploy(&["--set", "Fn=pay"]).expect(2);
    assert!(missing.stderr.starts_with("error: 2 values are missing for a.yaml\n"), "{missing:?}");
    for part in [
        "a.yaml:6:5: `${Limit}` has no value",
        "a.yaml:7:18: `${Text}` has no value",
        "--set Limit=... --set Text=...",
    ] {
        assert!(missing.stderr.contains(part), "{part}: {missing:?}");
    }
    deploy(&["--values", "values.yaml", "--set", "Fn=charge"]).expect(0);
    let wanted = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, "TimeoutSeconds": 30,
        "Resource": "arn:aws:lambda:us-east-1:111122223333:function:charge",
        "Parameters": {"text": "a \" b", "shell": "echo ${HOME}"}}}});
    bench.sealed.write("wanted.json", &wanted.to_string().replace("${HOME}", "${!HOME}"));
    bench.sfn(&["diff", "wanted.json", "pay"]).expect(0);
    let vain = deploy(&["--values", "values.yaml", "--set", "Limt=3"]).expect(2);
    assert!(
        vain.stderr.contains("there is no ${Limt} in a.yaml") && vain.stderr.contains("did you mean Limit?"),
        "{vain:?}"
    );
    bench.sealed.write("values.yaml", "Fn: [1]\na b: 2\nLimit: null\n");
    let wrong = deploy(&["--values", "values.yaml"]).expect(2);
    for line in ["values.yaml:1:", "values.yaml:2:", "values.yaml:3:"] {
        assert!(wrong.stderr.contains(line), "{line}: {wrong:?}");
    }
}

#[test]
fn a_dry_run_sends_nothing_that_changes_and_prints_the_calls() {
    let bench = Bench::new();
    bench.version(1);
    bench.sealed.write("pay.asl.json", &waits(2));
    let dry = bench
        .sfn(&["deploy", "pay.asl.json", "pay", "--alias", "PROD", "--tag", "a=b", "--dry-run", "-o", "json"])
        .expect(0);
    let actions: Vec<String> = dry.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        actions,
        ["states:UpdateStateMachine", "states:TagResource", "states:UpdateStateMachineAlias"]
    );
    assert!(dry.stderr.ends_with("dry run: 3 changes would be made\n"), "{dry:?}");
    assert_eq!(dry.json()["items"][0]["parameters"]["publish"], true);
    let diff = bench.sfn(&["diff", "pay.asl.json", "pay"]).expect(6);
    assert!(diff.stdout.contains("~ /Seconds  1 -> 2"), "{diff:?}");
    let unasked = bench.sfn(&["deploy", "pay.asl.json", "pay"]).expect(2);
    assert!(unasked.stderr.contains("--yes"), "{unasked:?}");
}

#[test]
fn what_is_wrong_is_told_before_anything_is_sent() {
    let aws = FakeAws::start(|_| Reply::error(500, "InternalServerError", "nobody should ask"));
    let sealed = signed_in_to(&aws);
    sealed.write("fine.json", &waits(1));
    sealed.write("wrong.json", "{\"StartAt\": \"A\",\n\"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"},\n\"C\": {\"Type\": \"Pas\", \"End\": true}}}");
    sealed.write(
        "large.json",
        &json!({"Comment": "x".repeat(1_048_576), "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
            .to_string(),
    );
    sealed.write("template.yaml", "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n");
    for (args, code, parts) in [
        (&["wrong.json", "pay"][..], 2, &["wrong.json:2:", "wrong.json:3:", "Missing 'Next' target: B"][..]),
        (
            &["large.json", "pay"],
            2,
            &["the definition in large.json is too large", "the service takes 1048576"],
        ),
        (&["template.yaml", "pay"], 2, &["template.yaml is a template"]),
        (&["none.json", "pay"], 3, &["cannot read the definition none.json"]),
        (&["fine.json", "pay me"], 2, &["no state machine can be called \"pay me\"; pay-me can"]),
        (&["fine.json", "pay:PROD"], 2, &["give pay alone; --alias ALIAS"]),
        (&["fine.json", "pay", "--alias", "12"], 2, &["v12 can be an alias"]),
        (&["fine.json", "pay", "--alias", "a/b"], 2, &["; a-b can"]),
        (&["fine.json", "pay", "--alias", "a", "--no-publish"], 2, &["cannot be used with"]),
        (&["fine.json", "pay", "--tag", "team"], 2, &["it has no ="]),
        (&["fine.json", "pay", "--set", "A=1"], 2, &["there is no ${A} in fine.json"]),
    ] {
        let refused = sealed.run([&["sfn", "deploy"], args, &["--yes"]].concat()).expect(code);
        for part in parts {
            assert!(refused.stderr.contains(part), "{args:?}, {part}: {refused:?}");
        }
    }
    assert_eq!(aws.operations(), Vec::<String>::new());
}

#[test]
fn a_new_machine_needs_a_role_and_an_old_one_keeps_its_type() {
    let bench = Bench::new();
    let new = bench.sfn(&["deploy", "pay.asl.json", "pay", "--yes"]).expect(2);
    assert!(new.stderr.contains("pay is new, and needs a role"), "{new:?}");
    bench.version(1);
    for verb in [
        &["deploy", "pay.asl.json", "pay", "--type", "EXPRESS", "--yes"][..],
        &["deploy", "pay.asl.json", "pay", "--type", "express", "-n"],
    ] {
        let other = bench.sfn(verb).expect(9);
        assert!(other.stderr.contains("pay is STANDARD, and cannot become EXPRESS"), "{other:?}");
        assert!(other.stderr.contains("when it is created"), "{other:?}");
    }
    bench.sfn(&["diff", "pay.asl.json", "pay", "--type", "EXPRESS"]).expect(6);
    bench.sfn(&["deploy", "pay.asl.json", "fast", "--type", "EXPRESS", "--role", "pay", "--yes"]).expect(0);
    // What Express machines may not hold is found though the option does not say that it is one.
    let sync = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync", "Parameters": {"StateMachineArn": MACHINE}}}});
    bench.sealed.write("sync.json", &sync.to_string());
    let refused = bench.sfn(&["deploy", "sync.json", "fast", "--yes"]).expect(2);
    assert!(refused.stderr.contains("Express state machine does not support"), "{refused:?}");
}

#[test]
fn who_was_faster_wins_while_the_question_is_open() {
    let bench = Bench::new();
    bench.version(1);
    bench.sealed.write("mine.json", &waits(5));
    let line = ["--sandbox", "sfn", "deploy", "mine.json", "pay"];
    let mut terminal = Terminal::opsctl(&bench.sealed, (100, 30), &line);
    let shown = terminal.wait_for("make 1 change?");
    assert!(shown.contains("~ /Seconds  1 -> 5"), "{shown}");
    bench.version(3);
    terminal.type_text("y\r");
    let (shown, status, _) = terminal.end();
    assert_eq!(status.code(), Some(9), "{shown}");
    assert!(shown.contains("somebody else has changed pay meanwhile"), "{shown}");
    // Nothing of it is there.
    bench.sfn(&["diff", "pay.asl.json", "pay"]).expect(0);
    let mut terminal = Terminal::opsctl(&bench.sealed, (100, 30), &line);
    terminal.wait_for("make 1 change?");
    terminal.type_text("n\r");
    assert_eq!(terminal.end().1.code(), Some(1));
    bench.sfn(&["diff", "pay.asl.json", "pay"]).expect(0);
}

fn caller() -> Reply {
    Reply::xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn>\
         <UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult>\
         </GetCallerIdentityResponse>",
    )
}

fn signed_in_to(aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

fn described(revision: &str) -> Reply {
    Reply::json(json!({"stateMachineArn": MACHINE, "name": "pay", "definition": waits(1), "roleArn": ROLE,
        "type": "STANDARD", "creationDate": 1_795_340_000, "status": "ACTIVE", "revisionId": revision}))
}

/// A service with the machine `pay`, which waits a second and has no version; `answer` comes before it.
fn service(answer: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> FakeAws {
    FakeAws::start(move |request| {
        answer(request).unwrap_or_else(|| match request.operation.as_str() {
            "GetCallerIdentity" => caller(),
            "DescribeStateMachine" => described("r-1"),
            "ListStateMachineVersions" => Reply::json(json!({"stateMachineVersions": []})),
            "ValidateStateMachineDefinition" => Reply::json(json!({"result": "OK", "diagnostics": []})),
            "UpdateStateMachine" => Reply::json(json!({"updateDate": 1_795_340_000, "revisionId": "r-2",
                "stateMachineVersionArn": format!("{MACHINE}:1")})),
            other => Reply::error(400, "ValidationException", other),
        })
    })
}

#[test]
fn a_version_is_of_the_revision_that_was_read_or_it_is_a_conflict() {
    let aws = service(|request| {
        (request.operation == "PublishStateMachineVersion")
            .then(|| Reply::error(400, "ConflictException", "The current State Machine revision is r-9."))
    });
    let sealed = signed_in_to(&aws);
    sealed.write("pay.json", &waits(1));
    let refused = sealed.run(["sfn", "deploy", "pay.json", "pay", "--yes"]).expect(9);
    assert!(refused.stderr.contains("somebody else has changed pay meanwhile"), "{refused:?}");
    assert!(refused.stderr.contains("r-9"), "{refused:?}");
    let published =
        aws.requests().into_iter().find(|it| it.operation == "PublishStateMachineVersion").unwrap();
    let body: Value = serde_json::from_str(&published.body).unwrap();
    assert_eq!(body["revisionId"], "r-1");
}

#[test]
fn a_revision_that_is_another_one_when_it_is_looked_at_again_is_left_alone() {
    let looks = AtomicUsize::new(0);
    let aws = service(move |request| {
        (request.operation == "DescribeStateMachine" && looks.fetch_add(1, Ordering::Relaxed) == 1)
            .then(|| described("r-2"))
    });
    let sealed = signed_in_to(&aws);
    sealed.write("pay.json", &waits(2));
    let refused = sealed.run(["sfn", "deploy", "pay.json", "pay", "--yes"]).expect(9);
    assert!(refused.stderr.contains("it had the revision r-1, and has r-2"), "{refused:?}");
    assert!(!aws.operations().contains(&"UpdateStateMachine".to_owned()));
}

#[test]
fn what_the_service_finds_wrong_has_its_place_in_the_file() {
    let aws = service(|request| {
        (request.operation == "ValidateStateMachineDefinition").then(|| {
            Reply::json(json!({"result": "FAIL", "truncated": true, "diagnostics": [{"severity": "ERROR",
                "code": "SCHEMA_VALIDATION_FAILED", "message": "newer than the linter", "location": "/States/Rest/Seconds"}]}))
        })
    });
    let sealed = signed_in_to(&aws);
    sealed.write(
        "pay.yaml",
        "StartAt: Rest\nStates:\n  Rest:\n    Type: Wait\n    Seconds: 2\n    End: true\n",
    );
    let refused = sealed.run(["sfn", "deploy", "pay.yaml", "pay", "--yes"]).expect(2);
    assert!(
        refused.stderr.contains("pay.yaml:5:5: newer than the linter [SCHEMA_VALIDATION_FAILED]"),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("more faults than it tells"), "{refused:?}");
    assert!(!aws.operations().iter().any(|it| it == "UpdateStateMachine"));
}

#[test]
fn a_role_that_was_just_made_is_tried_again() {
    let refusals = Mutex::new(2);
    let aws = service(move |request| match request.operation.as_str() {
        "DescribeStateMachine" => {
            Some(Reply::error(400, "StateMachineDoesNotExist", "State Machine Does Not Exist"))
        }
        "CreateStateMachine" => {
            let mut left = refusals.lock().unwrap();
            if *left > 0 {
                *left -= 1;
                let why = "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.";
                return Some(Reply::error(400, "AccessDeniedException", why));
            }
            Some(Reply::json(
                json!({"stateMachineArn": MACHINE, "creationDate": 1_795_340_000, "stateMachineVersionArn": format!("{MACHINE}:1")}),
            ))
        }
        _ => None,
    });
    let sealed = signed_in_to(&aws);
    sealed.write("pay.json", &waits(1));
    let created = sealed.run(["sfn", "deploy", "pay.json", "pay", "--role", "pay", "--yes"]).expect(0);
    assert_eq!(created.stderr.matches("the role cannot be used yet").count(), 1, "{created:?}");
    assert!(created.stderr.ends_with("version 1 of pay is published\n"), "{created:?}");
    assert_eq!(aws.operations().iter().filter(|it| *it == "CreateStateMachine").count(), 3);
    // Another refusal is final: who may not create does not wait.
    let aws = service(|request| match request.operation.as_str() {
        "DescribeStateMachine" => Some(Reply::error(400, "StateMachineDoesNotExist", "none")),
        "CreateStateMachine" => Some(Reply::error(
            400,
            "AccessDeniedException",
            "User is not authorized to perform: iam:PassRole",
        )),
        _ => None,
    });
    let sealed = signed_in_to(&aws);
    sealed.write("pay.json", &waits(1));
    sealed.run(["sfn", "deploy", "pay.json", "pay", "--role", "pay", "--yes"]).expect(5);
    assert_eq!(aws.operations().iter().filter(|it| *it == "CreateStateMachine").count(), 1);
}

#[test]
fn what_was_done_is_told_when_the_rest_is_refused() {
    let aws = service(|request| match request.operation.as_str() {
        "DescribeStateMachineAlias" => Some(Reply::error(400, "ResourceNotFound", "none")),
        "CreateStateMachineAlias" => Some(Reply::error(400, "AccessDeniedException", "not authorized")),
        _ => None,
    });
    let sealed = signed_in_to(&aws);
    sealed.write("pay.json", &waits(2));
    let refused = sealed.run(["sfn", "deploy", "pay.json", "pay", "--alias", "PROD", "--yes"]).expect(5);
    for part in [
        "pay is updated",
        "version 1 of pay is published",
        "warning: 1 of 2 changes were made",
        "cannot create the alias PROD",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {refused:?}");
    }
}
