//! `--profiles` and `--regions`: one list out of many accounts and regions, what is missing named, nothing changed anywhere.

use std::process::Stdio;
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::cli::COMMANDS;
use crate::secrets::commands::known;
use crate::support::{FakeAws, Ran, Reply, Request, Sealed};

/// Profiles by the access key that they sign in with: an account each.
const PROFILES: [(&str, &str, &str); 3] = [
    ("dev", "AKIAEXAMPLEDEV", "111122223333"),
    ("prod-eu", "AKIAEXAMPLEPRODEU", "444455556666"),
    ("prod-us", "AKIAEXAMPLEPRODUS", "777788889999"),
];
const NODES: &str = "DescribeInstanceProperties";

/// `Credential=KEY/DAY/REGION/SERVICE/...` of the signature.
fn scope(request: &Request) -> Vec<&str> {
    let signature = request.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.as_str();
    let (_, scope) = signature.split_once("Credential=").unwrap();
    scope.split('/').collect()
}

fn region(request: &Request) -> &str {
    scope(request)[2]
}

fn account(request: &Request) -> &'static str {
    PROFILES.iter().find(|profile| profile.1 == scope(request)[0]).unwrap().2
}

fn identity(request: &Request) -> Reply {
    let account = account(request);
    Reply::xml(format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/me</Arn>\
         <UserId>AIDAEXAMPLE</UserId><Account>{account}</Account></GetCallerIdentityResult>\
         </GetCallerIdentityResponse>"
    ))
}

fn node(id: &str, name: &str, ping: &str) -> Value {
    json!({ "InstanceId": id, "Name": name, "PingStatus": ping, "PlatformType": "Linux", "IPAddress": "10.0.0.7" })
}

/// A node that is online everywhere, named after its place, and one more in us-east-1 that is not.
fn nodes(request: &Request) -> Reply {
    let (account, region) = (account(request), region(request));
    let digit = &account[..1];
    let mut found =
        vec![node(&format!("i-0{digit}aaaaaaaaaaaaaaa"), &format!("web-{region}-{digit}"), "Online")];
    if region == "us-east-1" {
        found.push(node(
            &format!("i-0{digit}bbbbbbbbbbbbbbb"),
            &format!("old-{region}-{digit}"),
            "ConnectionLost",
        ));
    }
    Reply::json(json!({ "InstanceProperties": found }))
}

fn world(request: &Request) -> Reply {
    match request.operation.as_str() {
        "GetCallerIdentity" => identity(request),
        NODES => nodes(request),
        other => Reply::error(400, "AccessDeniedException", other),
    }
}

/// Somebody with all the profiles, of which only the first has a region of its own.
fn signed_in(aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    let profile = |(name, key, _): &(&str, &str, &str)| {
        format!("[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = c2VjcmV0\n")
    };
    let profiles: String = PROFILES.iter().map(profile).collect();
    sealed.write("home/.aws/config", &profiles.replacen("]\n", "]\nregion = eu-west-1\n", 1));
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

/// The lines of a format that is written as answers come, whose order is that of the answers.
fn sorted(text: &str, header: usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines[header..].sort_unstable();
    lines.join("\n")
}

/// Its rows, account and region before the name.
fn named(ran: &Ran) -> Vec<String> {
    let items = ran.json()["items"].as_array().unwrap().clone();
    let text = |item: &Value, member: &str| item[member].as_str().unwrap_or("?").to_owned();
    items.iter().map(|item| ["account", "region", "name"].map(|it| text(item, it)).join(" ")).collect()
}

const TWICE_TWO: [&str; 6] = ["ssm", "list", "--profiles", "dev,prod-eu", "--regions", "us-east-1,eu-west-1"];

#[test]
fn every_format_is_as_reviewed() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    for format in ["table", "json", "ndjson", "yaml", "csv", "text"] {
        let ran = sealed.run(TWICE_TWO.iter().chain(&["--all", "-o", format])).expect(0);
        let stdout = match format {
            "ndjson" | "text" => sorted(&ran.stdout, 0),
            "csv" => sorted(&ran.stdout, 1),
            _ => ran.stdout,
        };
        insta::assert_snapshot!(format!("fan_out_{format}"), stdout);
        assert_eq!(ran.stderr, "", "{format}");
    }
    let asked = |operation: &str| aws.operations().iter().filter(|it| *it == operation).count();
    assert_eq!(
        (asked(NODES), asked("GetCallerIdentity")),
        (6 * 4, 6 * 2),
        "each place once, each account once"
    );
}

