//! What tasks of machines do in a sandbox besides their machines: messages that are sent and shown, objects that are
//! written, functions that are called; and all of it after the sandbox was killed.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::machines::{Machines, States};
use crate::support::{Ran, Sandbox, Sealed, with_the_aws_cli};

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:done";
const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/work";

/// Tells a topic and then a queue.
fn telling() -> Value {
    json!({"StartAt": "Tell", "States": {
        "Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "ResultPath": null, "Next": "Send",
            "Parameters": {"TopicArn": TOPIC, "Subject": "over", "Message.$": "$.said"}},
        "Send": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
            "Parameters": {"QueueUrl": QUEUE, "MessageBody": {"said.$": "$.said"}}},
    }})
}

fn shown(sealed: &Sealed, words: &[&str]) -> Ran {
    sealed.run([&["--sandbox", "sandbox", "messages"], words].concat())
}

#[test]
fn what_tasks_send_is_shown() {
    let machines = Machines::new();
    let empty = shown(&machines.sealed, &["-o", "json"]).expect(0);
    assert_eq!(empty.json()["items"], json!([]));
    let machine = machines.create("telling", &telling());
    let execution = machines.ran(&machine, "e", &json!({"said": "hello"}));

    let columns = ["--columns", "service,to,subject,message,sender", "-o", "text"];
    let lines =
        format!("sns\tdone\tover\thello\t{execution}\nsqs\twork\t\t{{\"said\":\"hello\"}}\t{execution}\n");
    assert_eq!(shown(&machines.sealed, &columns).expect(0).stdout, lines);
    let one = shown(&machines.sealed, &["work", "--columns", "message", "-o", "text"]).expect(0);
    assert_eq!(one.stdout, "{\"said\":\"hello\"}\n");
    let none = shown(&machines.sealed, &["other", "-o", "text"]).expect(0);
    assert_eq!(none.stdout, "");
    let document = shown(&machines.sealed, &["-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "sandbox.message");
    let item = &document["items"][0];
    assert_eq!((&item["service"], &item["message"]), (&json!("sns"), &json!("hello")));
    assert_eq!(item["messageId"].as_str().map(str::len), Some(36));
    assert!(item.get("number").is_none());
    let table = shown(&machines.sealed, &[]).expect(0).stdout;
    let head: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(head, ["TIME", "SERVICE", "TO", "SUBJECT", "MESSAGE"], "{table}");
    let unknown = shown(&machines.sealed, &["--columns", "mesage"]).expect(2);
    assert!(unknown.stderr.contains("did you mean 'message'"), "{unknown:?}");
}

#[test]
fn a_list_is_followed_until_it_is_full_or_somebody_ends_it() {
    let machines = Machines::new();
    let machine = machines.create("telling", &telling());
    let follow = |words: &[&str]| {
        let line =
            [&["--sandbox", "sandbox", "messages", "--follow", "--columns", "message"], words].concat();
        let mut command = machines.sealed.command(line);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let full = follow(&["--limit", "2", "--no-header"]);
    let mut endless = follow(&["-o", "text"]);
    machines.ran(&machine, "e", &json!({"said": "hello"}));
    let full = full.wait_with_output().unwrap();
    assert_eq!(full.status.code(), Some(0));
    assert_eq!(String::from_utf8(full.stdout).unwrap(), "hello\n{\"said\":\"hello\"}\n");

    let mut lines = BufReader::new(endless.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert_eq!([next(), next()], ["hello", "{\"said\":\"hello\"}"]);
    kill_process(Pid::from_child(&endless), Signal::INT).unwrap();
    assert_eq!(endless.wait().unwrap().code(), Some(130));

    let late = ["--sandbox", "--timeout", "1s", "sandbox", "messages", "--follow", "-o", "ndjson"];
    let late = machines.sealed.run(late).expect(8);
    assert_eq!(late.stdout.lines().count(), 2, "{late:?}");
    let table = shown(&machines.sealed, &["--follow"]).expect(2);
    assert!(table.stderr.starts_with("error: what is followed has no end"), "{table:?}");
    assert!(table.stderr.contains("hint: opsctl sandbox messages --follow -o text"), "{table:?}");
}

#[test]
fn nothing_but_a_sandbox_is_asked() {
    let mut sealed = Sealed::new();
    let none = shown(&sealed, &[]).expect(3);
    assert!(none.stderr.starts_with("error: no sandbox is running\n"), "{none:?}");
    sealed.signed_in();
    let aws = sealed.run(["sandbox", "messages"]).expect(2);
    assert!(
        aws.stderr.starts_with("error: this is no sandbox, and nothing else keeps messages\n"),
        "{aws:?}"
    );
}

const SETTINGS: &str = r#"
region = "eu-west-1"
[[buckets]]
name = "data"
objects = [{ key = "items.json", body = "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]" }]
[[functions]]
name = "double"
timeout_ms = 60000
command = ["sh", "-c", 'read n; echo $((n * 2))']
"#;

/// Each item is doubled by a function, told to a queue and written into the bucket; a machine of its own does one.
fn work(one: &str) -> Value {
    json!({"StartAt": "All", "States": {"All": {
        "Type": "Map", "End": true, "MaxConcurrency": 4,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "data", "Key": "items.json"}},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "One", "States": {"One": {
                "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
                "Parameters": {"StateMachineArn": one, "Input.$": "$"}, "OutputPath": "$.Output",
            }},
        },
    }}})
}

fn one() -> Value {
    json!({"StartAt": "Double", "States": {
        "Double": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$", "OutputPath": "$.Payload",
            "Parameters": {"FunctionName": "double", "Payload.$": "$"}, "Next": "Send"},
        "Send": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "ResultPath": null, "Next": "Write",
            "Parameters": {"QueueUrl": QUEUE, "MessageBody.$": "States.Format('{}', $)"}},
        "Write": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "ResultPath": null, "End": true,
            "Parameters": {"Bucket": "data", "Key.$": "States.Format('out/{}', $)", "Body.$": "$"}},
    }})
}

