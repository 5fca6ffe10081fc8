//! What opsctl tells about itself: the calls with `-v`, more with `-vv` and `--debug`, logs in files, request ids, and
//! what is left of a crash.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::support::session_aws::{granting, signed_in_to};
use crate::support::{FakeAws, Gateway, Reply, Sandbox, Sealed};

const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

fn nodes() -> FakeAws {
    FakeAws::start(|_| Reply::json(json!({ "InstanceProperties": [] })))
}

/// Two pages, the first of which needs a second attempt.
fn two_pages() -> FakeAws {
    let calls = AtomicU32::new(0);
    FakeAws::start(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::error(500, "InternalServerError", "once"),
        1 => Reply::json(json!({ "InstanceProperties": [], "NextToken": "more" })),
        _ => Reply::json(json!({ "InstanceProperties": [] })),
    })
}

/// `text` with the digits before ` ms` left out, which differ.
fn without_times(text: &str) -> String {
    let mut parts = text.split(" ms");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.truncate(kept.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        kept += "# ms";
        kept += part;
    }
    kept
}

#[test]
fn verbose_names_each_call_with_its_region_and_request() {
    let call = format!(
        "ssm:DescribeInstanceProperties in eu-west-1\nssm:DescribeInstanceProperties done (request {REQUEST_ID})\n"
    );
    let ran = signed_in_to(&two_pages()).run(["-v", "ssm", "list"]).expect(0);
    assert_eq!(ran.stderr, call.repeat(2));
    let denied = FakeAws::start(|_| Reply::error(403, "AccessDenied", "no"));
    let ran = signed_in_to(&denied).run(["-v", "whoami"]).expect(5);
    let call =
        format!("sts:GetCallerIdentity in eu-west-1\nsts:GetCallerIdentity failed (request {REQUEST_ID})\n");
    assert!(ran.stderr.starts_with(&format!("{call}error: ")), "{ran:?}");
}

