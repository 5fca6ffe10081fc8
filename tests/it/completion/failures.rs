//! Whatever fails, what is known without asking is offered, in time and without a word.

use std::time::{Duration, Instant};

use super::{ask, ask_as, sealed_in, silent, values, web};
use crate::support::{FakeAws, Reply, Sealed, finish};

/// Far beyond the limit, for a machine that is busy with other tests; without one it would be for ever.
const IN_TIME: Duration = Duration::from_secs(10);

/// The options of the verb stand there, and no node.
#[track_caller]
fn assert_only_what_is_known(sealed: &Sealed) {
    let asked = Instant::now();
    let offered = values(sealed, "opsctl ssm connect ");
    assert!(asked.elapsed() < IN_TIME, "{:?}", asked.elapsed());
    assert!(offered.contains(&"--document".to_owned()), "{offered:?}");
    assert!(offered.iter().all(|value| value.starts_with('-')), "{offered:?}");
    assert_eq!(values(sealed, "opsctl ssm con"), ["connect"]);
}

#[test]
fn a_service_that_never_answers_is_not_waited_for() {
    let aws = FakeAws::start(|_| {
        loop {
            std::thread::park();
        }
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    assert_only_what_is_known(&sealed);
    // Who would rather wait does so.
    let asked = Instant::now();
    sealed.set("OPSCTL_COMPLETION_LIMIT", "600ms");
    assert_only_what_is_known(&sealed);
    assert!(asked.elapsed() >= Duration::from_millis(600), "{:?}", asked.elapsed());
}

#[test]
fn a_refusal_is_not_tried_again() {
    for (status, code) in
        [(400, "ThrottlingException"), (500, "InternalServerError"), (403, "ExpiredTokenException")]
    {
        let aws = FakeAws::start(move |_| Reply::error(status, code, "no"));
        assert_only_what_is_known(&sealed_in(&aws));
        assert_eq!(aws.operations().len(), 1, "{code}");
    }
}

#[test]
fn where_one_list_is_denied_the_other_answers() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "DescribeInstanceInformation" => Reply::json(serde_json::json!({
            "InstanceInformationList": [{ "InstanceId": "mi-0000000000000000a", "Name": "hybrid" }]
        })),
        _ => Reply::error(400, "AccessDeniedException", "no"),
    });
    assert_eq!(values(&sealed_in(&aws), "opsctl ssm connect h"), ["hybrid"]);
    let aws = FakeAws::start(|_| Reply::error(400, "AccessDeniedException", "no"));
    assert_only_what_is_known(&sealed_in(&aws));
}

#[test]
fn answers_that_are_none() {
    for body in [serde_json::json!(7), serde_json::json!({ "InstanceProperties": [{ "Name": "no id" }] })] {
        let aws = FakeAws::start(move |_| Reply::json(body.clone()));
        assert_only_what_is_known(&sealed_in(&aws));
    }
}

#[test]
fn no_sign_in_no_region_no_sandbox_no_home() {
    assert_only_what_is_known(&Sealed::new());
    let mut sealed = Sealed::new();
    sealed.set("AWS_PROFILE", "missing");
    assert_only_what_is_known(&sealed);
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_REGION", "");
    assert_only_what_is_known(&sealed);
    assert!(values(&Sealed::new(), "opsctl --sandbox ssm connect w").is_empty());
    let aws = web();
    let sealed = sealed_in(&aws);
    let mut command = sealed.command(["--", "opsctl", "ssm", "connect", "w"]);
    command.env_remove("HOME").env("OPSCTL_COMPLETE", "fish");
    // Whose home it is can be asked for elsewhere; nothing may depend on it.
    let ran = silent(finish(command, b""));
    assert!(ran.stdout.starts_with("web-1\t"), "{ran:?}");
}

#[test]
fn a_program_for_credentials_is_not_waited_for() {
    let mut sealed = Sealed::new();
    let program = sealed.path("started");
    let config = format!(
        "[default]\nregion = eu-west-1\ncredential_process = sh -c 'touch {}; sleep 20'\n",
        program.display()
    );
    let config = sealed.write("config", &config);
    sealed.set("AWS_CONFIG_FILE", config.to_str().unwrap()).set("OPSCTL_COMPLETION_LIMIT", "2s");
    assert_only_what_is_known(&sealed);
    assert!(program.exists());
}

#[test]
fn nothing_makes_it_talk() {
    let aws = web();
    let mut sealed = sealed_in(&aws);
    sealed.set("OPSCTL_LOG", "trace").set("RUST_BACKTRACE", "1").set("OPSCTL_OUTPUT", "json");
    for line in [
        "opsctl --debug -vv ssm connect we",
        "opsctl --query items[ --color always -o json ssm connect we",
        "opsctl --pager less --log trace --log-format json ssm connect we",
        "opsctl --max-attempts 9 --lock x --jitter 1h --timeout 1h ssm connect we",
        "opsctl --help ssm connect we",
        "opsctl ssm connect --document we",
        "opsctl ssm nonsense we",
        "opsctl sandbox run -- opsctl we",
        "opsctl --output= ssm we",
        "opsctl \u{1b}[0m ' \" \\",
    ] {
        for shell in ["fish", "zsh", "elvish"] {
            ask_as(&sealed, shell, line);
        }
    }
    sealed.set("OPSCTL_FIXED_CLOCK", "nonsense");
    assert_eq!(ask(&sealed, "opsctl --debug ssm connect we").len(), 2);
}

#[test]
#[cfg(target_os = "linux")]
fn words_that_are_no_text_are_no_reason_to_fail() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let sealed = Sealed::new();
    for at in 2..5 {
        let mut words = ["--", "opsctl", "ssm", "connect", "w"].map(|word| word.as_bytes().to_vec());
        words[at] = b"\xff\xfe".to_vec();
        let mut command = sealed.command(words.iter().map(|word| OsStr::from_bytes(word)));
        command.env("OPSCTL_COMPLETE", "fish");
        silent(finish(command, b""));
    }
}
