//! `opsctl sandbox`: running commands inside, keeping one up, and what goes wrong.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Sandbox, Sealed, hang_ups_are_ignored, with_the_aws_cli};

fn inside<'a>(command: &[&'a str]) -> Vec<&'a str> {
    [&["sandbox", "run", "--"], command].concat()
}

#[test]
fn a_command_inside_finds_the_sandbox_and_nothing_of_the_users_aws() {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_PROFILE", "prod").set("HTTPS_PROXY", "http://proxy.example");
    let ran = sealed.run(inside(&["opsctl", "whoami", "-o", "json"])).expect(0);
    let item = &ran.json()["item"];
    assert_eq!(item["arn"], "arn:aws:iam::111122223333:user/rehearsal");
    assert_eq!((&item["region"], &item["profile"]), (&"us-east-1".into(), &serde_json::Value::Null));
    let environment = sealed.run(inside(&["env"])).expect(0).stdout;
    for outside in ["AWS_PROFILE", "PROXY=http", "AKIAIOSFODNN7EXAMPLE", "OPSCTL_"] {
        assert!(!environment.contains(outside), "{outside}: {environment}");
    }
}

#[test]
fn nodes_are_listed_over_every_page() {
    let sealed = Sealed::new();
    let config = sealed.write("small.toml", "page_size = 1\n");
    let config = config.to_str().unwrap();
    let args = ["sandbox", "run", "--config", config, "--", "opsctl", "ssm", "list", "-o", "json"];
    let nodes = sealed.run(args).expect(0).json();
    assert_eq!(nodes["items"].as_array().unwrap().len(), 3);
}

#[test]
fn the_exit_code_is_the_commands() {
    let sealed = Sealed::new();
    for (script, code) in [("exit 0", 0), ("exit 42", 42), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        assert_eq!(sealed.run(inside(&["sh", "-c", script])).code, code, "{script}");
    }
    let ran = sealed.run(inside(&["no-such-program"])).expect(255);
    assert!(ran.stderr.starts_with("error: cannot run no-such-program\n"), "{ran:?}");
}

#[test]
fn stdin_and_stdout_are_the_commands_own() {
    let sealed = Sealed::new();
    assert_eq!(sealed.run_with(inside(&["cat"]), b"to and fro").expect(0).stdout, "to and fro");
}

#[test]
fn nothing_is_left_behind() {
    let mut sealed = Sealed::new();
    std::fs::create_dir(sealed.path("tmp")).unwrap();
    let tmp = sealed.path("tmp").display().to_string();
    sealed.set("TMPDIR", tmp);
    let script = "ls -d $TMPDIR/opsctl-sandbox-*";
    let ran = sealed.run(inside(&["sh", "-c", script])).expect(0);
    assert!(!ran.stdout.is_empty());
    assert_eq!(std::fs::read_dir(sealed.path("tmp")).unwrap().count(), 0);
}

#[test]
fn sigterm_and_sighup_are_passed_on_and_the_command_decides() {
    let sealed = Sealed::new();
    for (signal, name) in [(Signal::TERM, "TERM"), (Signal::HUP, "HUP")] {
        if signal == Signal::HUP && hang_ups_are_ignored() {
            continue;
        }
        // The script says when it listens, so that the signal cannot come too early.
        let script = format!("trap 'echo told; exit 9' {name}; echo ready; while :; do sleep 0.02; done");
        let mut child = sealed
            .command(inside(&["sh", "-c", &script]))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        assert_eq!(line, "ready\n");
        kill_process(Pid::from_child(&child), signal).unwrap();
        line.clear();
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        assert_eq!((line.as_str(), child.wait().unwrap().code()), ("told\n", Some(9)), "{name}");
    }
}

