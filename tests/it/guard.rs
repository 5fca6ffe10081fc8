//! Guard rails of profiles: what they stop is stopped before anything is sent, and they stop nothing else.

use std::ffi::OsString;

use opsctl::cli::built;
use opsctl::config::names;

use crate::cli::COMMANDS;
use crate::secrets::commands::known;
use crate::support::{FakeAws, Ran, Reply, Sandbox, Sealed, Terminal, finish};

const CONFIG: &str = "home/.config/opsctl/config.toml";
const READ_ONLY: &str = "[profile.prod]\nread_only = true\n";
const CONFIRM: &str = "[profile.prod]\nconfirm = 'always'\n";
const KEYS: &str = "region = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
                    aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::111122223333:user/me</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// What changes something, as `tests/it/secrets/commands.rs` calls it.
const CHANGING: &[&str] = &[
    "ssm connect",
    "ssm exec",
    "ssm forward",
    "ssm proxy",
    "ssm run",
    "ssm session terminate",
    "s3 manifest build",
    "s3 job create copy",
    "s3 job create acl",
    "s3 job create tag",
    "s3 job create untag",
    "s3 job create restore",
    "s3 job create lambda",
    "s3 job create legal-hold",
    "s3 job create retention",
    "s3 job create replicate",
    "s3 job create checksum",
    "s3 job create encrypt",
    "s3 job confirm",
    "s3 job cancel",
    "s3 job priority",
    "s3 job retry",
    "sfn start",
    "sfn run",
    "sfn stop",
    "sfn redrive",
    "sfn task success",
    "sfn task failure",
    "sfn task heartbeat",
    "sfn deploy",
    "sfn alias set",
    "sfn alias delete",
    "sfn rollback",
    "alarm create",
    "alarm set",
    "alarm enable",
    "alarm disable",
    "alarm delete",
    "alarm silence",
    "alarm unsilence",
    "alarm fire",
    "metric put",
];

/// Knows who calls and an open session; denies all else.
fn aws() -> FakeAws {
    FakeAws::start(|request| match request.operation.as_str() {
        "GetCallerIdentity" => Reply::xml(IDENTITY),
        "DescribeInstanceProperties" => Reply::json(serde_json::json!({ "InstanceProperties": [] })),
        "DescribeSessions" => Reply::json(serde_json::json!({ "Sessions": [{
            "SessionId": "me-1",
            "Target": "i-0123456789abcdef0",
            "Status": "Connected",
            "StartDate": 1_763_800_000,
            "Owner": "arn:aws:iam::111122223333:user/me",
        }] })),
        "TerminateSession" => Reply::json(serde_json::json!({ "SessionId": "me-1" })),
        "PutMetricData" => Reply::cbor(&serde_json::json!({})),
        other => Reply::error(400, "AccessDeniedException", other),
    })
}

/// A place with the profiles prod and default, and these rails.
fn guarded(aws: &FakeAws, rails: &str) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.write("home/.aws/config", &format!("[profile prod]\n{KEYS}[default]\n{KEYS}"));
    sealed.write(CONFIG, rails);
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

fn as_prod(sealed: &Sealed, args: &[&str]) -> Ran {
    sealed.run(["--profile", "prod"].iter().chain(args))
}

/// By any of the rails.
fn is_stopped(ran: &Ran) -> bool {
    ["is read only", "asks before every change"].iter().any(|words| ran.stderr.contains(words))
}

#[test]
fn another_account_is_refused_before_anything_else_is_sent() {
    let rails = "\n[profile.prod]\nexpected_account = '444455556666'\n";
    let project = "profile = 'prod'\n";
    let option = ["--profile", "prod"];
    for (options, variable) in [
        (&option[..], None),
        (&[], Some("AWS_PROFILE")),
        (&[], Some("AWS_DEFAULT_PROFILE")),
        (&[], Some("OPSCTL_PROFILE")),
        (&["--config", "project.toml"], None),
    ] {
        for verb in [&["ssm", "list"][..], &["metric", "put", "Shop", "Orders", "3"], &["whoami"]] {
            let aws = aws();
            let mut sealed = guarded(&aws, rails);
            sealed.write("project.toml", project);
            if let Some(variable) = variable {
                sealed.set(variable, "prod");
            }
            let ran = sealed.run(options.iter().chain(verb)).expect(5);
            let told = "error: profile prod leads to account 111122223333, not to 444455556666\n";
            assert!(ran.stderr.starts_with(told) && ran.stdout.is_empty(), "{ran:?}");
            assert!(ran.stderr.contains("/config.toml:3 expects account 444455556666"), "{ran:?}");
            assert_eq!(aws.operations(), ["GetCallerIdentity"], "{options:?} {variable:?} {verb:?}");
        }
    }
}