#[test]
fn what_happens_in_a_place_says_where() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let ran = sealed.run(TWICE_TWO).expect(0);
    let mut told: Vec<&str> = ran.stderr.lines().collect();
    told.sort_unstable();
    let not_online = "/us-east-1: 1 node is not online; --all shows it";
    assert_eq!(told, [format!("dev{not_online}"), format!("prod-eu{not_online}")]);
    let ran = sealed.run(["ssm", "list", "--profile", "dev", "--regions", "us-east-1"]).expect(0);
    assert_eq!(ran.stderr, "us-east-1: 1 node is not online; --all shows it\n");
}

#[test]
fn a_profile_is_in_its_own_region_and_one_without_is_missing() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let ran = sealed.run(["ssm", "list", "--profiles", "prod-eu,dev", "-o", "json"]).expect(7);
    assert_eq!(named(&ran), ["111122223333 eu-west-1 web-eu-west-1-1"]);
    let errors = &ran.json()["errors"];
    assert_eq!(
        (&errors[0]["code"], &errors[0]["profile"], &errors[0]["message"]),
        (&4.into(), &"prod-eu".into(), &"no region is set".into())
    );
    assert_eq!(errors.as_array().unwrap().len(), 1);
}

#[test]
fn columns_order_limit_and_query_are_of_the_whole() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let list = |args: &[&str]| sealed.run(TWICE_TWO.iter().chain(args)).expect(0).stdout;
    let sorted =
        list(&["--sort", "-name", "--limit", "3", "--columns", "name,region,account", "--no-header"]);
    let rows: Vec<Vec<&str>> = sorted.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows,
        [
            ["web-us-east-1-4", "us-east-1", "444455556666"],
            ["web-us-east-1-1", "us-east-1", "111122223333"],
            ["web-eu-west-1-4", "eu-west-1", "444455556666"],
        ]
    );
    let by_account = list(&["--sort", "-account", "-o", "text", "--columns", "account"]);
    assert_eq!(by_account, "444455556666\n444455556666\n111122223333\n111122223333\n");
    // The first places come first, whichever answers first.
    assert_eq!(
        list(&["--limit", "2", "--columns", "name", "--no-header"]),
        "web-us-east-1-1\nweb-eu-west-1-1\n"
    );
    for format in ["ndjson", "text", "csv"] {
        let shown = list(&["--limit", "2", "--columns", "name", "--no-header", "-o", format]);
        assert_eq!(shown.lines().count(), 2, "{format}: {shown}");
    }
    let query = "length(items[?region == 'us-east-1' && account != null])";
    assert_eq!(list(&["--query", query, "-o", "text"]), "2\n");
    let places = list(&["--query", "join('/', [account, region])", "-o", "ndjson"]);
    assert_eq!(places.lines().count(), 4, "{places}");
    assert!(places.contains("\"111122223333/us-east-1\"\n"), "{places}");
    let ran = sealed.run(TWICE_TWO.iter().chain(&["--columns", "regio"])).expect(2);
    assert!(ran.stderr.contains("did you mean 'region'?"), "{ran:?}");
}

#[test]
fn profiles_may_be_patterns_and_a_wrong_one_has_a_near_match() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let run = |profiles: &str| {
        sealed.run(["ssm", "list", "--regions", "eu-west-1", "-o", "json", "--profiles", profiles])
    };
    for (profiles, digits) in [("prod-*", "47"), ("*", "147"), ("dev,*-us,dev,d?v", "17")] {
        let accounts: Vec<String> = named(&run(profiles).expect(0));
        let found: String = accounts.iter().filter_map(|row| row.chars().next()).collect();
        assert_eq!(found, digits, "{profiles}");
    }
    let before = aws.operations().len();
    for (profiles, told) in [
        ("dev,prod-ue", "there is no profile \\\"prod-ue\\\" (option --profiles)"),
        ("test-*", "no profile is like \\\"test-*\\\" (option --profiles)"),
        ("", "there is no profile \\\"\\\" (option --profiles)"),
    ] {
        let ran = run(profiles).expect(4);
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
    assert!(run("prod-ue").expect(4).stderr.contains("did you mean prod-eu?"));
    assert_eq!(aws.operations().len(), before, "nothing is sent for a wrong name");
}