#[test]
fn one_that_is_up_is_found_asked_and_ended() {
    let sealed = Sealed::new();
    let none = sealed.run(["--sandbox", "whoami"]).expect(3);
    assert!(none.stderr.starts_with("error: no sandbox is running\n"), "{none:?}");
    let sandbox = Sandbox::up(&sealed);
    let dir = sealed.path("sandbox").display().to_string();
    let dir = dir.as_str();
    let named = format!("--sandbox={dir}");
    for option in ["--sandbox", named.as_str()] {
        let identity = sealed.run([option, "whoami", "-o", "json"]).expect(0).json();
        assert_eq!(identity["item"]["account"], "111122223333", "{option}");
    }
    let status = sealed.run(["sandbox", "status", "-o", "json"]).expect(0).json();
    let item = &status["items"][0];
    assert_eq!((&item["endpoint"], &item["nodes"]), (&sandbox.endpoint.as_str().into(), &3.into()));
    assert_eq!(item["pid"], sandbox.pid());

    let second = sealed.run(["sandbox", "up", "--dir", dir]).expect(9);
    let start =
        format!("error: a sandbox runs in {dir} already: {}, process {}\n", sandbox.endpoint, sandbox.pid());
    assert!(second.stderr.starts_with(&start), "{second:?}");
    let port = sandbox.endpoint.rsplit(':').next().unwrap();
    let other = sealed.path("other").display().to_string();
    let taken = sealed.run(["sandbox", "up", "--dir", &other, "--port", port]).expect(9);
    assert!(taken.stderr.starts_with(&format!("error: cannot listen on 127.0.0.1:{port}\n")), "{taken:?}");

    let down = sealed.run(["sandbox", "down"]).expect(0);
    assert_eq!(down.stderr, format!("the sandbox in {dir} has ended\n"));
    assert_eq!(sandbox.wait(), Some(0));
    sealed.run(["sandbox", "down", "--dir", dir]).expect(3);
    let status = sealed.run(["sandbox", "status"]).expect(0);
    assert_eq!(status.stderr, "no sandbox is running\n");
}

#[test]
fn an_interrupted_one_cleans_up() {
    let sealed = Sealed::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        if signal == Signal::HUP && hang_ups_are_ignored() {
            continue;
        }
        let sandbox = Sandbox::up(&sealed);
        kill_process(Pid::from_raw(sandbox.pid().try_into().unwrap()).unwrap(), signal).unwrap();
        let dir = sandbox.dir.clone();
        assert_eq!(sandbox.wait(), Some(code));
        assert!(!dir.join("credentials").exists());
    }
}

#[test]
fn several_running_and_none_named_is_a_usage_error_that_lists_them() {
    let sealed = Sealed::new();
    let _first = Sandbox::in_dir(&sealed, "first", None);
    let _second = Sandbox::in_dir(&sealed, "second", None);
    let ran = sealed.run(["--sandbox", "whoami"]).expect(2);
    for dir in ["first", "second"] {
        assert!(ran.stderr.contains(sealed.path(dir).to_str().unwrap()), "{ran:?}");
    }
}

#[test]
fn all_mistakes_of_a_config_are_reported_at_once() {
    let sealed = Sealed::new();
    sealed.write("bad.toml", "regoin = \"eu-west-1\"\npage_size = 0\n\n[[nodes]]\nname = \"../x\"\n");
    let ran = sealed.run(["sandbox", "up", "--config", "bad.toml"]).expect(2);
    assert_eq!(
        ran.stderr,
        "error: bad.toml has 3 mistakes\n  \
         cause: bad.toml:1:1: unknown key `regoin`; did you mean `region`?\n  \
         cause: bad.toml:2:13: `page_size` must be a whole number from 1 to 1000\n  \
         cause: bad.toml:5:8: `name` must be 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or digit\n"
    );
    sealed.run(["sandbox", "run", "--config", "bad.toml", "--", "true"]).expect(255);
    sealed.run(["sandbox", "up", "--config", "none.toml"]).expect(2);
}

