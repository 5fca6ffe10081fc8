//! What goes wrong between opsctl and AWS before any session: each failure with its exit code, its words and the
//! requests that were made.

use serde_json::json;

use crate::support::{FakeAws, Ran, Reply, Sealed};

fn signed_in(endpoint: &str) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", endpoint);
    sealed
}

/// `ssm list` against an AWS that answers everything so.
fn list_with(answer: impl Fn() -> Reply + Send + Sync + 'static, options: &[&str]) -> (Ran, FakeAws) {
    let aws = FakeAws::start(move |_| answer());
    let ran = signed_in(&aws.endpoint).run(["ssm", "list"].iter().chain(options));
    (ran, aws)
}

const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

#[test]
fn each_error_of_aws_has_its_exit_code_and_its_hint() {
    let clock = "hint: the clock of this machine and of AWS differ: set the clock\n";
    let cases = [
        (400, "AccessDeniedException", "not authorized to perform: ssm:DescribeInstanceProperties", 5, ""),
        (400, "com.amazon.coral.service#AccessDeniedException", "no", 5, ""),
        (
            400,
            "ThrottlingException",
            "Rate exceeded",
            75,
            "hint: AWS is busy; --max-attempts tries more often\n",
        ),
        (400, "InvalidSignatureException", "Signature expired: 20261122T000000Z is now earlier", 4, clock),
        (400, "InvalidSignatureException", "Signature not yet current: 20361122T000000Z", 4, clock),
        (403, "RequestTimeTooSkewed", "The difference is too large", 4, clock),
        (
            400,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            4,
            "hint: the temporary credentials have expired; sign in again\n",
        ),
        (400, "UnrecognizedClientException", "The security token included in the request is invalid", 4, ""),
        (400, "ValidationException", "1 validation error", 1, ""),
        (500, "InternalServerError", "An internal error occurred", 75, ""),
        (503, "ServiceUnavailable", "", 75, "hint: AWS is busy; --max-attempts tries more often\n"),
    ];
    for (status, code, message, exit, hint) in cases {
        let (ran, _aws) = list_with(move || Reply::error(status, code, message), &["--max-attempts", "1"]);
        assert_eq!(ran.code, exit, "{code}: {ran:?}");
        assert_eq!(ran.stdout, "", "{code}");
        let name = code.rsplit('#').next().unwrap();
        let text = if message.is_empty() { String::new() } else { format!(": {message}") };
        let expected =
            format!("error: cannot list the nodes\n  cause: {name}{text} (request {REQUEST_ID})\n");
        let rest = ran.stderr.strip_prefix(&expected).unwrap_or_else(|| panic!("{code}: {ran:?}"));
        assert_eq!(rest.trim_start(), hint, "{code}: {ran:?}");
    }
}

#[test]
fn the_errors_of_query_services_are_read_too() {
    for (code, exit) in
        [("ExpiredToken", 4), ("AccessDenied", 5), ("Throttling", 75), ("InvalidClientTokenId", 4)]
    {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no &amp; never</Message></Error>\
             <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        );
        let aws = FakeAws::start(move |_| Reply { status: 403, ..Reply::xml(body.clone()) });
        let ran = signed_in(&aws.endpoint).run(["whoami", "--max-attempts", "1"]).expect(exit);
        let expected =
            format!("error: cannot tell who you are\n  cause: {code}: no & never (request {REQUEST_ID})\n");
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    }
}

#[test]
fn every_call_is_signed_for_its_service_and_names_the_program() {
    let aws = FakeAws::start(|_| Reply::error(403, "AccessDeniedException", "no"));
    let sealed = signed_in(&aws.endpoint);
    sealed.run(["ssm", "list"]).expect(5);
    sealed.run(["whoami"]).expect(5);
    let services = ["ssm", "ssm", "sts"];
    assert_eq!(aws.requests().len(), services.len());
    for (request, service) in aws.requests().iter().zip(services) {
        let header = |name: &str| &request.headers.iter().find(|(known, _)| known == name).unwrap().1;
        assert!(
            header("authorization").contains(&format!("/eu-west-1/{service}/aws4_request, ")),
            "{request:?}"
        );
        assert!(
            header("user-agent").contains(concat!("app/opsctl-", env!("CARGO_PKG_VERSION"))),
            "{request:?}"
        );
    }
}

#[test]
fn throttling_is_tried_as_often_as_asked() {
    for attempts in [1, 2, 4] {
        let option = attempts.to_string();
        let throttled = || Reply::error(400, "ThrottlingException", "Rate exceeded");
        let (ran, aws) = list_with(throttled, &["--max-attempts", &option]);
        assert_eq!((ran.code, aws.requests().len()), (75, attempts), "{ran:?}");
    }
}

