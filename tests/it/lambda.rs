//! Functions of a sandbox, from outside: invoked by a client that knows nothing of opsctl, told of new objects, and on
//! their way back into the sandbox.

use serde_json::{Value, json};

use crate::support::machines::States;
use crate::support::{Ran, Sandbox, Sealed, until, with_the_aws_cli};

/// What a function has written, once it has so many lines.
#[track_caller]
fn lines(sealed: &Sealed, name: &str, count: usize) -> Vec<String> {
    until(|| {
        let text = std::fs::read_to_string(sealed.path(name)).unwrap_or_default();
        let is_whole = text.lines().count() >= count && text.ends_with('\n');
        is_whole.then(|| text.lines().map(str::to_owned).collect())
    })
}

fn objects(sealed: &Sealed, args: &[&str]) -> Ran {
    sealed.run([&["--sandbox", "sandbox", "put"], args].concat())
}

#[test]
fn a_function_is_told_of_new_objects_and_finds_its_way_back() {
    let sealed = Sealed::new();
    let config = r#"
[[buckets]]
name = "pictures"
[[functions]]
name = "see"
timeout_ms = 60000
command = ["sh", "see.sh"]
[[notifications]]
bucket = "pictures"
prefix = "new/"
function = "see"
"#;
    // An event, and who the function is there: each in one line.
    let script = "event=$(cat); who=$(opsctl whoami -o ndjson) || exit 1; printf '%s\\n%s\\n' \"$event\" \"$who\" >>seen";
    sealed.write("see.sh", script);
    sealed.write("a.jpg", "picture");
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    objects(&sealed, &["a.jpg", "s3://pictures/old/a.jpg"]).expect(0);
    objects(&sealed, &["a.jpg", "s3://pictures/new/a b.jpg"]).expect(0);
    let seen = lines(&sealed, "seen", 2);
    let event: Value = serde_json::from_str(&seen[0]).unwrap();
    let object = &event["Records"][0]["s3"]["object"];
    assert_eq!((&object["key"], &object["size"]), (&json!("new/a+b.jpg"), &json!(7)));
    assert!(seen[1].contains("arn:aws:iam::111122223333:user/rehearsal"), "{}", seen[1]);
    drop(sandbox);
}