#[test]
fn a_config_is_read_when_named_or_in_the_folder_and_never_from_here() {
    let sealed = Sealed::new();
    sealed.write("sandbox.toml", "account = \"444455556666\"\n");
    let account = |options: &[&str]| {
        let command = ["--", "opsctl", "whoami", "--query", "item.account", "-o", "json"];
        sealed.run([&["sandbox", "run"], options, &command].concat()).expect(0).stdout.trim().to_owned()
    };
    assert_eq!(account(&[]), "\"111122223333\"");
    assert_eq!(account(&["--config", "sandbox.toml"]), "\"444455556666\"");
    sealed.write("kept/sandbox.toml", "account = \"777788889999\"\n");
    assert_eq!(account(&["--dir", "kept"]), "\"777788889999\"");
    assert_eq!(account(&["--dir", "kept", "--config", "sandbox.toml"]), "\"444455556666\"");
}

#[test]
fn init_writes_a_config_that_works_and_overwrites_none_unasked() {
    let sealed = Sealed::new();
    assert_eq!(sealed.run(["sandbox", "init"]).expect(0).stderr, "wrote sandbox.toml\n");
    sealed.run(["sandbox", "run", "--config", "sandbox.toml", "--", "true"]).expect(0);
    std::fs::write(sealed.path("sandbox.toml"), "mine").unwrap();
    let ran = sealed.run(["sandbox", "init"]).expect(9);
    assert_eq!(
        ran.stderr,
        "error: sandbox.toml exists already\n  hint: opsctl sandbox init --yes sandbox.toml overwrites it\n"
    );
    assert_eq!(std::fs::read_to_string(sealed.path("sandbox.toml")).unwrap(), "mine");
    sealed.run(["sandbox", "init", "--yes"]).expect(0);
    assert!(std::fs::read_to_string(sealed.path("sandbox.toml")).unwrap().contains("[[nodes]]"));
}

#[test]
fn a_denied_action_is_denied_inside() {
    let sealed = Sealed::new();
    let config = "[deny]\nactions = [\"ssm:DescribeInstance*\"]\n";
    sealed.write("denied.toml", config);
    let ran =
        sealed.run(["sandbox", "run", "--config", "denied.toml", "--", "opsctl", "ssm", "list"]).expect(5);
    assert!(ran.stderr.contains("is not authorized to perform: ssm:DescribeInstance"), "{ran:?}");
}

#[test]
fn a_denied_data_channel_is_denied() {
    let sealed = Sealed::new();
    let config = "[deny]\nactions = [\"ssmmessages:OpenDataChannel\"]\n";
    let _sandbox = Sandbox::in_dir(&sealed, "sandbox", Some(config));
    let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], b"exit\n").expect(5);
    assert!(ran.stderr.contains("ssmmessages:OpenDataChannel"), "{ran:?}");
}

#[test]
fn a_session_over_sockets_that_are_cut_ends_well() {
    let sealed = Sealed::new();
    for cut_every in [3, 7] {
        let config = format!("[faults]\ncut_every = {cut_every}\n");
        let _sandbox = Sandbox::in_dir(&sealed, "sandbox", Some(&config));
        let input = b"seq 1 200 | cksum\n";
        let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], input).expect(0);
        assert!(ran.stdout.contains("316596948 692\r\n"), "{cut_every}: {ran:?}");
    }
}

/// What has written its number into this file.
#[cfg(target_os = "linux")]
fn lives(file: &std::path::Path) -> bool {
    let id: i32 = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
    rustix::process::test_kill_process(Pid::from_raw(id).unwrap()).is_ok()
        // One whose parent has not asked after it is dead all the same.
        && !std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default().contains(") Z ")
}

/// Elsewhere nothing tells which processes a session has.
#[cfg(target_os = "linux")]
#[test]
fn what_a_shell_leaves_in_the_background_ends_with_its_session() {
    // The second ignores the hang-up.
    const LEAVE: &[u8] =
        b"sleep 988 & echo $! >$HOME/one; nohup sleep 988 >/dev/null 2>&1 & echo $! >$HOME/two\n";
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], LEAVE).expect(0);
    // The end of the sandbox waits for that of the session, which goes on after its client has left.
    sealed.run(["sandbox", "down"]).expect(0);
    let home = sandbox.dir.join("nodes/web-1");
    assert!(!lives(&home.join("one")) && !lives(&home.join("two")));

    let args = ["sandbox", "run", "--dir", "kept", "--", "opsctl", "ssm", "connect", "db-1"];
    sealed.run_with(args, LEAVE).expect(0);
    let home = sealed.path("kept/nodes/db-1");
    assert!(!lives(&home.join("one")) && !lives(&home.join("two")));
}

