//! `--functions`: programs of this machine, and what they do wrong.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};

use super::{PAY, item, only, run_in};
use crate::support::Sealed;

/// A task that calls a function once.
fn call() -> Value {
    only(&json!({"Type": "Task", "Resource": PAY}))
}

fn scripts(sealed: &Sealed, scripts: &[(&str, &str)]) {
    let functions: serde_json::Map<String, Value> =
        scripts.iter().map(|(name, script)| ((*name).to_owned(), json!(["sh", "-c", script]))).collect();
    sealed.write("functions.yaml", &Value::Object(functions).to_string());
}

fn called(script: &str, code: i32) -> Value {
    let sealed = Sealed::new();
    scripts(&sealed, &[("pay", script)]);
    item(run_in(&sealed, &call(), &["--functions", "functions.yaml", "-i", "{\"a\":1}", "-o", "json"]), code)
}

#[test]
fn the_event_is_on_stdin_and_the_result_on_stdout() {
    assert_eq!(called("cat", 0)["output"], json!({"a": 1}));
    assert_eq!(
        called("printf '\"%s\"' $AWS_LAMBDA_FUNCTION_NAME:$AWS_LAMBDA_FUNCTION_ARN", 0)["output"],
        format!("pay:{PAY}")
    );
    // By a name of its own it has an ARN too.
    let sealed = Sealed::new();
    let script = "echo seen >&2; printf '\"%s\"' $AWS_LAMBDA_FUNCTION_ARN";
    sealed.write("functions.yaml", &json!({"pay": ["sh", "-c", script]}).to_string());
    let invoke = only(&json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "pay:live"}}));
    let args = ["--functions", "functions.yaml", "-o", "json", "--region", "eu-west-1", "--debug"];
    let ran = run_in(&sealed, &invoke, &args);
    assert!(ran.stderr.contains("it says: seen"), "{ran:?}");
    let output = &item(ran, 0)["output"];
    assert_eq!(output["Payload"], "arn:aws:lambda:eu-west-1:123456789012:function:pay:live");
    assert_eq!(output["SdkResponseMetadata"]["RequestId"].as_str().map(str::len), Some(36));
    // Nothing is null, and the event need not be read.
    assert_eq!(called("exit 0", 0)["output"], Value::Null);
}

#[test]
fn functions_fail_as_lambda_reports_it() {
    let cause = |item: &Value| serde_json::from_str::<Value>(item["cause"].as_str().unwrap()).unwrap();
    let crashed = called("echo 'line 3: no such order' >&2; exit 3", 6);
    assert_eq!(crashed["error"], "Runtime.ExitError");
    let told = cause(&crashed);
    assert!(
        told["errorMessage"].as_str().unwrap().ends_with("Error: Runtime exited with error: exit status 3"),
        "{told}"
    );
    assert_eq!(
        (&told["errorType"], &told["stackTrace"]),
        (&json!("Runtime.ExitError"), &json!(["line 3: no such order"]))
    );

    let killed = called("kill -9 $$", 6);
    assert!(killed["cause"].as_str().unwrap().contains("signal 9"), "{killed}");

    let own = called(r#"echo '{"errorType":"Refused","errorMessage":"no","stackTrace":[]}'; exit 1"#, 6);
    assert_eq!(
        (&own["error"], cause(&own)),
        (&json!("Refused"), json!({"errorType": "Refused", "errorMessage": "no", "stackTrace": []}))
    );

    let text = called("echo hello", 6);
    assert_eq!(text["error"], "Runtime.MarshalError");

    let large = called("printf '\"'; head -c 300000 /dev/zero | tr '\\0' x; printf '\"'", 6);
    assert_eq!(large["error"], "States.DataLimitExceeded");

    let flood = called("head -c 8000000 /dev/zero", 6);
    assert_eq!(flood["error"], "Function.ResponseSizeTooLarge");
}

#[test]
fn a_function_that_is_not_there_says_so() {
    let sealed = Sealed::new();
    sealed.write("functions.toml", "pay = [\"./nobody\"]\n");
    let failed = item(run_in(&sealed, &call(), &["--functions", "functions.toml", "-o", "json"]), 6);
    assert_eq!(failed["error"], "Runtime.InvalidEntrypoint");
}

#[test]
fn every_mistake_of_the_functions_has_its_place() {
    let sealed = Sealed::new();
    sealed.write("functions.toml", "pay = 1\nship = { comand = [\"x\"] }\n");
    let ran = run_in(&sealed, &call(), &["--functions", "functions.toml"]).expect(2);
    for told in [
        "functions.toml:1:7: a function is",
        "functions.toml:2:10: unknown field `comand`; did you mean `command`?",
    ] {
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
}

/// Waits until there is a file; what is in it.
pub fn appears(path: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        match std::fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => std::thread::yield_now(),
        }
    }
    panic!("{} never came", path.display());
}