#[test]
fn a_call_that_succeeds_when_tried_again_is_no_failure() {
    let calls = std::sync::atomic::AtomicU32::new(0);
    let aws = FakeAws::start(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Reply::error(500, "InternalServerError", "once"),
        _ => Reply::json(json!({ "InstanceProperties": [] })),
    });
    signed_in(&aws.endpoint).run(["ssm", "list", "-o", "json"]).expect(0);
    assert_eq!(aws.requests().len(), 2);
}

#[test]
fn with_json_output_the_error_is_one_object() {
    for format in ["json", "ndjson"] {
        let denied = || Reply::error(400, "AccessDeniedException", "not \"allowed\"");
        let (ran, _aws) = list_with(denied, &["-o", format]);
        assert_eq!((ran.code, ran.stdout.as_str()), (5, ""));
        let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(
            error,
            json!({
                "code": 5,
                "kind": "denied",
                "message": "cannot list the nodes",
                "causes": [format!("AccessDeniedException: not \"allowed\" (request {REQUEST_ID})")],
                "awsCode": "AccessDeniedException",
                "requestId": REQUEST_ID,
                "region": "eu-west-1",
                "profile": null,
                "hint": null,
                "retryable": false
            })
        );
    }
}

#[test]
fn what_is_not_aws_is_told_from_it() {
    for (status, exit) in [(200, 1), (404, 1), (403, 1), (502, 75)] {
        let page = move || Reply {
            status,
            headers: vec![("content-type".into(), "text/html".into())],
            body: "<html><h1>It works!</h1></html>".into(),
        };
        let (ran, _aws) = list_with(page, &["--max-attempts", "1"]);
        assert_eq!(ran.code, exit, "{status}: {ran:?}");
        assert!(ran.stderr.contains(&format!("the answer (status {status}) is not one of AWS")), "{ran:?}");
        assert!(ran.stderr.contains("hint: check --endpoint-url and HTTPS_PROXY\n"), "{ran:?}");
    }
}

#[test]
fn an_endpoint_that_nobody_listens_at_is_a_temporary_failure() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sealed = signed_in(&format!("http://{address}"));
    let ran = sealed.run(["ssm", "list", "--max-attempts", "1"]).expect(75);
    assert!(ran.stderr.contains("cause: Connection refused"), "{ran:?}");
    assert!(
        ran.stderr.contains("hint: check the network, --region, --endpoint-url and HTTPS_PROXY\n"),
        "{ran:?}"
    );
}

/// It accepts, and then nothing.
#[test]
fn an_endpoint_that_never_answers_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let sealed = signed_in(&format!("http://{}", listener.local_addr().unwrap()));
    let ran = sealed.run(["ssm", "list", "--max-attempts", "1", "--read-timeout", "1"]).expect(75);
    assert!(ran.stderr.contains("cause: no answer in time\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: --read-timeout"), "{ran:?}");
}

#[test]
fn without_credentials_it_says_where_it_looked() {
    let mut sealed = Sealed::new();
    sealed.set("AWS_REGION", "eu-west-1");
    for command in [["ssm", "list"].as_slice(), &["whoami"]] {
        let ran = sealed.run(command).expect(4);
        assert!(ran.stderr.contains("no credentials found\n"), "{ran:?}");
        assert!(ran.stderr.contains("looked at: environment, profile, web identity, container"), "{ran:?}");
        assert!(ran.stderr.contains("hint: aws configure"), "{ran:?}");
    }
}

#[test]
fn an_unknown_profile_gets_a_near_match() {
    let sealed = Sealed::new();
    sealed.write("home/.aws/config", "[profile prod]\nregion = eu-west-1\n[profile test]\n");
    let ran = sealed.run(["ssm", "list", "--profile", "prdo"]).expect(4);
    let expected = "error: profile prdo does not exist (option --profile)\n  hint: did you mean prod?\n";
    assert_eq!(ran.stderr, expected);
    let ran = sealed.run(["ssm", "list", "--profile", "something-else"]).expect(4);
    assert!(ran.stderr.contains("hint: the profiles are prod, test\n"), "{ran:?}");
}

#[test]
fn a_region_that_is_none_or_bad_is_refused_before_anything_is_sent() {
    let aws = FakeAws::start(|_| Reply::json(json!({})));
    let mut sealed = Sealed::new();
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone()).set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    sealed.set("AWS_SECRET_ACCESS_KEY", "x");
    let ran = sealed.run(["ssm", "list"]).expect(4);
    assert!(ran.stderr.starts_with("error: no region is set\n  hint: give --region"), "{ran:?}");
    let ran = sealed.run(["ssm", "list", "--region", "eu-wst-1x"]).expect(2);
    let expected = "error: eu-wst-1x is not a region (option --region)\n  hint: did you mean eu-west-1?\n";
    assert_eq!(ran.stderr, expected);
    let ran = sealed.run(["ssm", "list", "--region", "eu-west-1.evil.example/"]).expect(2);
    assert!(ran.stderr.contains("is not a region"), "{ran:?}");
    assert!(aws.requests().is_empty());
}