/// A node keeps it, as a real one does.
#[cfg(target_os = "linux")]
#[test]
fn what_a_script_leaves_in_the_background_ends_with_the_sandbox() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    let script = "sleep 988 & echo $! > one; setsid sleep 988 & echo $! > two";
    sealed.run(["--sandbox", "ssm", "run", "web-1", "--", "sh", "-c", script]).expect(0);
    let home = sandbox.dir.join("nodes/web-1");
    let (one, two) = (home.join("one"), home.join("two"));
    assert!(lives(&one) && lives(&two));
    sealed.run(["sandbox", "down"]).expect(0);
    assert!(!lives(&one) && !lives(&two));
}

#[test]
fn the_key_is_in_no_log() {
    let sealed = Sealed::new();
    let script = "echo $AWS_SECRET_ACCESS_KEY; opsctl --debug ssm list >list.txt";
    let ran = sealed.run(["--debug", "sandbox", "run", "--", "sh", "-c", script]).expect(0);
    let secret = ran.stdout.trim();
    assert_eq!(secret.len(), 40);
    assert!(ran.stderr.contains("answered") && !ran.stderr.contains(secret), "{}", ran.stderr);
}

#[test]
fn the_aws_cli_works_inside() {
    let sealed = Sealed::new();
    let words = inside(&["aws", "--output", "json", "ssm", "describe-instance-properties"]);
    let Some(ran) = with_the_aws_cli(&sealed, words) else { return };
    let ran = ran.expect(0);
    assert_eq!(ran.json()["InstanceProperties"].as_array().unwrap().len(), 3);
}

/// What failed goes on by a redrive, and the children of a map run are counted and listed.
#[test]
fn the_aws_cli_redrives_inside() {
    let sealed = Sealed::new();
    let script = r#"set -e
sfn() { aws --output text stepfunctions "$@"; }
ended() { until [ "$(sfn describe-execution --execution-arn "$execution" --query status)" != RUNNING ]; do :; done; }
activity=$(sfn create-activity --name sign --query activityArn)
task() { sfn get-activity-task --activity-arn "$activity" --query taskToken; }
definition='{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"Label":"Each","MaxConcurrency":1,"ItemProcessor":{
  "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{
    "A":{"Type":"Task","Resource":"'$activity'","End":true}}}}}}'
machine=$(sfn create-state-machine --name m --role-arn arn:aws:iam::111122223333:role/r --definition "$definition" --query stateMachineArn)
execution=$(sfn start-execution --state-machine-arn "$machine" --name e --input '["a","b"]' --query executionArn)
sfn redrive-execution --execution-arn "$execution" 2>&1 || true
sfn send-task-success --task-token "$(task)" --task-output '"done"'
sfn send-task-failure --task-token "$(task)" --error Broken
ended
run=$(sfn list-map-runs --execution-arn "$execution" --query 'mapRuns[0].mapRunArn')
sfn describe-map-run --map-run-arn "$run" --query '[status, itemCounts.succeeded, itemCounts.failed, itemCounts.total]'
sfn list-executions --map-run-arn "$run" --status-filter FAILED --query 'executions[].[status, itemCount]'
sfn redrive-execution --execution-arn "$execution" --query redriveDate >/dev/null
sfn update-map-run --map-run-arn "$run" --max-concurrency 5
sfn send-task-success --task-token "$(task)" --task-output '"at last"'
ended
sfn describe-execution --execution-arn "$execution" --query '[status, output, redriveCount]'
sfn describe-map-run --map-run-arn "$run" --query '[status, maxConcurrency, redriveCount]'
"#;
    let Some(ran) = with_the_aws_cli(&sealed, inside(&["sh", "-c", script])) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let refused = "(ExecutionNotRedrivable) when calling the RedriveExecution operation: Execution is RUNNING and cannot be redriven";
    assert!(lines[0].ends_with(refused), "{}", ran.stdout);
    assert_eq!(
        lines[1..],
        ["FAILED\t1\t1\t2", "FAILED\t1", "SUCCEEDED\t[\"done\",\"at last\"]\t1", "SUCCEEDED\t5\t1"],
        "{}",
        ran.stdout
    );
}