fn is_gone(pid: &str) -> bool {
    let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if test_kill_process(pid).is_err() || is_zombie(pid) {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// Dead, and not yet collected by whoever inherited it.
fn is_zombie(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z'))
}

#[test]
fn a_function_that_hangs_is_ended_at_its_own_limit_or_that_of_the_state() {
    let hangs = "echo $$ >pid; sleep 1000 & sleep 1000";
    let sealed = Sealed::new();
    let function = json!({"pay": {"command": ["sh", "-c", hangs], "timeout": "300ms"}});
    sealed.write("functions.yaml", &function.to_string());
    let failed = item(run_in(&sealed, &call(), &["--functions", "functions.yaml", "-o", "json"]), 6);
    assert_eq!(failed["error"], "Sandbox.Timedout");
    assert!(failed["cause"].as_str().unwrap().contains("Task timed out after 0.30 seconds"), "{failed}");
    assert!(is_gone(&appears(&sealed.path("pid"))));

    let sealed = Sealed::new();
    let function = json!({"pay": {"command": ["sh", "-c", hangs], "timeout": "15m"}});
    sealed.write("functions.yaml", &function.to_string());
    let task = only(&json!({"Type": "Task", "Resource": PAY, "TimeoutSeconds": 1}));
    let failed = item(run_in(&sealed, &task, &["--functions", "functions.yaml", "-o", "json"]), 6);
    assert_eq!(failed["error"], "States.Timeout");
    assert!(is_gone(&appears(&sealed.path("pid"))));
}

#[test]
fn functions_run_at_once() {
    let sealed = Sealed::new();
    // Each ends only once the other has begun.
    let meet = |own: &str, other: &str| {
        format!("touch {own}; while [ ! -e {other} ]; do sleep 0.01; done; echo '\"{own}\"'")
    };
    let (one, two) = (meet("a", "b"), meet("b", "a"));
    let function = |script: &str| json!({"command": ["sh", "-c", script], "timeout": "1m"});
    sealed.write("functions.yaml", &json!({"one": function(&one), "two": function(&two)}).to_string());
    let branch = |name: &str| {
        json!({"StartAt": name, "States": {name: {"Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": name}, "OutputPath": "$.Payload"}}})
    };
    let both = only(&json!({"Type": "Parallel", "Branches": [branch("one"), branch("two")]}));
    let item = item(run_in(&sealed, &both, &["--functions", "functions.yaml", "-o", "json"]), 0);
    assert_eq!(item["output"], json!(["a", "b"]));
}

#[test]
fn python_handlers_are_run_in_their_folder() {
    let sealed = Sealed::new();
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("there is no python3 here: not tried");
        return;
    }
    sealed.write("app/orders.py", "def pay(event, context):\n    print('log')\n    if event.get('bad'):\n        raise KeyError('order')\n    return {'paid': event, 'by': context.function_name}\n");
    sealed.write(
        "functions.toml",
        &format!("[\"{PAY}\"]\npython = \"orders.pay\"\nfolder = \"app\"\ntimeout = \"1m\"\n"),
    );
    let args = ["--functions", "functions.toml", "-o", "json", "-i"];
    let paid = item(run_in(&sealed, &call(), &[&args[..], &["{\"id\":1}"]].concat()), 0);
    assert_eq!(paid["output"], json!({"paid": {"id": 1}, "by": "pay"}));
    let failed = item(run_in(&sealed, &call(), &[&args[..], &["{\"bad\":1}"]].concat()), 6);
    assert_eq!(failed["error"], "KeyError");
    let cause: Value = serde_json::from_str(failed["cause"].as_str().unwrap()).unwrap();
    assert!(cause["stackTrace"][0].as_str().unwrap().contains("raise KeyError('order')"), "{cause}");
}

#[test]
fn the_clock_jumps_between_calls_and_retries_count() {
    let sealed = Sealed::new();
    scripts(&sealed, &[("pay", "echo x >>calls; [ $(wc -l <calls) -ge 3 ] || exit 1; echo 1")]);
    let task = only(&json!({"Type": "Task", "Resource": PAY,
        "Retry": [{"ErrorEquals": ["Runtime.ExitError"], "IntervalSeconds": 100_000, "MaxAttempts": 2}]}));
    let item = item(run_in(&sealed, &task, &["--functions", "functions.yaml", "-o", "json"]), 0);
    assert_eq!(item["output"], json!(1));
}

fn start(sealed: &Sealed, args: &[&str]) -> Child {
    let mut command = sealed.command(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_signal_or_the_limit_of_time_ends_functions_that_still_run() {
    let hangs = "echo $$ >pid; sleep 1000 & sleep 1000";
    let suite = "definition: machine.asl.json\nfunctions: functions.yaml\ntests: [{name: hangs}]\n";
    let run = &["sfn", "local", "run", "machine.asl.json", "--functions", "functions.yaml"][..];
    for words in [run, &["sfn", "local", "test"]] {
        for (signal, code, said) in
            [(Signal::INT, 130, "error: interrupted\n"), (Signal::TERM, 143, "error: terminated\n")]
        {
            let sealed = Sealed::new();
            sealed.write("machine.asl.json", &call().to_string());
            sealed.write("all.test.yaml", suite);
            sealed.write(
                "functions.yaml",
                &json!({"pay": {"command": ["sh", "-c", hangs], "timeout": "15m"}}).to_string(),
            );
            let child = start(&sealed, words);
            let pid = appears(&sealed.path("pid"));
            kill_process(Pid::from_child(&child), signal).unwrap();
            let ended = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(ended.stderr).unwrap();
            let told = match words == run {
                true => said.to_owned(),
                false => format!("1 test: 0 passed, 0 failed, 1 not run\n{said}"),
            };
            assert_eq!((ended.status.code(), stderr), (Some(code), told), "{words:?}");
            assert!(is_gone(&pid), "{words:?}");
        }
        let sealed = Sealed::new();
        sealed.write("machine.asl.json", &call().to_string());
        sealed.write("all.test.yaml", suite);
        sealed.write(
            "functions.yaml",
            &json!({"pay": {"command": ["sh", "-c", hangs], "timeout": "15m"}}).to_string(),
        );
        sealed.run(words.iter().chain(&["--timeout", "2s"])).expect(8);
        assert!(is_gone(&appears(&sealed.path("pid"))), "{words:?}");
    }
}
