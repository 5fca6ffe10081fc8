//! Nothing that opens a door is ever written: keys and tokens are planted, everything is logged, and neither
//! stream may hold one of them.

use crate::support::session_aws::{connect_in, granting, signed_in_to, token};
use crate::support::{FakeAws, Gateway, Node, Ran, Reply, Sealed};

const SECRET_KEY: &str = "plantedSecret/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SESSION_TOKEN: &str = "plantedSession//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==";

/// Every way to be talkative: the value of OPSCTL_LOG, and options.
const WAYS: [(&str, &[&str]); 4] =
    [("", &["--debug"]), ("", &["--debug", "-o", "json"]), ("trace", &[]), ("trace", &["-o", "json"])];

fn planted(aws: &FakeAws, filter: &str) -> Sealed {
    let mut sealed = signed_in_to(aws);
    sealed
        .set("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .set("AWS_SESSION_TOKEN", SESSION_TOKEN)
        .set("OPSCTL_LOG", filter);
    sealed
}

#[track_caller]
fn assert_silent(ran: &Ran) {
    assert!(ran.stderr.len() > 2000, "nothing was logged: {ran:?}");
    for secret in [SECRET_KEY, SESSION_TOKEN, &token(0), &token(1)] {
        // Also not percent-encoded, and not the greater part of it.
        for part in [secret, &secret[..secret.len() - 4], &secret[..14]] {
            for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
                let line = text.lines().find(|line| line.contains(part));
                assert!(line.is_none(), "{stream} shows {part}: {line:?}");
            }
        }
    }
}

#[test]
fn a_session_shows_no_key_and_no_token() {
    for (filter, options) in WAYS {
        let gateway = Gateway::start(|door| {
            let mut peer = door.accept();
            let mut node = Node::with_handshake();
            node.connected();
            node.serve_until_started(&mut peer);
            node.disconnected();
            drop(peer);
            let mut peer = door.accept();
            node.connected();
            node.serve_until_typed(&mut peer, "exit\n");
            node.close(peer, "");
        });
        let aws = granting(gateway.stream_url());
        let ran = connect_in(&planted(&aws, filter), options, "exit\n").expect(0);
        gateway.end();
        assert_silent(&ran);
    }
}

#[test]
fn a_call_shows_no_key_and_no_token() {
    for (filter, options) in WAYS {
        let aws = FakeAws::start(|_| {
            Reply::xml(
                "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                 <Arn>arn:aws:iam::111122223333:user/me</Arn><UserId>AIDAEXAMPLE</UserId>\
                 <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
            )
        });
        let ran = planted(&aws, filter).run(["whoami"].iter().chain(options)).expect(0);
        assert!(ran.stdout.contains("111122223333"), "{ran:?}");
        assert_silent(&ran);
    }
}

#[test]
fn a_failure_shows_no_key_and_no_token() {
    for (filter, options) in WAYS {
        let aws = FakeAws::start(|_| Reply::error(400, "AccessDeniedException", "no"));
        let args = ["ssm", "connect", "i-0123456789abcdef0"].iter().chain(options);
        let ran = planted(&aws, filter).run(args).expect(5);
        assert_silent(&ran);
    }
}