#[test]
fn a_region_that_may_be_misspelt_is_doubted_where_it_does_not_answer() {
    // Nobody listens there.
    let mut sealed = signed_in("http://127.0.0.1:1");
    let doubt = "hint: eu-wset-1 is no region that is known; did you mean eu-west-1?";
    let ran = sealed.run(["ssm", "list", "--region", "eu-wset-1", "--max-attempts", "1"]).expect(75);
    assert!(ran.stderr.contains(doubt), "{ran:?}");
    let ran = sealed.run(["ssm", "list", "--region", "eu-west-1", "--max-attempts", "1"]).expect(75);
    assert!(!ran.stderr.contains("did you mean"), "{ran:?}");
    // One that answers is one.
    let aws = FakeAws::start(|_| Reply::json(json!({ "InstanceProperties": [] })));
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    assert_eq!(sealed.run(["ssm", "list", "--region", "eu-wset-1"]).expect(0).stderr, "");
}

#[test]
fn a_bad_endpoint_is_refused_wherever_it_comes_from() {
    for bad in ["nonsense", "127.0.0.1:4566", "ftp://127.0.0.1", "http://"] {
        let mut sealed = Sealed::new();
        let ran = sealed.signed_in().run(["ssm", "list", "--endpoint-url", bad]).expect(2);
        let expected =
            format!("error: the endpoint is not an http or https address: {bad} (option --endpoint-url)\n");
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
        let mut sealed = Sealed::new();
        let ran = sealed.signed_in().set("AWS_ENDPOINT_URL", bad).run(["ssm", "list"]).expect(2);
        let expected = format!(
            "error: the endpoint is not an http or https address: {bad} (environment AWS_ENDPOINT_URL)\n"
        );
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    }
}

#[test]
fn retry_settings_of_other_tools_do_not_panic() {
    let aws = FakeAws::start(|_| Reply::json(json!({ "InstanceProperties": [] })));
    let with = |name: &str, value: &str| {
        let mut sealed = signed_in(&aws.endpoint);
        sealed.set(name, value).run(["ssm", "list"])
    };
    with("AWS_RETRY_MODE", "legacy").expect(0);
    let ran = with("AWS_MAX_ATTEMPTS", "oops").expect(2);
    assert_eq!(
        ran.stderr,
        "error: max attempts is not a number from 1 to 100: oops (environment AWS_MAX_ATTEMPTS)\n"
    );
    let ran = with("AWS_RETRY_MODE", "sometimes").expect(2);
    assert!(ran.stderr.contains("unknown retry mode sometimes (environment AWS_RETRY_MODE)"), "{ran:?}");
}

const NODE: &str = "i-0123456789abcdef0";

#[test]
fn where_the_newer_call_is_denied_the_older_one_lists_the_nodes() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "DescribeInstanceInformation" => Reply::json(
            json!({ "InstanceInformationList": [{ "InstanceId": NODE, "PingStatus": "Online" }] }),
        ),
        _ => Reply::error(400, "AccessDeniedException", "not authorized"),
    });
    let ran = signed_in(&aws.endpoint).run(["ssm", "list", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"][0]["instanceId"], NODE);
    assert_eq!(aws.operations(), ["DescribeInstanceProperties", "DescribeInstanceInformation"]);
}

#[test]
fn when_both_calls_are_denied_the_newer_one_is_named() {
    let aws = FakeAws::start(|request| {
        Reply::error(400, "AccessDeniedException", &format!("not authorized: {}", request.operation))
    });
    let ran = signed_in(&aws.endpoint).run(["ssm", "list"]).expect(5);
    assert!(ran.stderr.contains("not authorized: DescribeInstanceProperties"), "{ran:?}");
}

#[test]
fn an_empty_page_with_a_token_is_not_the_last() {
    let aws = FakeAws::start(|request| {
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        Reply::json(match body["NextToken"].as_str() {
            None => json!({ "InstanceProperties": [], "NextToken": "one" }),
            Some("one") => json!({ "InstanceProperties": [], "NextToken": "two" }),
            _ => {
                json!({ "InstanceProperties": [{ "InstanceId": NODE, "PingStatus": "Online" }], "NextToken": "" })
            }
        })
    });
    let ran = signed_in(&aws.endpoint).run(["ssm", "list", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"][0]["instanceId"], NODE);
    assert_eq!(aws.requests().len(), 3);
}