#[test]
fn the_default_profile_has_rails_where_none_is_named() {
    let aws = aws();
    let mut sealed = guarded(&aws, "[profile.default]\nexpected_account = '444455556666'\n");
    let ran = sealed.run(["ssm", "list"]).expect(5);
    assert!(ran.stderr.contains("profile default leads to account 111122223333"), "{ran:?}");
    as_prod(&sealed, &["ssm", "list"]).expect(0);
    // Keys in the environment are of no profile.
    sealed.signed_in();
    sealed.run(["ssm", "list"]).expect(0);
}

#[test]
fn the_right_account_is_asked_for_once() {
    for (verb, calls) in [
        (&["whoami"][..], &["GetCallerIdentity"][..]),
        (&["ssm", "list"], &["GetCallerIdentity", "DescribeInstanceProperties"]),
        (&["ssm", "session", "list", "--owner", "me"], &["GetCallerIdentity", "DescribeSessions"]),
    ] {
        let aws = aws();
        let sealed = guarded(&aws, "[profile.prod]\nexpected_account = '111122223333'\n");
        as_prod(&sealed, verb).expect(0);
        assert_eq!(aws.operations(), calls, "{verb:?}");
    }
}

#[test]
fn an_account_that_nobody_can_tell_is_not_the_right_one() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>";
    let aws = FakeAws::start(move |_| Reply { status: 403, ..Reply::xml(denied) });
    let sealed = guarded(&aws, "[profile.prod]\nexpected_account = '111122223333'\n");
    let ran = as_prod(&sealed, &["ssm", "list"]).expect(5);
    let told = "error: cannot tell whether profile prod is account 111122223333 (/";
    assert!(ran.stderr.starts_with(told), "{ran:?}");
    assert_eq!(aws.operations(), ["GetCallerIdentity"]);
}

/// Runs a command as the table of commands has it.
fn run_known(sealed: &Sealed, command: &[&str]) -> Ran {
    let words = command.iter().copied().chain(known(command).arguments);
    let line: Vec<OsString> = ["--profile", "prod"].into_iter().chain(words).map(OsString::from).collect();
    let mut command = sealed.command(line);
    command.env("TASK_TOKEN", "token");
    finish(command, b"")
}

#[test]
fn read_only_refuses_every_change_and_nothing_else() {
    for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
        if !known(command).calls_aws {
            continue;
        }
        let words = command.join(" ");
        let aws = aws();
        let sealed = guarded(&aws, READ_ONLY);
        sealed.write("orders.asl.json", "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}");
        let ran = run_known(&sealed, command);
        let is_refused = ran.stderr.contains("profile prod is read only, and this would change something");
        if CHANGING.contains(&words.as_str()) {
            // The exit code of `exec` belongs to what is run there.
            let code = if words == "ssm exec" { 255 } else { 5 };
            assert!(is_refused && ran.code == code && ran.stdout.is_empty(), "{words}: {ran:?}");
            assert!(ran.stderr.contains("/config.toml:2 says so; nothing was sent"), "{words}: {ran:?}");
            assert_eq!(aws.operations(), [""; 0], "{words}");
        } else {
            assert!(!is_refused && !aws.operations().is_empty(), "{words}: {ran:?}");
        }
    }
}

#[test]
fn whatever_has_a_dry_run_is_a_change_and_free_with_it() {
    let root = built();
    for (path, command) in names::commands(&root) {
        let has_one = command.get_arguments().any(|arg| arg.get_long() == Some("dry-run"));
        // `s3 job create` itself is the same as its operations.
        if !has_one || path == ["s3", "job", "create"] {
            continue;
        }
        let words = path.join(" ");
        assert!(CHANGING.contains(&words.as_str()), "{words} is not among those that are tried");
        let aws = aws();
        for rails in [READ_ONLY, CONFIRM] {
            let sealed = guarded(&aws, rails);
            let arguments = known(&path).arguments;
            let arguments = arguments.iter().filter(|word| !["--no-wait", "--no-preflight"].contains(word));
            let line = ["--profile", "prod"].iter().chain(&path).chain(&["--dry-run"]).chain(arguments);
            let ran = sealed.run(line);
            assert!(!is_stopped(&ran), "{words}: {ran:?}");
        }
    }
}

#[test]
fn what_stays_on_this_machine_and_what_is_looked_at_is_free() {
    let aws = aws();
    for rails in [READ_ONLY, CONFIRM] {
        let sealed = guarded(&aws, rails);
        for line in ["ssm run --resume 11111111-2222-3333-4444-555555555555", "s3 job create --example tag"] {
            let ran = as_prod(&sealed, &line.split(' ').collect::<Vec<_>>());
            assert!(!is_stopped(&ran), "{line}: {ran:?}");
        }
        let list = sealed.write("a.csv", "data,a.txt\n").display().to_string();
        let to_file = ["s3", "manifest", "build", &format!("manifest:{list}"), "--to", "b.csv"];
        let ran = as_prod(&sealed, &to_file);
        assert!(!is_stopped(&ran), "{ran:?}");
    }
    // There are no profiles in a sandbox.
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    sealed.write(CONFIG, "[profile.default]\nread_only = true\nexpected_account = '444455556666'\n");
    sealed.run(["--sandbox", "metric", "put", "Shop", "Orders", "3"]).expect(0);
    sealed.run(["sandbox", "run", "--", "opsctl", "metric", "put", "Shop", "Orders", "3"]).expect(0);
}