#[test]
fn profiles_of_one_account_are_told_as_such() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let config = std::fs::read_to_string(sealed.path("home/.aws/config")).unwrap();
    let again = "[profile again]\naws_access_key_id = AKIAEXAMPLEDEV\naws_secret_access_key = c2VjcmV0\n";
    sealed.write("home/.aws/config", &format!("{config}{again}"));
    let list = |regions: &[&str]| {
        let profiles = ["ssm", "list", "--profiles", "dev,again,prod-eu", "-o", "json"];
        sealed.run(profiles.iter().chain(regions)).expect(0)
    };
    let ran = list(&["--regions", "us-east-1,eu-west-1"]);
    let told = "dev, again: all in 111122223333, whose things are listed for each";
    assert_eq!(ran.stderr.lines().filter(|line| line.contains("111122223333")).collect::<Vec<_>>(), [told]);
    assert_eq!(named(&ran).len(), 6);
}

#[test]
fn a_wrong_region_is_refused_and_an_unknown_one_warned_of() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let ran = sealed.run(["--profile", "dev", "ssm", "list", "--regions", "eu-west-1,eu-west"]).expect(2);
    assert!(ran.stderr.contains("eu-west is not a region (option --regions)"), "{ran:?}");
    assert_eq!(aws.operations(), [""; 0]);
    let ran = sealed.run(["--profile", "dev", "ssm", "list", "--regions", "eu-wst-1"]).expect(0);
    let told = "warning: eu-wst-1 is no region that is known; did you mean eu-west-1?\n";
    assert_eq!(ran.stderr, told);
}

/// Fails in two of the places of [`TWICE_TWO`].
fn partly(request: &Request) -> Reply {
    match (request.operation.as_str(), account(request), region(request)) {
        (NODES, "444455556666", "us-east-1") => Reply::error(400, "AccessDeniedException", "not you"),
        (NODES, "111122223333", "eu-west-1") => Reply::error(400, "InvalidFilterKey", "what?"),
        ("DescribeInstanceInformation", ..) => Reply::error(400, "AccessDeniedException", "not you"),
        _ => world(request),
    }
}

#[test]
fn places_that_fail_are_named_and_the_others_are_shown() {
    let aws = FakeAws::start(partly);
    let sealed = signed_in(&aws);
    let ran = sealed.run(TWICE_TWO.iter().chain(&["--all", "--columns", "name", "--no-header"])).expect(7);
    assert_eq!(ran.stdout, "web-us-east-1-1\nold-us-east-1-1\nweb-eu-west-1-4\n");
    insta::assert_snapshot!("fan_out_partly_failed", ran.stderr);
    let ran = sealed.run(TWICE_TWO.iter().chain(&["--all", "-o", "json"])).expect(7);
    let errors = ran.json()["errors"].as_array().unwrap().clone();
    let named: Vec<[&Value; 4]> = errors
        .iter()
        .map(|error| [&error["account"], &error["region"], &error["profile"], &error["code"]])
        .collect();
    let (dev, prod) = ([json!("111122223333"), json!("dev")], [json!("444455556666"), json!("prod-eu")]);
    assert_eq!(
        named,
        [
            [&dev[0], &json!("eu-west-1"), &dev[1], &json!(1)],
            [&prod[0], &json!("us-east-1"), &prod[1], &json!(5)],
        ]
    );
    let told: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&told["code"], &told["kind"]), (&7.into(), &"partial".into()));
}

