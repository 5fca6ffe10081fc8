//! The way out: TLS with a trust store of one's own, and proxies, for the calls and for the data channel alike.

use std::net::SocketAddr;

use serde_json::json;

use crate::support::session_aws::{connect_in, granting, signed_in_to};
use crate::support::tunnel::{ConnectProxy, TlsFront, authority};
use crate::support::{FakeAws, Gateway, Node, Reply, Sealed};

/// A gateway of one session that greets and ends.
fn greeter() -> Gateway<()> {
    Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"welcome\r\n");
        node.close(peer, "");
    })
}

/// AWS and a gateway of one session, both behind TLS.
struct Encrypted {
    gateway: Gateway<()>,
    aws: FakeAws,
    aws_front: SocketAddr,
    gateway_front: SocketAddr,
}

impl Encrypted {
    /// The gateway's address begins so, with its port.
    fn with_gateway_at(address: impl FnOnce(u16) -> String) -> Self {
        let gateway = greeter();
        let gateway_front = TlsFront::before(gateway.address).address;
        let aws = granting(format!("wss://{}{}", address(gateway_front.port()), gateway.path()));
        let aws_front = TlsFront::before(aws.address).address;
        Encrypted { gateway, aws, aws_front, gateway_front }
    }

    fn of_this_machine() -> Self {
        Encrypted::with_gateway_at(|port| format!("localhost:{port}"))
    }

    /// Under names that only a proxy knows.
    fn elsewhere() -> (Self, [(&'static str, SocketAddr); 2]) {
        let elsewhere = Encrypted::with_gateway_at(|_| "gateway.example.test".into());
        let names = [
            ("aws.example.test:443", elsewhere.aws_front),
            ("gateway.example.test:443", elsewhere.gateway_front),
        ];
        (elsewhere, names)
    }

    fn local_endpoint(&self) -> String {
        format!("https://{}", self.aws_front)
    }
}

fn signed_in(endpoint: impl Into<String>) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", endpoint);
    sealed
}

fn trusting(endpoint: impl Into<String>) -> Sealed {
    let mut sealed = signed_in(endpoint);
    sealed.set("AWS_CA_BUNDLE", authority().to_str().unwrap());
    sealed
}

#[test]
fn a_bundle_of_authorities_serves_the_calls_and_the_data_channel() {
    let aws = Encrypted::of_this_machine();
    let ran = connect_in(&trusting(aws.local_endpoint()), &[], "").expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("welcome\r\n", ""));
    aws.gateway.end();
}

#[test]
fn a_profile_may_name_the_bundle() {
    let aws = Encrypted::of_this_machine();
    let sealed = signed_in(aws.local_endpoint());
    let bundle = authority();
    sealed.write("home/.aws/config", &format!("[default]\nca_bundle = {}\n", bundle.display()));
    connect_in(&sealed, &[], "").expect(0);
    aws.gateway.end();
}

#[test]
fn the_certificates_of_the_system_serve_without_a_bundle() {
    let aws = Encrypted::of_this_machine();
    let mut sealed = signed_in(aws.local_endpoint());
    sealed.set("SSL_CERT_FILE", authority().to_str().unwrap());
    connect_in(&sealed, &[], "").expect(0);
    aws.gateway.end();
}

/// The calls go unencrypted to this machine, but the role is assumed over TLS.
#[test]
fn signing_in_may_need_certificates_that_the_calls_do_not() {
    let sts = FakeAws::start(|request| {
        assert_eq!(request.operation, "AssumeRole");
        Reply::xml(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
             <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        )
    });
    let ssm = FakeAws::start(|_| Reply::json(json!({ "InstanceProperties": [] })));
    let mut sealed = Sealed::new();
    sealed.write(
        "home/.aws/config",
        "[profile role]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = keys\n\
         [profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n",
    );
    sealed
        .set("SSL_CERT_FILE", authority().to_str().unwrap())
        .set("AWS_ENDPOINT_URL_STS", format!("https://{}", TlsFront::before(sts.address).address));
    let args = ["ssm", "list", "--profile", "role", "--endpoint-url", &ssm.endpoint, "-o", "json"];
    sealed.run(args).expect(0);
    assert_eq!(ssm.operations(), ["DescribeInstanceProperties"]);
}

#[test]
fn an_authority_that_is_not_trusted_is_named_and_not_asked_again() {
    let aws = Encrypted::of_this_machine();
    let ran = signed_in(aws.local_endpoint()).run(["ssm", "list"]).expect(1);
    assert!(ran.stderr.starts_with("error: cannot list the nodes\n"), "{ran:?}");
    assert!(ran.stderr.contains("cause: invalid peer certificate: UnknownIssuer\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: AWS_CA_BUNDLE"), "{ran:?}");
    assert!(aws.aws.requests().is_empty());

    // The call goes unencrypted to this machine; the data channel meets the authority.
    let ran = connect_in(&signed_in_to(&aws.aws), &[], "").expect(1);
    assert!(ran.stderr.contains("cause: the TLS connection to localhost failed\n"), "{ran:?}");
    assert!(ran.stderr.contains("cause: invalid peer certificate: UnknownIssuer\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: AWS_CA_BUNDLE"), "{ran:?}");
}

/// The certificate holds for other names.
#[test]
fn a_certificate_for_another_name_is_refused() {
    let aws = Encrypted::of_this_machine();
    let proxy = ConnectProxy::to([("other.example.test:443", aws.aws_front)]);
    let mut sealed = trusting("https://other.example.test");
    sealed.set("HTTPS_PROXY", format!("http://{}", proxy.address));
    let ran = sealed.run(["ssm", "list"]).expect(1);
    assert!(ran.stderr.contains("cause: invalid peer certificate: "), "{ran:?}");
    assert!(aws.aws.requests().is_empty());
}

