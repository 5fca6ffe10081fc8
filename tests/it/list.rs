//! `ssm list` and `whoami`: every format, over every page, with names from AWS that nobody should trust.

use serde_json::json;

use crate::support::{FakeAws, Reply, Sandbox, Sealed, Terminal};

/// A fleet that never changes, on two pages with an empty one between.
fn fleet(sealed: &mut Sealed) -> FakeAws {
    let node = |id: &str, name: &str, ping: &str, launched: i64| {
        json!({
            "InstanceId": id, "Name": name, "PingStatus": ping, "AgentVersion": "3.3.987.0",
            "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023",
            "IPAddress": "10.0.0.7", "ComputerName": "ip-10-0-0-7.ec2.internal", "LaunchTime": launched,
        })
    };
    let pages = [
        json!({ "InstanceProperties": [node("i-0aaaaaaaaaaaaaaa1", "web-1", "Online", 1_795_340_000)], "NextToken": "one" }),
        json!({ "InstanceProperties": [], "NextToken": "two" }),
        json!({ "InstanceProperties": [
            node("i-0aaaaaaaaaaaaaaa2", "evil\u{1b}[31m\u{202e}name\n", "Online", 1_790_000_000),
            node("mi-0aaaaaaaaaaaaaaa3", "datenbank-日本", "ConnectionLost", 1_700_000_000),
        ] }),
    ];
    let aws = FakeAws::start(move |request| {
        let page = match request.body.as_str() {
            body if body.contains("\"one\"") => 1,
            body if body.contains("\"two\"") => 2,
            _ => 0,
        };
        Reply::json(pages[page].clone())
    });
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    aws
}

#[test]
fn every_format_is_as_reviewed() {
    let mut sealed = Sealed::new();
    let aws = fleet(&mut sealed);
    for format in ["table", "json", "ndjson", "yaml", "csv", "text"] {
        let ran = sealed.run(["ssm", "list", "--all", "-o", format]).expect(0);
        insta::assert_snapshot!(format!("list_{format}"), ran.stdout);
        assert_eq!(ran.stderr, "", "{format}");
    }
    assert_eq!(aws.operations().len(), 6 * 3, "every page, once");
}

#[test]
fn a_table_fits_every_terminal() {
    let mut sealed = Sealed::new();
    let _aws = fleet(&mut sealed);
    sealed.set("NO_COLOR", "1");
    for width in [60, 80, 200] {
        let (shown, status, _) = Terminal::opsctl(&sealed, (width, 24), &["ssm", "list", "--all"]).end();
        assert_eq!(status.code(), Some(0), "{shown}");
        insta::assert_snapshot!(format!("list_terminal_{width}"), shown.replace('\r', ""));
    }
}

#[test]
fn columns_sorting_and_limits() {
    let mut sealed = Sealed::new();
    let aws = fleet(&mut sealed);
    let ran = sealed
        .run(["ssm", "list", "--all", "--columns", "id,host", "--sort", "-age", "--no-header"])
        .expect(0);
    let ids: Vec<&str> = ran.stdout.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(ids, ["i-0aaaaaaaaaaaaaaa1", "i-0aaaaaaaaaaaaaaa2", "mi-0aaaaaaaaaaaaaaa3"]);
    let before = aws.operations().len();
    let ran = sealed.run(["ssm", "list", "--all", "--limit", "1", "-o", "text", "--columns", "id"]).expect(0);
    assert_eq!(ran.stdout, "i-0aaaaaaaaaaaaaaa1\n");
    assert_eq!(aws.operations().len() - before, 1, "no page is fetched in vain");
    let ran = sealed.run(["ssm", "list", "--columns", "nmae"]).expect(2);
    assert!(ran.stderr.contains("did you mean name") || ran.stderr.contains("name"), "{ran:?}");
}

#[test]
fn a_query_sees_the_whole_document_in_every_format() {
    let mut sealed = Sealed::new();
    let _aws = fleet(&mut sealed);
    let query = "items[?pingStatus=='Online'].{z: name, a: instanceId}";
    let ran = sealed.run(["ssm", "list", "--all", "-o", "csv", "--query", query]).expect(0);
    assert!(ran.stdout.starts_with("z,a\nweb-1,i-0aaaaaaaaaaaaaaa1\n"), "key order is kept: {ran:?}");
    let ran = sealed.run(["ssm", "list", "--query", "length(items)", "-o", "json"]).expect(0);
    assert_eq!(ran.stdout.trim(), "2");
    let ran = sealed.run(["ssm", "list", "--query", "items[].{"]).expect(2);
    assert!(ran.stderr.contains('^'), "a caret shows the place: {ran:?}");
}

#[test]
fn filters_and_tags_go_to_the_service() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let names = |args: &[&str]| {
        let fixed = ["--sandbox", "ssm", "list", "-o", "text", "--columns", "name"];
        sealed.run(fixed.iter().chain(args)).expect(0).stdout
    };
    assert_eq!(names(&["--tag", "role=web"]), "web-1\nweb-2\n");
    assert_eq!(names(&["--tag", "role=web", "--tag", "Name=web-2"]), "web-2\n");
    assert_eq!(names(&["--filter", "PlatformTypes=Windows"]), "");
    let ran = sealed.run(["--sandbox", "ssm", "list", "--filter", "Nonsense=1"]).expect(1);
    assert!(ran.stderr.contains("InvalidFilterKey"), "{ran:?}");
    sealed.run(["--sandbox", "ssm", "list", "--tag", "role"]).expect(2);
}

#[test]
fn the_older_call_serves_where_the_newer_is_denied() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(
        &sealed,
        Some("page_size = 1\n[deny]\nactions = [\"ssm:DescribeInstanceProperties\"]\n"),
    );
    let ran = sealed.run(["--sandbox", "ssm", "list", "-o", "text", "--columns", "id"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 3, "{ran:?}");
    drop(sandbox);
    let denied =
        "[deny]\nactions = [\"ssm:DescribeInstanceProperties\", \"ssm:DescribeInstanceInformation\"]\n";
    let _sandbox = Sandbox::with_config(&sealed, Some(denied));
    let ran = sealed.run(["--sandbox", "ssm", "list"]).expect(5);
    assert!(ran.stderr.contains("is not authorized to perform: ssm:DescribeInstanceProperties"), "{ran:?}");
}

#[test]
fn whoami_says_where_everything_came_from() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let identity = sealed.run(["--sandbox", "whoami", "-o", "json"]).expect(0).json();
    assert_eq!(identity["kind"], "identity");
    assert_eq!(identity["item"]["account"], "111122223333");
    assert_eq!(identity["item"]["credentialsSource"], "sandbox");
    assert_eq!(identity["item"]["regionOrigin"], "sandbox");
    let columns =
        ["--sandbox", "whoami", "--columns", "region,region-origin,profile,profile-origin", "-o", "csv"];
    let csv = "region,region-origin,profile,profile-origin\nus-east-1,sandbox,,\n";
    assert_eq!(sealed.run(columns).expect(0).stdout, csv);
    let query = ["--sandbox", "whoami", "--query", "item.arn", "-o", "text"];
    assert_eq!(sealed.run(query).expect(0).stdout, "arn:aws:iam::111122223333:user/rehearsal\n");
}