/// One state is tested, with a mock and without.
#[test]
fn the_aws_cli_tests_states_inside() {
    let sealed = Sealed::new();
    let script = r#"set -e
test_state() { aws --output text stepfunctions test-state "$@"; }
test_state --definition '{"Type":"Choice","Default":"Small","Choices":[{"Variable":"$.n","NumericGreaterThan":9,"Next":"Large"}]}' \
    --input '{"n":10}' --query '[status, nextState]'
task='{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true,
    "Parameters":{"QueueUrl":"http://127.0.0.1/'$(aws --output text sts get-caller-identity --query Account)'/work","MessageBody":"hello"}}'
test_state --definition "$task" --role-arn arn:aws:iam::111122223333:role/r --inspection-level DEBUG \
    --query '[status, inspectionData.result != null]'
opsctl sandbox messages --query 'items[].message' -o text
test_state --definition "$task" 2>&1 || true
"#;
    let Some(ran) = with_the_aws_cli(&sealed, inside(&["sh", "-c", script])) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines[..2], ["SUCCEEDED\tLarge", "SUCCEEDED\tTrue"], "{}", ran.stdout);
    assert!(lines[2..].contains(&"hello"), "{}", ran.stdout);
    let refused = "(ValidationException) when calling the TestState operation: RoleArn must be specified when testing a Task state";
    assert!(lines.last().unwrap().ends_with(refused), "{}", ran.stdout);
}

/// A machine is made, run and told of, and an activity's worker is a client as any other.
#[test]
fn the_aws_cli_runs_machines_inside() {
    let sealed = Sealed::new();
    let script = r#"set -e
sfn() { aws --output text stepfunctions "$@"; }
activity=$(sfn create-activity --name sign --query activityArn)
definition='{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"'$activity'","End":true}}}'
machine=$(sfn create-state-machine --name m --role-arn arn:aws:iam::111122223333:role/r --definition "$definition" --query stateMachineArn)
execution=$(sfn start-execution --state-machine-arn "$machine" --name e --input '{"n":1}' --query executionArn)
sfn describe-execution --execution-arn "$execution" --query status
token=$(sfn get-activity-task --activity-arn "$activity" --worker-name w --query taskToken)
sfn send-task-success --task-token "$token" --task-output '{"signed":true}'
until [ "$(sfn describe-execution --execution-arn "$execution" --query status)" != RUNNING ]; do :; done
sfn describe-execution --execution-arn "$execution" --query '[status, output]'
sfn get-execution-history --execution-arn "$execution" --query 'events[].type'
express=$(sfn create-state-machine --name x --type EXPRESS --role-arn arn:aws:iam::111122223333:role/r \
    --definition '{"StartAt":"P","States":{"P":{"Type":"Pass","Result":1,"End":true}}}' --query stateMachineArn)
sfn start-sync-execution --state-machine-arn "$express" --query '[status, output]'
sfn describe-state-machine --state-machine-arn arn:none 2>&1 || true
"#;
    let Some(ran) = with_the_aws_cli(&sealed, inside(&["sh", "-c", script])) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let events = "ExecutionStarted TaskStateEntered ActivityScheduled ActivityStarted ActivitySucceeded TaskStateExited ExecutionSucceeded";
    let events = events.replace(' ', "\t");
    assert_eq!(
        lines[..4],
        ["RUNNING", "SUCCEEDED\t{\"signed\":true}", &events, "SUCCEEDED\t1"],
        "{}",
        ran.stdout
    );
    let refused = "(InvalidArn) when calling the DescribeStateMachine operation: Invalid Arn: 'Invalid ARN prefix: arn:none'";
    assert!(lines[4].ends_with(refused), "{}", ran.stdout);
}