#[test]
fn where_all_fail_alike_the_code_is_theirs() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "GetCallerIdentity" => identity(request),
        other => Reply::error(400, "AccessDeniedException", other),
    });
    let sealed = signed_in(&aws);
    let ran = sealed.run(TWICE_TWO).expect(5);
    assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: failed in 4 of 4 places\n"), "{ran:?}");
    let all = "dev/us-east-1, dev/eu-west-1, prod-eu/us-east-1, prod-eu/eu-west-1: cannot list";
    assert!(ran.stderr.contains(all), "{ran:?}");
    let ran = sealed.run(["--profile", "dev", "ssm", "list", "--regions", "eu-west-1"]).expect(5);
    assert!(ran.stderr.starts_with("error: cannot list"), "the only one speaks for itself: {ran:?}");
}

#[test]
fn everybody_signs_in_once_in_order_before_anything_is_sent() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let program = |name: &str, key: &str| {
        let answer = json!({ "Version": 1, "AccessKeyId": key, "SecretAccessKey": "c2VjcmV0" });
        let text = format!("#!/bin/sh\necho {name} >> asked\nprintf '%s' '{answer}'\n");
        let path = sealed.write(name, &text);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        format!("[profile {name}]\ncredential_process = {}\n", path.display())
    };
    let profiles = [program("second", PROFILES[0].1), program("first", PROFILES[1].1)].concat();
    let broken = "[profile broken]\ncredential_process = /bin/false\n";
    sealed.write("home/.aws/config", &format!("{profiles}{broken}"));
    let args = [
        "ssm",
        "list",
        "--profiles",
        "second,broken,first",
        "--regions",
        "eu-west-1,eu-west-2",
        "-o",
        "json",
    ];
    let ran = sealed.run(args).expect(7);
    assert_eq!(
        named(&ran),
        [
            "111122223333 eu-west-1 web-eu-west-1-1",
            "111122223333 eu-west-2 web-eu-west-2-1",
            "444455556666 eu-west-1 web-eu-west-1-4",
            "444455556666 eu-west-2 web-eu-west-2-4",
        ]
    );
    let errors = ran.json()["errors"].as_array().unwrap().clone();
    assert_eq!(errors.len(), 1, "one failure of a sign-in, not one for each of its regions: {errors:?}");
    assert_eq!((&errors[0]["profile"], &errors[0]["code"]), (&"broken".into(), &4.into()));
    assert_eq!(std::fs::read_to_string(sealed.path("asked")).unwrap(), "second\nfirst\n");
}

#[test]
fn a_thing_that_is_somewhere_is_shown_from_there() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "GetCallerIdentity" => identity(request),
        "DescribeSessions"
            if (account(request), region(request)) == ("444455556666", "eu-west-2")
                && request.body.contains("me-1") =>
        {
            Reply::json(json!({ "Sessions": [{
                "SessionId": "me-1",
                "Target": "i-0123456789abcdef0",
                "Status": "Connected",
                "StartDate": 1_763_800_000,
                "Owner": "arn:aws:iam::444455556666:user/me",
            }] }))
        }
        "DescribeSessions" => Reply::json(json!({ "Sessions": [] })),
        other => Reply::error(400, "AccessDeniedException", other),
    });
    let sealed = signed_in(&aws);
    let show = |id: &str, format: &str| {
        let places = ["--profiles", "dev,prod-eu", "--regions", "eu-west-1,eu-west-2", "-o", format];
        sealed.run(["ssm", "session", "show", id].iter().chain(&places))
    };
    let ran = show("me-1", "json").expect(0);
    let document = ran.json();
    assert_eq!(document["items"].as_array().unwrap().len(), 1, "a list: {document}");
    let item = &document["items"][0];
    assert_eq!(
        (&item["account"], &item["region"], &item["sessionId"]),
        (&"444455556666".into(), &"eu-west-2".into(), &"me-1".into())
    );
    assert_eq!((&document["errors"], ran.stderr.as_str()), (&Value::Null, ""));
    let ran = show("me-1", "csv").expect(0);
    assert!(ran.stdout.starts_with("account,region,id,") && ran.stdout.lines().count() == 2, "{ran:?}");
    let ran = show("me-2", "table").expect(3);
    assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: failed in 4 of 4 places\n"), "{ran:?}");
}

