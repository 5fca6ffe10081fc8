//! What a profile or a variable says about calls, as the AWS CLI has it and the SDK alone has not.

use serde_json::json;

use super::world;
use crate::support::tunnel::{ConnectProxy, TlsFront, authority};
use crate::support::{FakeAws, Reply, Request, Sealed};

const KEYS: &str = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = plantedSecret\n";

fn aws() -> FakeAws {
    FakeAws::start(|_| Reply::json(json!({ "InstanceProperties": [] })))
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

#[test]
fn the_default_profile_variable_of_the_aws_cli_names_a_profile() {
    let aws = aws();
    let mut sealed = Sealed::new();
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone()).set("AWS_DEFAULT_PROFILE", "second");
    let other = KEYS.replace("AKIAEXAMPLE", "AKIASECOND");
    sealed.write(
        "home/.aws/config",
        &format!("[default]\nregion = eu-west-1\n{KEYS}[profile second]\nregion = eu-west-2\n{other}"),
    );
    sealed.run(["ssm", "list"]).expect(0);
    sealed.set("AWS_PROFILE", "default").run(["ssm", "list"]).expect(0);
    let signed: Vec<String> =
        aws.requests().iter().map(|request| header(request, "authorization").to_owned()).collect();
    assert!(signed[0].contains("AKIASECOND/") && signed[0].contains("/eu-west-2/"), "{signed:?}");
    assert!(signed[1].contains("AKIAEXAMPLE/") && signed[1].contains("/eu-west-1/"), "{signed:?}");
}

#[test]
fn a_section_of_services_names_the_endpoint_of_each() {
    let (ssm, sts) = (aws(), FakeAws::start(|_| identity()));
    let services = format!(
        "[services local]\nssm =\n  endpoint_url = {}\nsts =\n  endpoint_url = {}\n",
        ssm.endpoint, sts.endpoint
    );
    let sealed = Sealed::new();
    sealed.write(
        "home/.aws/config",
        &format!("[profile local]\nregion = eu-west-1\nservices = local\n{KEYS}{services}"),
    );
    sealed.run(["ssm", "list", "--profile", "local"]).expect(0);
    sealed.run(["whoami", "--profile", "local"]).expect(0);
    assert_eq!(ssm.operations(), ["DescribeInstanceProperties"]);
    assert_eq!(sts.operations(), ["GetCallerIdentity"]);
}

fn identity() -> Reply {
    Reply::xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn><UserId>u</UserId>\
         <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    )
}

/// Nobody is reached: the proxy is told where the call goes.
#[test]
fn fips_and_dual_stack_endpoints_are_asked_for_by_variables_and_by_profiles() {
    let fips = "ssm-fips.us-east-1.amazonaws.com:443";
    let dual = "ssm.us-east-1.api.aws:443";
    for (variable, line, name) in [
        (Some("AWS_USE_FIPS_ENDPOINT"), "", fips),
        (None, "use_fips_endpoint = true\n", fips),
        (Some("AWS_USE_DUALSTACK_ENDPOINT"), "", dual),
        (None, "use_dualstack_endpoint = true\n", dual),
        (None, "", "ssm.us-east-1.amazonaws.com:443"),
    ] {
        let proxy = ConnectProxy::refusing("403 Forbidden");
        let mut sealed = Sealed::new();
        sealed.write("home/.aws/config", &format!("[profile far]\nregion = us-east-1\n{line}{KEYS}"));
        sealed.set("HTTPS_PROXY", format!("http://{}", proxy.address));
        if let Some(variable) = variable {
            sealed.set(variable, "true");
        }
        sealed.run(["ssm", "list", "--profile", "far", "--max-attempts", "1"]).expect(75);
        let [head] = proxy.heads().try_into().unwrap();
        assert!(head.starts_with(&format!("CONNECT {name} ")), "{line:?} {head}");
    }
}