#[test]
fn every_region_has_its_own_nodes_and_the_account_has_the_buckets_and_jobs_of_all() {
    let sealed = Sealed::new();
    let config = sealed.write(
        "sandbox.toml",
        "[[buckets]]\nname = \"lists-1\"\nregion = \"eu-west-1\"\nobjects = [{ key = \"m.csv\", body = \"lists-1,m.csv\\n\" }]\n\
         [[buckets]]\nname = \"near-1\"\n[[roles]]\nname = \"batch\"\n",
    );
    let script = r#"set -e
opsctl --region eu-west-1 whoami -o text --columns region,region-origin
opsctl --region eu-west-1 ssm list -o text --columns name
AWS_REGION=eu-west-1 opsctl s3 job create tag a=b --manifest s3://lists-1/m.csv --role batch --no-report --yes >/dev/null
opsctl --region eu-west-1 s3 job list -o text --columns operation
opsctl s3 job list -o text --columns operation
"#;
    let ran = sealed.run([
        "sandbox".as_ref(),
        "run".as_ref(),
        "--config".as_ref(),
        config.as_os_str(),
        "--".as_ref(),
        "sh".as_ref(),
        "-c".as_ref(),
        script.as_ref(),
    ]);
    let ran = ran.expect(0);
    assert_eq!(ran.stdout, "eu-west-1\toption --region\nS3PutObjectTagging\n");
}

#[test]
fn a_sandbox_that_runs_is_added_to() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let add =
        |text: &str| sealed.run_with(["--sandbox", "sandbox", "add", "-", "-o", "text"], text.as_bytes());
    let file = "[[buckets]]\nname = \"pictures\"\nobjects = [{ key = \"a\", body = \"1\" }]\n\
                [[functions]]\nname = \"echo\"\ncommand = [\"cat\"]\n\
                [[notifications]]\nbucket = \"pictures\"\nfunction = \"echo\"\n";
    let there = "bucket\tpictures\tIS\nfunction\techo\tIS\nnotification\tpictures/* to function echo\tIS\n";
    assert_eq!(add(file).expect(0).stdout, there.replace("IS", "yes"));
    let body = sealed.write("b.txt", "2");
    let put = ["--sandbox", "sandbox", "put", body.to_str().unwrap(), "s3://pictures/b"];
    sealed.run(put).expect(0);
    // Twice is once: the bucket keeps its objects.
    assert_eq!(add(file).expect(0).stdout, there.replace("IS", "no"));
    let list = ["--sandbox", "s3", "manifest", "build", "s3://pictures/", "--to", "-"];
    assert_eq!(sealed.run(list).expect(0).stdout, "pictures,a\npictures,b\n");
}

#[test]
fn what_cannot_be_added_is_told_with_its_place() {
    let sealed = Sealed::new();
    let add =
        |words: &[&str], text: &str| sealed.run_with([&["sandbox", "add"], words].concat(), text.as_bytes());
    let _sandbox = Sandbox::up(&sealed);
    let ran = add(&["-", "--sandbox"], "region = \"eu-west-1\"\n[[buckets]]\nname = \"X\"\n").expect(2);
    assert!(ran.stderr.contains("stdin:1:1") && ran.stderr.contains("stdin:3:8"), "{ran:?}");
    assert!(add(&["none.toml", "--sandbox"], "").expect(3).stderr.contains("none.toml"));
    // Programs are added to a sandbox, and to nothing else.
    let mut signed_in = Sealed::new();
    signed_in.signed_in();
    let ran = signed_in.run_with(["sandbox", "add", "-"], b"").expect(2);
    assert!(ran.stderr.contains("this is no sandbox"), "{ran:?}");
}
