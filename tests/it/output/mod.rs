//! What every answer has in common, whatever command gives it: the pager, times and their zone, narrow terminals, text
//! that nobody should trust, a stdout that does not take it, and the options that shape it.

mod options;
mod pager;
mod streams;
mod terminals;
mod untrusted;

use serde_json::{Value, json};

use crate::support::{FakeAws, Reply, Sealed, Terminal};

const FORMATS: [&str; 6] = ["table", "json", "ndjson", "yaml", "csv", "text"];

fn node(number: usize, name: &str) -> Value {
    json!({
        "InstanceId": format!("i-0aaaaaaaaaaaa{number:04}"), "Name": name, "PingStatus": "Online", "AgentVersion": "3.3.987.0",
        "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "IPAddress": "10.0.0.7",
        "LaunchTime": 1_795_340_000 + number,
    })
}

/// A fleet of nodes with these names, on one page.
fn fleet(names: Vec<String>) -> (Sealed, FakeAws) {
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "DescribeInstanceProperties" => {
            let nodes: Vec<Value> =
                names.iter().enumerate().map(|(number, name)| node(number, name)).collect();
            Reply::json(json!({ "InstanceProperties": nodes }))
        }
        "GetCallerIdentity" => Reply::xml(IDENTITY),
        other => Reply::error(400, "UnknownOperationException", other),
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint).set("NO_COLOR", "1");
    (sealed, aws)
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/ada</Arn>\
    <UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

fn numbered(count: usize) -> (Sealed, FakeAws) {
    fleet((0..count).map(|number| format!("web-{number}")).collect())
}

/// On a terminal, to the end; lines end as they were written.
#[track_caller]
fn on_terminal(sealed: &Sealed, size: (u16, u16), args: &[&str], code: i32) -> String {
    let (shown, status, _) = Terminal::opsctl(sealed, size, args).end();
    assert_eq!(status.code(), Some(code), "{args:?}: {shown}");
    shown.replace("\r\n", "\n")
}