#[test]
fn twice_verbose_tells_retries_pages_and_timings() {
    let ran = signed_in_to(&two_pages()).run(["-vv", "ssm", "list"]).expect(0);
    insta::assert_snapshot!(without_times(&ran.stderr), @"
    ssm:DescribeInstanceProperties in eu-west-1
    ssm:DescribeInstanceProperties attempt 1: status 500 after # ms
    ssm:DescribeInstanceProperties is tried again, attempt 2
    ssm:DescribeInstanceProperties attempt 2: status 200 after # ms
    ssm:DescribeInstanceProperties done (request 11111111-2222-3333-4444-555555555555)
    ssm:DescribeInstanceProperties took # ms
    a page of 0 nodes, more follow
    ssm:DescribeInstanceProperties in eu-west-1
    ssm:DescribeInstanceProperties attempt 1: status 200 after # ms
    ssm:DescribeInstanceProperties done (request 11111111-2222-3333-4444-555555555555)
    ssm:DescribeInstanceProperties took # ms
    a page of 0 nodes, the last page
    ");
}

#[test]
fn debug_traces_the_call_itself() {
    let args = ["--debug", "ssm", "list", "--filter", "PlatformTypes=Linux"];
    let ran = signed_in_to(&nodes()).run(args).expect(0);
    for traced in [
        "PlatformTypes",
        "sends: POST http://127.0.0.1:",
        "\"x-amz-target\": \"AmazonSSM.DescribeInstanceProperties\"",
        "Credential=AKIAIOSFODNN7EXAMPLE/",
        "Signature=***",
        "gets: 200",
        "DEBUG",
    ] {
        assert!(ran.stderr.contains(traced), "{traced}: {}", ran.stderr);
    }
}

#[test]
fn a_filter_chooses_what_is_logged_and_the_option_wins() {
    let aws = nodes();
    let mut sealed = signed_in_to(&aws);
    sealed.set("OPSCTL_LOG", "opsctl=info");
    let ran = sealed.run(["ssm", "list"]).expect(0);
    assert!(ran.stderr.contains(" INFO opsctl::aws::calls: ssm:Describe"), "{ran:?}");
    assert!(!ran.stderr.contains("DEBUG"), "{ran:?}");
    assert_eq!(sealed.run(["--log", "off", "ssm", "list"]).expect(0).stderr, "");
    // Quiet is quiet.
    assert_eq!(sealed.run(["-q", "ssm", "list"]).expect(0).stderr, "");
    let bad = sealed.run(["--log", "opsctl=loud", "ssm", "list"]).expect(2);
    assert!(
        bad.stderr.starts_with("error: \"opsctl=loud\" is not a filter for the log (--log or OPSCTL_LOG)\n")
    );
    assert!(bad.stderr.contains("hint: a filter is a level"), "{bad:?}");
    sealed.set("OPSCTL_LOG", "=,=");
    sealed.run(["ssm", "list"]).expect(2);
}

#[test]
fn a_log_of_json_is_an_object_a_line() {
    let ran = signed_in_to(&nodes()).run(["-vv", "--log-format", "json", "ssm", "list"]).expect(0);
    let lines: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 3);
    for line in &lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    assert_eq!(lines[0]["message"], "ssm:DescribeInstanceProperties in eu-west-1");
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_log_file_is_private_added_to_and_leaves_stderr_alone() {
    let sealed = signed_in_to(&nodes());
    let log = sealed.path("opsctl.log");
    let logged = |options: &[&str]| {
        let args = ["ssm", "list", "--log-file", "opsctl.log"];
        let ran = sealed.run(args.iter().chain(options)).expect(0);
        (ran.stderr, std::fs::read_to_string(&log).unwrap())
    };
    let (stderr, first) = logged(&["-q"]);
    assert_eq!((stderr.as_str(), mode(&log)), ("", 0o600));
    assert!(
        first.contains("DEBUG") && first.contains("ssm:DescribeInstanceProperties in eu-west-1"),
        "{first}"
    );
    // The filter is the file's.
    std::fs::set_permissions(&log, std::fs::Permissions::from_mode(0o664)).unwrap();
    let (stderr, both) = logged(&["-v", "--log", "opsctl=info", "--log-format", "json"]);
    assert_eq!((stderr.lines().count(), mode(&log)), (2, 0o600));
    let second = both.strip_prefix(&first).expect("the log was not added to");
    assert_eq!(second.lines().count(), 2);
    assert!(second.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{second}");
}

#[test]
fn a_log_file_that_cannot_be_is_a_clear_error() {
    let sealed = signed_in_to(&nodes());
    std::fs::create_dir(sealed.path("folder")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        sealed.path("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    for (file, cause, hint) in [
        ("missing/opsctl.log", "No such file or directory (os error 2)", "the folder of the file must exist"),
        ("folder", "is a directory", "--log-file names the file itself, such as opsctl.log in it"),
        ("pipe", "it is not a file", "--log-file names a file that you may write to and that is yours"),
    ] {
        let ran = sealed.run(["--log-file", file, "ssm", "list"]).expect(2);
        let expected = format!("error: cannot log into {file}\n  cause: {cause}\n  hint: {hint}\n");
        assert_eq!((ran.stdout.as_str(), ran.stderr), ("", expected));
    }
}

#[test]
fn a_log_on_a_full_disk_ends_nothing_and_is_told_once() {
    if !Path::new("/dev/full").exists() {
        eprintln!("there is no /dev/full here: not tried");
        return;
    }
    let sealed = signed_in_to(&nodes());
    let before = mode(Path::new("/dev/full"));
    let ran = sealed.run(["--log-file", "/dev/full", "ssm", "list", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"], json!([]));
    let expected = "warning: the log in /dev/full is not whole: No space left on device (os error 28)\n";
    assert_eq!((ran.stderr.as_str(), mode(Path::new("/dev/full"))), (expected, before));
}

/// Names of nodes and answers of services are told as they are, and are not ours.
#[test]
fn a_log_shows_no_control_character() {
    let answer = || Reply::error(403, "Access\u{1b}[2JDenied", "one\ntwo\u{202e}");
    let aws = FakeAws::start(move |_| answer());
    for options in [&["--debug"][..], &["--log-file", "opsctl.log"]] {
        let sealed = signed_in_to(&aws);
        let ran = sealed.run(["ssm", "list"].iter().chain(options)).expect(5);
        let log = std::fs::read_to_string(sealed.path("opsctl.log")).unwrap_or_default();
        for text in [&ran.stderr, &log] {
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
        }
    }
}

/// Every way in which AWS says no has its request id, for people and for programs.
#[test]
fn each_class_of_failure_has_its_request_id() {
    let xml = format!(
        "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message></Error>\
         <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    );
    let denied_upgrade = Gateway::start(|door| {
        for _ in 0..2 {
            door.refuse(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
        }
    });
    let cases: [(&str, FakeAws, &[&str], i32); 5] = [
        ("denied", FakeAws::start(|_| Reply::error(400, "AccessDeniedException", "no")), &["ssm", "list"], 5),
        (
            "throttled",
            FakeAws::start(|_| Reply::error(400, "ThrottlingException", "slow")),
            &["ssm", "list"],
            75,
        ),
        ("no code", FakeAws::start(|_| Reply { status: 500, ..Reply::json(json!({})) }), &["whoami"], 75),
        ("query", FakeAws::start(move |_| Reply { status: 403, ..Reply::xml(xml.clone()) }), &["whoami"], 4),
        (
            "not of AWS",
            FakeAws::start(|_| Reply { status: 404, ..Reply::xml("<html></html>") }),
            &["ssm", "list"],
            1,
        ),
    ];
    for (name, aws, args, code) in cases {
        let sealed = signed_in_to(&aws);
        let ran = sealed.run(args.iter().chain(&["--max-attempts", "1"])).expect(code);
        assert!(ran.stderr.contains(&format!("(request {REQUEST_ID})")), "{name}: {ran:?}");
        let ran = sealed.run(args.iter().chain(&["--max-attempts", "1", "-o", "json"])).expect(code);
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(error["requestId"], REQUEST_ID, "{name}: {error}");
    }
    let aws = granting(denied_upgrade.stream_url());
    let sealed = signed_in_to(&aws);
    let args = ["ssm", "connect", "i-0123456789abcdef0"];
    let ran = sealed.run(args).expect(5);
    assert!(ran.stderr.contains(&format!("AccessDenied: no (request {REQUEST_ID})\n")), "{ran:?}");
    let ran = sealed.run(args.iter().chain(&["-o", "json"])).expect(5);
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(error["requestId"], REQUEST_ID, "{error}");
    denied_upgrade.end();
}

/// The call that was to give the credentials is one of AWS too.
#[test]
fn a_role_that_is_refused_has_its_request_id() {
    for code in ["AccessDenied", "ExpiredTokenException"] {
        let aws = FakeAws::start(move |request| {
            assert_eq!(request.operation, "AssumeRole");
            let body = format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>not yours</Message></Error>\
                 <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
            );
            Reply { status: 403, ..Reply::xml(body) }
        });
        let mut sealed = Sealed::new();
        sealed.write(
            "home/.aws/config",
            "[profile role]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111122223333:role/ops\n\
             source_profile = keys\n\
             [profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n",
        );
        sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone());
        let ran = sealed.run(["ssm", "list", "--profile", "role"]).expect(4);
        let cause = format!("cause: {code}: not yours (request {REQUEST_ID})\n");
        assert!(ran.stderr.contains(&cause), "{ran:?}");
    }
}

#[test]
fn durations_are_taken_where_seconds_were() {
    let aws = nodes();
    let sealed = signed_in_to(&aws);
    for value in ["1", "90s", "1m30s", "500ms"] {
        sealed.run(["ssm", "list", "--read-timeout", value, "--connect-timeout", value]).expect(0);
    }
    for option in ["--read-timeout", "--connect-timeout"] {
        for value in ["0", "soon", "-1s"] {
            let ran = sealed.run(["ssm", "list", &format!("{option}={value}")]).expect(2);
            assert!(ran.stderr.contains(option), "{ran:?}");
        }
    }
    sealed.run(["ssm", "connect", "x", "--start-timeout", "0s"]).expect(2);
}

/// What there is to say when all went well is no concern of cron's.
#[test]
fn success_is_silent_with_quiet() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(
        &sealed,
        Some("[[nodes]]\nname = \"a\"\n[[nodes]]\nname = \"b\"\nping = \"offline\"\n"),
    );
    let quiet = |args: &[&str], input: &[u8]| {
        let ran = sealed.run_with(["--quiet"].iter().chain(args), input).expect(0);
        assert_eq!(ran.stderr, "", "{args:?}");
    };
    let none: &[u8] = b"";
    quiet(&["--sandbox", "ssm", "list"], none);
    quiet(&["--sandbox", "ssm", "connect", "a"], b"exit\n");
    quiet(&["--sandbox", "whoami"], none);
    quiet(&["sandbox", "run", "--", "true"], none);
    quiet(&["sandbox", "status"], none);
    quiet(&["sandbox", "init", "new.toml"], none);
    quiet(&["sandbox", "down"], none);
    assert_eq!(sandbox.wait(), Some(0));
    quiet(&["sandbox", "status"], none);
    for command in [&["completions", "bash"][..], &["man", "ssm", "list"], &["version"]] {
        quiet(command, none);
    }
}
