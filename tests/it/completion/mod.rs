//! Completion: what shells are answered, by their protocol and in the shells themselves.

mod accounts;
mod failures;
mod machines;
mod protocol;
mod shells;

use serde_json::{Value, json};

use crate::support::{FakeAws, Ran, Reply, Sealed, finish};

/// What is offered, as fish is told it: values and descriptions.
type Offered = Vec<(String, String)>;

/// Asks for the last word of a line, its words separated by single spaces, as a shell that knows its words does.
#[track_caller]
fn ask(sealed: &Sealed, line: &str) -> Offered {
    let ran = ask_as(sealed, "fish", line);
    let pair = |line: &str| {
        let (value, description) = line.split_once('\t').unwrap_or((line, ""));
        (value.to_owned(), description.to_owned())
    };
    ran.stdout.lines().map(pair).collect()
}

#[track_caller]
pub fn values(sealed: &Sealed, line: &str) -> Vec<String> {
    ask(sealed, line).into_iter().map(|(value, _)| value).collect()
}

#[track_caller]
fn ask_as(sealed: &Sealed, shell: &str, line: &str) -> Ran {
    let mut command = sealed.command(["--"].into_iter().chain(line.split(' ')));
    command.env("OPSCTL_COMPLETE", shell);
    silent(finish(command, b""))
}

/// Asks as a shell that gives its line whole; `replaced` is the end of it that the shell replaces.
#[track_caller]
fn ask_line(sealed: &Sealed, shell: &str, line: &str, replaced: &str) -> Ran {
    let mut command = sealed.command(["--"]);
    command.env("OPSCTL_COMPLETE", shell);
    command.env("OPSCTL_COMPLETE_LINE", line).env("OPSCTL_COMPLETE_WORD", replaced);
    silent(finish(command, b""))
}

/// Whatever happens, a shell gets lines or none.
#[track_caller]
fn silent(ran: Ran) -> Ran {
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran
}

fn node(id: &str, name: &str) -> Value {
    json!({ "InstanceId": id, "Name": name, "PingStatus": "Online", "PlatformName": "Debian" })
}

/// An AWS that has these nodes, and more pages of them.
fn aws_with(nodes: Vec<Value>) -> FakeAws {
    FakeAws::start(move |request| match request.operation.as_str() {
        "DescribeInstanceProperties" => {
            Reply::json(json!({ "InstanceProperties": nodes, "NextToken": "more" }))
        }
        other => Reply::error(400, "UnknownOperationException", other),
    })
}

fn web() -> FakeAws {
    aws_with(vec![node("i-0000000000000000a", "web-1"), node("i-0000000000000000b", "web-2")])
}

/// For what must come however busy the machine is.
fn patient() -> Sealed {
    let mut sealed = Sealed::new();
    sealed.set("OPSCTL_COMPLETION_LIMIT", "30s");
    sealed
}

/// Signed in, with that AWS.
fn sealed_in(aws: &FakeAws) -> Sealed {
    let mut sealed = patient();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    sealed
}