#[test]
fn an_event_that_has_not_arrived_comes_after_a_restart() {
    let sealed = Sealed::new();
    let config = |body: &str| {
        format!(
            "[[buckets]]\nname = \"pictures\"\n[[functions]]\nname = \"see\"\ntimeout_ms = 60000\n\
             command = [\"sh\", \"-c\", '{body}']\n[[notifications]]\nbucket = \"pictures\"\nfunction = \"see\"\n"
        )
    };
    sealed.write("a", "a");
    let sandbox = Sandbox::with_config(
        &sealed,
        Some(&config("echo tried >>tried; while [ -e tried ]; do sleep 0.1; done")),
    );
    objects(&sealed, &["a", "s3://pictures/a"]).expect(0);
    lines(&sealed, "tried", 1);
    let pid = rustix::process::Pid::from_raw(sandbox.pid().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    sandbox.wait();
    let sandbox =
        Sandbox::with_config(&sealed, Some(&config("event=$(cat); printf \"%s\\n\" \"$event\" >>seen")));
    let seen = lines(&sealed, "seen", 1);
    assert!(seen[0].contains("\"key\":\"a\""), "{seen:?}");
    drop(sandbox);
}

#[test]
fn what_was_added_outlives_a_sandbox_that_is_killed() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    sealed.write("held", "");
    sealed.write(
        "more.toml",
        "[[buckets]]\nname = \"pictures\"\n[[functions]]\nname = \"see\"\ntimeout_ms = 60000\n\
         command = [\"sh\", \"-c\", 'event=$(cat); printf \"%s\\n\" \"$event\" >>seen']\n\
         [[functions]]\nname = \"hold\"\ntimeout_ms = 600000\n\
         command = [\"sh\", \"-c\", 'echo $$ >>begun; while [ -e held ]; do sleep 0.1; done; echo 1']\n\
         [[notifications]]\nbucket = \"pictures\"\nfunction = \"see\"\n",
    );
    sealed.run(["--sandbox", "sandbox", "add", "more.toml"]).expect(0);
    let states = States::of(&sandbox);
    let function = "arn:aws:lambda:us-east-1:111122223333:function:hold";
    let machine = states.create(
        "m",
        &json!({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": function, "End": true}}}),
    );
    let execution = states.with_client(async |client| {
        client.start_execution().state_machine_arn(machine).send().await.unwrap().execution_arn
    });
    let first = lines(&sealed, "begun", 1).remove(0);
    let pid = rustix::process::Pid::from_raw(sandbox.pid().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    sandbox.wait();
    let sandbox = Sandbox::up(&sealed);
    lines(&sealed, "begun", 2);
    // Of the two runs one goes on.
    if cfg!(target_os = "linux") {
        let command = std::fs::read(format!("/proc/{first}/cmdline")).unwrap_or_default();
        assert!(command.is_empty(), "{first} goes on");
    }
    std::fs::remove_file(sealed.path("held")).unwrap();
    let states = States::of(&sandbox);
    let output = until(|| {
        states.with_client(async |client| {
            client.describe_execution().execution_arn(&execution).send().await.unwrap().output
        })
    });
    assert_eq!(output, "1");
    sealed.write("a", "a");
    objects(&sealed, &["a", "s3://pictures/a"]).expect(0);
    assert!(lines(&sealed, "seen", 1)[0].contains("\"key\":\"a\""));
}

#[test]
fn functions_and_notifications_are_added_to_a_sandbox_that_runs() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    sealed.write("a", "a");
    let add = |text: &str| {
        sealed.write("more.toml", text);
        sealed.run(["--sandbox", "sandbox", "add", "more.toml", "-o", "json"])
    };
    let missing = add("[[notifications]]\nbucket = \"pictures\"\nfunction = \"see\"\n");
    assert!(missing.code != 0 && missing.stderr.contains("Function not found"), "{missing:?}");
    let more = "[[buckets]]\nname = \"pictures\"\n[[functions]]\nname = \"see\"\ntimeout_ms = 60000\n\
                command = [\"sh\", \"-c\", 'event=$(cat); printf \"%s\\n\" \"$event\" >>seen']\n\
                [[notifications]]\nbucket = \"pictures\"\nsuffix = \".jpg\"\nfunction = \"see\"\n";
    for is_new in [true, false] {
        let added = add(more).expect(0).json();
        let added: Vec<_> = added["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (item["name"].clone(), item["isNew"].clone()))
            .collect();
        let expected =
            ["pictures", "see", "pictures/*.jpg to function see"].map(|name| (json!(name), json!(is_new)));
        assert_eq!(added, expected);
    }
    objects(&sealed, &["a", "s3://pictures/a.jpg"]).expect(0);
    let seen = lines(&sealed, "seen", 1);
    assert!(seen.len() == 1 && seen[0].contains("a.jpg"), "told once: {seen:?}");
    drop(sandbox);
}

#[test]
fn the_aws_cli_invokes_functions() {
    let sealed = Sealed::new();
    let config = r#"
[[functions]]
name = "echo"
timeout_ms = 60000
command = ["sh", "-c", "echo seen >&2; cat"]
[[functions]]
name = "fails"
timeout_ms = 60000
command = ["sh", "-c", "exit 3"]
[[functions]]
name = "slow"
timeout_ms = 200
command = ["sleep", "1000"]
[[functions]]
name = "busy"
concurrency = 0
command = ["cat"]
[[functions]]
name = "left"
timeout_ms = 60000
command = ["sh", "-c", 'event=$(cat); printf "%s\n" "$event" >>left']
"#;
    sealed.write("sandbox.toml", config);
    let script = r#"
set -eu
printf '{"a":1}' >event; printf '{"later":true}' >later
call() { aws lambda "$@" --output json; }
invoke() { call invoke "$@" out --query '[StatusCode, FunctionError, ExecutedVersion]' | tr -d ' \n'; echo; }
invoke --function-name echo --payload fileb://event; cat out; echo
invoke --function-name arn:aws:lambda:us-east-1:111122223333:function:echo; cat out; echo
invoke --function-name fails; sed 's/RequestId: [^ ]*/ID/' out; echo
invoke --function-name slow; sed 's/RequestId: [^ ]*/ID/' out; echo
invoke --function-name echo --invocation-type DryRun
invoke --function-name left --invocation-type Event --payload fileb://later
call invoke --function-name echo --log-type Tail out --query LogResult | tr -d '"' | base64 -d | sed -n 2p
call list-functions --query 'Functions[].FunctionName' | tr -d ' \n'; echo
call get-function --function-name busy --query Concurrency.ReservedConcurrentExecutions
export AWS_MAX_ATTEMPTS=1
call invoke --function-name busy out 2>&1 || true
call invoke --function-name nobody out 2>&1 || true
until [ -s left ]; do sleep 0.05; done; cat left
"#;
    let words = ["sandbox", "run", "--config", "sandbox.toml", "--", "bash", "-c", script];
    let Some(ran) = with_the_aws_cli(&sealed, words) else { return };
    let ran = ran.expect(0);
    let shown: Vec<&str> = ran.stdout.lines().filter(|line| !line.is_empty()).collect();
    let exit = r#"{"errorMessage":"ID Error: Runtime exited with error: exit status 3","errorType":"Runtime.ExitError","stackTrace":[]}"#;
    let late = r#"{"errorMessage":"ID Error: Task timed out after 0.20 seconds","errorType":"Sandbox.Timedout","stackTrace":[]}"#;
    assert_eq!(
        shown[..13],
        [
            r#"[200,null,"$LATEST"]"#,
            r#"{"a":1}"#,
            r#"[200,null,"$LATEST"]"#,
            "{}",
            r#"[200,"Unhandled","$LATEST"]"#,
            exit,
            r#"[200,"Unhandled","$LATEST"]"#,
            late,
            "[204,null,null]",
            "[202,null,null]",
            "seen",
            r#"["echo","fails","slow","busy","left"]"#,
            "0",
        ],
        "{ran:#?}"
    );
    let refusals = shown[13..].join("\n");
    for refusal in [
        "(TooManyRequestsException) when calling the Invoke operation",
        "Rate Exceeded.",
        "(ResourceNotFoundException) when calling the Invoke operation: Function not found: \
         arn:aws:lambda:us-east-1:111122223333:function:nobody",
        r#"{"later":true}"#,
    ] {
        assert!(refusals.contains(refusal), "{refusal}: {refusals}");
    }
}