#[test]
fn all_regions_are_those_that_are_enabled() {
    const ENABLED: [&str; 3] = ["eu-west-1", "us-east-1", "eu-south-1"];
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        NODES if ENABLED.contains(&region(request)) => nodes(request),
        // The others that every account has are empty.
        NODES if opsctl::aws::is_open_to_all(region(request)) => {
            Reply::json(json!({ "InstanceProperties": [] }))
        }
        NODES => Reply::error(400, "UnrecognizedClientException", "The security token included is invalid."),
        _ => world(request),
    });
    let sealed = signed_in(&aws);
    let ran =
        sealed.run(["ssm", "list", "--profiles", "dev,prod-us", "--regions", "all", "-o", "json"]).expect(0);
    let digits = ["111122223333", "777788889999"];
    let expected: Vec<String> = digits
        .iter()
        .flat_map(|account| {
            let row = move |region: &str| format!("{account} {region} web-{region}-{}", &account[..1]);
            ["eu-south-1", "eu-west-1", "us-east-1"].map(row)
        })
        .collect();
    assert_eq!(named(&ran), expected);
    let passed_over: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("passed over")).collect();
    assert_eq!(passed_over.len(), 2, "{ran:?}");
    assert!(
        passed_over[0].starts_with("dev: passed over, as not enabled: af-south-1, ap-east-1,"),
        "{ran:?}"
    );
    assert!(!passed_over[0].contains("eu-south-1"), "{ran:?}");
    let china = aws.requests().iter().any(|request| region(request).starts_with("cn-"));
    assert!(!china, "another partition is another world");
}

#[test]
fn keys_that_are_good_nowhere_are_not_passed_over() {
    let aws = FakeAws::start(|_| {
        Reply::error(400, "UnrecognizedClientException", "The security token is invalid.")
    });
    let sealed = signed_in(&aws);
    let ran = sealed.run(["ssm", "list", "--profile", "dev", "--regions", "all"]).expect(4);
    assert!(ran.stderr.contains("error: failed in 17 of 17 places\n"), "{ran:?}");
}

#[test]
fn the_expected_account_is_looked_at_before_anything_else_is_sent() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    let rails = "[profile.dev]\nexpected_account = '111122223333'\n[profile.prod-eu]\nexpected_account = '111122223333'\n";
    sealed.write("home/.config/opsctl/config.toml", rails);
    let ran = sealed.run(TWICE_TWO.iter().chain(&["-o", "json"])).expect(7);
    assert_eq!(named(&ran).len(), 2);
    let errors = ran.json()["errors"].as_array().unwrap().clone();
    assert_eq!((errors.len(), &errors[0]["code"], &errors[0]["profile"]), (1, &5.into(), &"prod-eu".into()));
    let sent = aws.requests();
    let of_prod: Vec<&str> = sent
        .iter()
        .filter(|request| account(request) == "444455556666")
        .map(|request| request.operation.as_str())
        .collect();
    assert_eq!(of_prod, ["GetCallerIdentity"]);
}

/// As `COMMANDS` has them.
const FANNING_OUT: &[&str] = &[
    "ssm list",
    "ssm session list",
    "ssm session show",
    "s3 job list",
    "s3 job show",
    "sfn list",
    "sfn show",
    "sfn executions",
    "sfn get",
    "sfn history",
    "sfn map-run list",
    "sfn map-run show",
    "sfn versions",
    "sfn alias list",
    "sfn alias show",
    "alarm list",
    "alarm show",
    "alarm tree",
    "alarm history",
    "metric list",
    "metric get",
    "whoami",
];