#[test]
fn the_addressing_style_of_a_profile_says_where_the_bucket_goes() {
    let s3 = FakeAws::start(|_| {
        Reply::xml(
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a.txt</Key><Size>1</Size>\
             <LastModified>2026-11-20T01:02:03.000Z</LastModified></Contents></ListBucketResult>",
        )
    });
    let front = TlsFront::before(s3.address).address;
    for (lines, is_in_path) in [
        ("s3 =\n  addressing_style = path\n", true),
        ("s3 =\n  max_concurrent_requests = 20\n  addressing_style = virtual\n", false),
        // At an endpoint that is named, as the AWS CLI does it.
        ("s3 =\n  addressing_style = auto\n", true),
        ("", true),
    ] {
        let proxy = ConnectProxy::to([("*aws.example.test:443", front)]);
        let mut sealed = Sealed::new();
        sealed.write("home/.aws/config", &format!("[profile far]\nregion = us-east-1\n{KEYS}{lines}"));
        sealed
            .set("HTTPS_PROXY", format!("http://{}", proxy.address))
            .set("AWS_CA_BUNDLE", authority().to_str().unwrap())
            .set("AWS_ENDPOINT_URL_S3", "https://aws.example.test");
        sealed
            .run(["s3", "manifest", "build", "s3://data-1/", "--to", "list.csv", "--profile", "far"])
            .expect(0);
        let heads = proxy.heads();
        let name =
            if is_in_path { "CONNECT aws.example.test:443 " } else { "CONNECT data-1.aws.example.test:443 " };
        assert!(!heads.is_empty() && heads.iter().all(|head| head.starts_with(name)), "{lines:?} {heads:?}");
        let line = s3.requests().last().unwrap().line.clone();
        assert_eq!(line.starts_with("GET /data-1"), is_in_path, "{lines:?} {line}");
    }
    let sealed = Sealed::new();
    let line = "s3 =\n  addressing_style = virtaul\n";
    sealed.write("home/.aws/config", &format!("[profile far]\nregion = us-east-1\n{KEYS}{line}"));
    let ran = sealed.run(["ssm", "list", "--profile", "far"]).expect(2);
    assert!(ran.stderr.contains("unknown addressing_style virtaul (profile far)"), "{ran:?}");
    assert!(ran.stderr.contains("did you mean virtual?"), "{ran:?}");
}

#[test]
fn retry_settings_of_a_profile_are_read_and_their_mistakes_named() {
    let busy = FakeAws::start(|_| Reply::error(400, "ThrottlingException", "slow down"));
    for (lines, attempts) in [("retry_mode = legacy\nmax_attempts = 2\n", 2), ("max_attempts = 1\n", 1)] {
        let before = busy.requests().len();
        with_profile(lines, &busy).run(["ssm", "list", "--profile", "far"]).expect(75);
        assert_eq!(busy.requests().len() - before, attempts, "{lines}");
    }
    for (line, told) in [
        ("retry_mode = sometimes\n", "unknown retry mode sometimes (profile far)"),
        ("max_attempts = oops\n", "max attempts is not a number from 1 to 100: oops (profile far)"),
    ] {
        let ran = with_profile(line, &busy).run(["ssm", "list", "--profile", "far"]).expect(2);
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
}

fn with_profile(lines: &str, aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.write("home/.aws/config", &format!("[profile far]\nregion = us-east-1\n{lines}{KEYS}"));
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

/// An hour ahead of this machine.
fn date() -> String {
    let there = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    there.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn a_clock_that_is_off_by_an_hour_is_corrected_or_else_named() {
    let refusal = || {
        let mut reply = Reply::error(
            400,
            "InvalidSignatureException",
            "Signature expired: 20261122T000000Z is now earlier than x",
        );
        reply.headers.push(("date".into(), date()));
        reply
    };
    let stubborn = FakeAws::start(move |_| refusal());
    let ran = with_profile("", &stubborn).run(["ssm", "list", "--profile", "far"]).expect(4);
    assert!(
        ran.stderr
            .contains("hint: the clock of this machine is 60 minutes behind that of AWS: set the clock"),
        "{ran:?}"
    );
    let there = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(50);
    let strict = FakeAws::start(move |request| {
        if header(request, "x-amz-date") < there.strftime("%Y%m%dT%H%M%SZ").to_string().as_str() {
            return refusal();
        }
        Reply::json(json!({ "InstanceProperties": [] }))
    });
    with_profile("", &strict).run(["ssm", "list", "--profile", "far"]).expect(0);
    assert_eq!(strict.requests().len(), 2);
}

/// Who passed over half a key would act as somebody else.
#[test]
fn half_a_key_in_the_environment_is_refused_as_the_aws_cli_does() {
    let (mut sealed, _sandbox) = world("", "[default]\nregion = us-east-1\nsource_profile = keys\n");
    sealed.set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").set("AWS_REGION", "us-east-1");
    let ran = sealed.run(["whoami"]).expect(4);
    assert!(ran.stderr.contains("AWS_SECRET_ACCESS_KEY is not"), "{ran:?}");
    sealed.run(["whoami", "--profile", "keys"]).expect(0);
}