#[test]
fn nothing_is_lost_or_sent_twice_when_the_sandbox_is_killed_in_the_middle() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(SETTINGS));
    let states = States::of(&sandbox);
    let one = states.create("one", &one());
    let all = states.create("all", &work(&one));
    let execution = states.start(&all, "e", &json!({}));
    let sent = || shown(&sealed, &["work", "--columns", "message", "-o", "text"]).expect(0).stdout;
    let end = Instant::now() + Duration::from_secs(60);
    while sent().lines().count() < 5 {
        assert!(Instant::now() < end, "no messages come");
    }
    kill_process(Pid::from_raw(sandbox.pid().try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
    assert_eq!(sandbox.wait(), None);

    let sandbox = Sandbox::with_config(&sealed, Some(SETTINGS));
    let states = States::of(&sandbox);
    assert_eq!(states.until_over(&execution), "SUCCEEDED");
    let sent = sent();
    let different: BTreeSet<&str> = sent.lines().collect();
    assert_eq!((sent.lines().count(), different.len()), (20, 20), "{sent}");
    let output = states.with_client(async |client| {
        client.describe_execution().execution_arn(&execution).send().await.unwrap().output.unwrap()
    });
    let doubled: Vec<u64> = (0..20).map(|number| number * 2).collect();
    assert_eq!(serde_json::from_str::<Vec<u64>>(&output).unwrap(), doubled);
    let listed = json!({"StartAt": "L", "States": {"L": {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2", "End": true,
        "Parameters": {"Bucket": "data", "Prefix": "out/"}, "OutputPath": "$.KeyCount",
    }}});
    let listed = states.create("listed", &listed);
    let listed = states.ran(&listed, "l", &json!({}));
    let count = states.with_client(async |client| {
        client.describe_execution().execution_arn(&listed).send().await.unwrap().output.unwrap()
    });
    assert_eq!(count, "20");
}

/// Signed for by botocore, in the protocols that it has for the two services. Version 1 of the AWS CLI takes no endpoint
/// for SQS from its environment.
#[test]
fn the_aws_cli_publishes_and_sends() {
    let sealed = Sealed::new();
    sealed.write("sandbox.toml", "topics = [\"done\"]\n");
    let script = r#"set -e
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"; }
topic=arn:aws:sns:us-east-1:111122223333:done
published=$(aws sns publish --topic-arn $topic --subject S --message 'a & b' \
    --message-attributes '{"k":{"DataType":"String","StringValue":"v"}}' --query MessageId)
url=$(aws sqs get-queue-url --queue-name work --query QueueUrl)
aws sqs send-message --queue-url "$url" --message-body hello --query MD5OfMessageBody
aws sqs send-message --queue-url "$url.fifo" --message-body hello --message-group-id g --query SequenceNumber
opsctl sandbox messages --columns service,to,subject,message,group -o text
[ "$(opsctl sandbox messages done --columns id -o text)" = "$published" ]
opsctl sandbox messages done --query 'items[].attributes.k.stringValue' -o text
aws sns publish --topic-arn ${topic}x --message m 2>&1 || true
aws sqs send-message --queue-url http://127.0.0.1/444455556666/q --message-body m 2>&1 || true
"#;
    let words = ["sandbox", "run", "--config", "sandbox.toml", "--", "sh", "-c", script];
    let Some(ran) = with_the_aws_cli(&sealed, words) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| !line.is_empty()).collect();
    let expected = [
        "5d41402abc4b2a76b9719d911017c592",
        "10000000000000000003",
        "sns\tdone\tS\ta & b\t",
        "sqs\twork\t\thello\t",
        "sqs\twork.fifo\t\thello\tg",
        "v",
    ];
    assert_eq!(lines[..6], expected, "{ran:#?}");
    let refused = "An error occurred (NotFound) when calling the Publish operation: Topic does not exist";
    assert!(lines[6].ends_with(refused), "{ran:#?}");
    let refused = "when calling the SendMessage operation: The specified queue does not exist.";
    assert!(lines[7].ends_with(refused), "{ran:#?}");
}