#[test]
fn every_other_command_refuses_and_sends_nothing() {
    let is_refused = |ran: &Ran| ran.stderr.contains("is for commands that list or show");
    for command in COMMANDS.iter().filter(|command| !command.is_empty() && known(command).calls_aws) {
        let words = command.join(" ");
        for option in [["--regions", "eu-west-1"], ["--profiles", "dev"]] {
            let aws = FakeAws::start(world);
            let sealed = signed_in(&aws);
            sealed.write(
                "orders.asl.json",
                "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}",
            );
            let line = command.iter().map(|word| (*word).to_owned());
            let line = option.iter().map(|word| (*word).to_owned()).chain(line);
            let line = line.chain(known(command).arguments.into_iter().map(str::to_owned));
            let mut command = sealed.command(line);
            command.env("TASK_TOKEN", "token").env("AWS_PROFILE", "dev");
            let ran = crate::support::finish(command, b"");
            if FANNING_OUT.contains(&words.as_str()) {
                assert!(!is_refused(&ran) && !aws.operations().is_empty(), "{words}: {ran:?}");
            } else {
                let code = if words == "ssm exec" { 255 } else { 2 };
                assert!(is_refused(&ran) && ran.code == code && ran.stdout.is_empty(), "{words}: {ran:?}");
                assert!(ran.stderr.contains(option[0]), "{words}: {ran:?}");
                assert_eq!(aws.operations(), [""; 0], "{words}");
            }
        }
    }
}

#[test]
fn what_is_set_for_a_shell_is_for_the_commands_that_fan_out() {
    let aws = FakeAws::start(world);
    let mut sealed = signed_in(&aws);
    sealed.set("OPSCTL_REGIONS", "eu-west-1,us-east-1").set("AWS_PROFILE", "dev");
    let ran = sealed.run(["ssm", "list", "-o", "json"]).expect(0);
    assert_eq!(named(&ran).len(), 2);
    // One place that is named, and a command that works in one, are as ever.
    let ran = sealed.run(["ssm", "list", "--region", "eu-west-1", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"][0].get("account"), None);
    let before = aws.requests().len();
    sealed.run(["ssm", "session", "terminate", "me-1", "--yes"]).expect(5);
    assert!(aws.requests()[before..].iter().all(|request| region(request) == "eu-west-1"));
    sealed.run(["version"]).expect(0);
}

#[test]
fn one_place_and_several_contradict_each_other() {
    let aws = FakeAws::start(world);
    let sealed = signed_in(&aws);
    for (one, several) in
        [(["--profile", "dev"], ["--profiles", "dev"]), (["--region", "eu-west-1"], ["--regions", "all"])]
    {
        let ran = sealed.run(["ssm", "list"].iter().chain(&one).chain(&several)).expect(2);
        assert!(ran.stderr.contains("cannot be used with"), "{ran:?}");
        let ran = sealed.run(one.iter().chain(&["ssm", "list"]).chain(&several)).expect(2);
        assert!(ran.stderr.contains("cannot be used with"), "{ran:?}");
    }
    let ran = sealed.run(["ssm", "list", "--sandbox", "--profiles", "dev"]).expect(2);
    assert!(ran.stderr.contains("cannot be used with"), "{ran:?}");
}

/// How many are asked at the same time: each answer waits until as many are there as there will be.
#[test]
fn at_most_sixteen_places_are_at_work() {
    let crowd = Arc::new((Mutex::new((0_usize, 0_usize)), Condvar::new()));
    let seen = Arc::clone(&crowd);
    let aws = FakeAws::start(move |request| {
        if request.operation == NODES {
            let (count, changed) = &*crowd;
            let mut now = count.lock().unwrap();
            now.0 += 1;
            now.1 = now.1.max(now.0);
            changed.notify_all();
            let patience = Duration::from_secs(60);
            let (mut now, _) = changed.wait_timeout_while(now, patience, |now| now.1 < 16).unwrap();
            now.0 -= 1;
        }
        world(request)
    });
    let sealed = signed_in(&aws);
    let regions: Vec<&str> =
        opsctl::aws::of_partition("eu-west-1").filter(|it| opsctl::aws::is_open_to_all(it)).collect();
    let regions = regions.join(",");
    let args = ["ssm", "list", "--profiles", "dev,prod-eu", "--regions", &regions, "-o", "json"];
    let ran = sealed.run(args).expect(0);
    assert_eq!(named(&ran).len(), 34);
    assert_eq!(seen.0.lock().unwrap().1, 16);
}

/// Somebody whose AWS never answers, and what tells that all places have been asked.
fn stuck() -> (FakeAws, std::sync::mpsc::Receiver<()>) {
    let (asked, was_asked) = channel();
    let aws = FakeAws::start(move |_| {
        asked.send(()).unwrap();
        loop {
            std::thread::park();
        }
    });
    (aws, was_asked)
}

#[test]
fn an_interruption_ends_all_at_once() {
    let (aws, asked) = stuck();
    let sealed = signed_in(&aws);
    let mut command = sealed.command(TWICE_TWO);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The lists, and the two accounts.
    for _ in 0..6 {
        asked.recv().unwrap();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout, output.stderr), (b"".to_vec(), b"error: interrupted\n".to_vec()));
}

#[test]
fn the_limit_of_timeout_is_that_of_all() {
    let (aws, _asked) = stuck();
    let sealed = signed_in(&aws);
    let ran = sealed.run(TWICE_TWO.iter().chain(&["--timeout", "1s"])).expect(8);
    assert!(
        ran.stdout.is_empty() && ran.stderr.starts_with("error: gave up waiting at the limit of --timeout")
    );
}

#[test]
fn an_account_that_cannot_be_told_keeps_nobody_from_the_list() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>";
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "GetCallerIdentity" => Reply { status: 403, ..Reply::xml(denied) },
        _ => world(request),
    });
    let sealed = signed_in(&aws);
    let ran = sealed.run(["ssm", "list", "--profiles", "dev", "-o", "ndjson"]).expect(0);
    let row: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&row["account"], &row["region"]), (&Value::Null, &"eu-west-1".into()));
    assert!(
        ran.stderr.starts_with("warning: the account of dev is not known: cannot tell who you are"),
        "{ran:?}"
    );
}