#[test]
fn a_broken_bundle_is_refused_before_anything_is_sent() {
    let aws = FakeAws::start(|_| Reply::json(json!({})));
    let sealed = signed_in_to(&aws);
    let empty = sealed.write("empty.pem", "no certificate\n");
    let damaged =
        sealed.write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let missing = sealed.path("missing.pem");
    for (bundle, message) in [
        (empty, "no certificates in the CA bundle"),
        (damaged, "no certificates in the CA bundle"),
        (missing, "cannot read the CA bundle"),
    ] {
        let mut sealed = signed_in_to(&aws);
        let path = bundle.to_str().unwrap();
        let ran = sealed.set("AWS_CA_BUNDLE", path).run(["ssm", "list"]).expect(2);
        assert!(ran.stderr.starts_with(&format!("error: {message} {path} (AWS_CA_BUNDLE)\n")), "{ran:?}");
    }
    assert!(aws.requests().is_empty());
}

#[test]
fn a_proxy_carries_the_calls_and_the_data_channel() {
    let (aws, names) = Encrypted::elsewhere();
    let proxy = ConnectProxy::to(names);
    let mut sealed = trusting("https://aws.example.test");
    sealed.set("HTTPS_PROXY", format!("http://me:pass%20word@{}", proxy.address));
    let ran = connect_in(&sealed, &[], "").expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("welcome\r\n", ""));
    aws.gateway.end();
    let heads = proxy.heads();
    for name in ["aws.example.test:443", "gateway.example.test:443"] {
        let head = heads.iter().find(|head| head.starts_with(&format!("CONNECT {name} HTTP/1.1\r\n")));
        let head = head.unwrap_or_else(|| panic!("{name}: {heads:?}")).to_ascii_lowercase();
        // me:pass word
        let expected = "\r\nproxy-authorization: basic bwu6cgfzcyb3b3jk\r\n";
        assert!(head.contains(expected), "{head}");
    }
}

/// 0.0.0.0 leads to this machine, but is no loopback address: those need not be named.
#[test]
fn what_no_proxy_names_is_reached_directly() {
    let aws = Encrypted::with_gateway_at(|port| format!("0.0.0.0:{port}"));
    let proxy = ConnectProxy::refusing("403 Forbidden");
    let mut sealed = trusting(format!("https://0.0.0.0:{}", aws.aws_front.port()));
    sealed.set("HTTPS_PROXY", format!("http://{}", proxy.address));
    connect_in(&sealed, &["--max-attempts", "1"], "").expect(75);
    assert_eq!(proxy.heads().len(), 1);
    sealed.set("NO_PROXY", "example.test,0.0.0.0");
    connect_in(&sealed, &[], "").expect(0);
    aws.gateway.end();
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    let gateway = greeter();
    let aws = granting(gateway.stream_url());
    let proxy = ConnectProxy::refusing("403 Forbidden");
    let mut sealed = signed_in_to(&aws);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        sealed.set(name, format!("http://{}", proxy.address));
    }
    connect_in(&sealed, &[], "").expect(0);
    gateway.end();
    assert_eq!(proxy.heads(), [""; 0]);
}

#[test]
fn a_proxy_that_does_not_connect_is_a_temporary_failure_of_the_call() {
    let refusals = [
        ("407 Proxy Authentication Required", "proxy authorization required"),
        ("502 Bad Gateway", "unsuccessful"),
    ];
    for (status, cause) in refusals {
        let proxy = ConnectProxy::refusing(status);
        let mut sealed = trusting("https://aws.example.test");
        sealed.set("HTTPS_PROXY", format!("http://me:secret@{}", proxy.address));
        let ran = sealed.run(["ssm", "list", "--max-attempts", "1"]).expect(75);
        assert!(ran.stderr.contains(cause), "{ran:?}");
        assert!(ran.stderr.contains("HTTPS_PROXY\n"), "{ran:?}");
        assert!(!ran.stderr.contains("secret"), "{ran:?}");
        assert_eq!(proxy.heads().len(), 1);
    }
}

#[test]
fn a_proxy_that_does_not_connect_is_a_temporary_failure_of_the_channel() {
    let aws = granting("wss://gateway.example.test/v1/data-channel/x?role=publish_subscribe".into());
    for status in ["407 Proxy Authentication Required", "502 Bad Gateway"] {
        let proxy = ConnectProxy::refusing(status);
        let mut sealed = signed_in_to(&aws);
        sealed.set("HTTPS_PROXY", format!("http://me:secret@{}", proxy.address));
        let ran = connect_in(&sealed, &[], "").expect(75);
        let cause = "cause: the proxy 127.0.0.1 does not connect to gateway.example.test\n";
        assert!(ran.stderr.contains(cause), "{ran:?}");
        assert!(!ran.stderr.contains("secret"), "{ran:?}");
        assert_eq!(proxy.heads().len(), 1);
    }
}

#[test]
fn a_proxy_that_is_not_there_is_a_temporary_failure() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut sealed = trusting("https://aws.example.test");
    sealed.set("HTTPS_PROXY", format!("http://{address}"));
    let ran = sealed.run(["ssm", "list", "--max-attempts", "1"]).expect(75);
    assert!(ran.stderr.contains("onnection refused"), "{ran:?}");
}