#[test]
fn always_to_confirm_is_a_refusal_where_nobody_can_be_asked() {
    for words in CHANGING {
        let aws = aws();
        let sealed = guarded(&aws, CONFIRM);
        sealed.write("orders.asl.json", "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}");
        let command: Vec<&str> = words.split(' ').collect();
        let known = known(&command).arguments;
        let line = ["--profile", "prod", "--yes"].iter().chain(&command);
        let line = line.chain(known.iter().filter(|word| **word != "--yes"));
        let mut command = sealed.command(line);
        command.env("TASK_TOKEN", "token");
        let ran = finish(command, b"").expect(if *words == "ssm exec" { 255 } else { 2 });
        assert!(
            ran.stderr.starts_with("error: profile prod asks before every change (/"),
            "{words}: {ran:?}"
        );
        assert!(ran.stderr.contains("there is no terminal to ask on\n"), "{words}: {ran:?}");
        assert!(ran.stderr.contains("--yes does not count here"), "{words}: {ran:?}");
        assert_eq!(aws.operations(), [""; 0], "{words}");
    }
}

const TERMINATE: &[&str] = &["--profile", "prod", "ssm", "session", "terminate", "me-1", "--yes"];
const PUT: &[&str] = &["--profile", "prod", "metric", "put", "Shop", "Orders", "3", "--yes"];

#[test]
fn always_to_confirm_asks_on_a_terminal_and_names_the_account() {
    let put = "change something in account 111122223333, region eu-west-1, as profile prod?";
    let terminate = "terminate 1 session in account 111122223333, region eu-west-1:";
    for (line, question, call) in [(PUT, put, "PutMetricData"), (TERMINATE, terminate, "TerminateSession")] {
        for (answer, code) in [("y\r", 0), ("n\r", 1)] {
            let aws = aws();
            let sealed = guarded(&aws, CONFIRM);
            let mut terminal = Terminal::opsctl(&sealed, (120, 24), line);
            terminal.wait_for(question);
            terminal.wait_for("[y/N] ");
            assert!(!aws.operations().iter().any(|operation| operation == call));
            terminal.type_text(answer);
            let (shown, status, echoes) = terminal.end();
            assert_eq!((status.code(), echoes), (Some(code), true), "{line:?}: {shown}");
            assert_eq!(aws.operations().iter().any(|it| it == call), code == 0, "{line:?}: {shown}");
        }
    }
}

#[test]
fn rails_are_shown_with_their_places_and_checked() {
    let sealed = Sealed::new();
    sealed.write(CONFIG, "[profile.prod]\nexpected_account = '111122223333'\nconfirm = 'always'\n");
    let shown = sealed.run(["config", "show", "--origin", "-o", "text"]).expect(0).stdout;
    let home = sealed.path("home").display().to_string();
    let of_profiles: Vec<&str> = shown.lines().filter(|line| line.starts_with("profile.")).collect();
    insta::assert_snapshot!(of_profiles.join("\n").replace(&home, "~").replace('\t', " | "), @r"
    profile.prod.expected_account | 111122223333 | ~/.config/opsctl/config.toml:2
    profile.prod.confirm | always | ~/.config/opsctl/config.toml:3
    ");
    sealed.run(["config", "check"]).expect(0);
    sealed.write(
        CONFIG,
        "[profile.prod]\nexpected_account = 111122223333\nconfirm = 'never'\nreadonly = true\n\
         [profile.\"a b\"]\nread_only = 'yes'\n",
    );
    let checked = sealed.run(["config", "check", "-o", "text"]).expect(6).stdout;
    insta::assert_snapshot!(checked.replace(&home, "~").replace('\t', " | "), @r#"
    ~/.config/opsctl/config.toml:2:20 | error | `expected_account` must be the 12 digits of an account in quotes, as in "111122223333"
    ~/.config/opsctl/config.toml:3:11 | error | `confirm` must be "always"; without the key, --yes counts
    ~/.config/opsctl/config.toml:4:1 | error | unknown key `readonly`; did you mean `read_only`?
    ~/.config/opsctl/config.toml:6:13 | error | `read_only` must be true or false
    "#);
    // No change is sent where a rail may have been meant.
    let ran = sealed.run(["metric", "put", "Shop", "Orders", "3"]).expect(2);
    assert!(ran.stderr.starts_with("error: the config has 4 mistakes\n"), "{ran:?}");
}