/// The service takes the first of many calls for too many, in one region of one account.
#[test]
fn a_place_that_is_told_off_slows_down_alone_and_says_so() {
    let told_off = Mutex::new(false);
    let aws = FakeAws::start(move |request| {
        let is_busy = (account(request), region(request)) == ("444455556666", "us-east-1");
        if request.operation == NODES && is_busy && !std::mem::replace(&mut *told_off.lock().unwrap(), true) {
            return Reply::error(400, "ThrottlingException", "Rate exceeded");
        }
        world(request)
    });
    let sealed = signed_in(&aws);
    let ran = sealed.run(TWICE_TWO.iter().chain(&["-v", "-o", "json"])).expect(0);
    assert_eq!(named(&ran).len(), 4);
    let slowed: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("slowed down")).collect();
    assert_eq!(slowed.len(), 1, "{ran:?}");
    let place = |account: &str| format!("slowed down: 0.5 calls/s of ssm:{NODES} in {account} us-east-1");
    // By its profile where the account was not known yet.
    assert!([place("444455556666"), place("prod-eu")].iter().any(|line| slowed == [line]), "{slowed:?}");
    let asked = aws.operations().iter().filter(|operation| *operation == NODES).count();
    assert_eq!(asked, 5, "once more where it was told off");
}

#[test]
fn accounts_and_regions_of_a_sandbox_make_one_list() {
    let sealed = Sealed::new();
    sealed.write("sandbox.toml", crate::realm::FILE);
    // A role is a sign-in of its own.
    let script = r#"
cat >>"$AWS_CONFIG_FILE" <<END
[profile across]
role_arn = arn:aws:iam::444455556666:role/deploy
source_profile = default
END
list() { opsctl "$@" --regions us-east-1,eu-west-1 ssm list -o text --columns account,region,name --sort name; }
list --profiles default,staging
list --profiles 'acr*'
"#;
    let line = ["sandbox", "run", "--config", "sandbox.toml", "--", "sh", "-ec", script];
    let ran = sealed.run(line).expect(0);
    let expected = "111122223333\teu-west-1\tfar-1\n444455556666\tus-east-1\tstage-1\n\
        444455556666\teu-west-1\tstage-2\n111122223333\tus-east-1\tweb-1\n\
        444455556666\tus-east-1\tstage-1\n444455556666\teu-west-1\tstage-2\n";
    assert_eq!(ran.stdout, expected);
}
