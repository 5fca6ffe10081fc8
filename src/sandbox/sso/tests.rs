use super::clients::Registered;
use super::clients::{AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN};
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

const CALLBACK: &str = "http://127.0.0.1:4711/oauth/callback";
const VERIFIER: &str = "a-verifier-that-is-as-long-as-one-has-to-be-by-the-rfc";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn sso(approve: Approve) -> Sso {
    let identity = Identity::new("111122223333", "us-east-1", "rehearsal").unwrap();
    let own = [SsoAccount::own(&identity.account)];
    Sso::new(SsoSettings { approve, ..SsoSettings::default() }, &own, &identity, 4566).unwrap()
}

fn registration(sso: &Sso) -> Registration {
    Registration {
        name: "a client".into(),
        kind: "public".into(),
        scopes: vec!["sso:account:access".into()],
        redirect_uris: vec!["http://127.0.0.1/oauth/callback".into()],
        grant_types: [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN].map(str::to_owned).to_vec(),
        issuer_url: sso.start_url.clone(),
    }
}

/// What somebody is refused with.
fn code<T>(result: Result<T, ServiceError>) -> String {
    result.map(|_| ()).unwrap_err().code.into_owned()
}

impl Registered {
    fn shown(&self) -> (&str, &str) {
        (&self.id, &self.secret)
    }
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()))
}

/// The code with which a browser is sent back.
fn brought_back(way: &Url) -> String {
    way.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

#[test]
fn a_device_waits_as_long_as_is_asked_for_and_its_code_is_good_once() {
    for (approve, pending) in [(Approve::AtOnce, 0), (Approve::AfterPolls(2), 2)] {
        let sso = sso(approve);
        let client = sso.register(registration(&sso), at(0)).unwrap();
        let codes = sso.start_device(client.shown(), &sso.start_url, at(0)).unwrap();
        let poll = |now| sso.token(client.shown(), &Grant::Device { code: &codes.device_code }, at(now));
        for now in 0..pending {
            assert_eq!(code(poll(now)), "AuthorizationPendingException", "{approve:?}");
        }
        let granted = poll(pending).unwrap();
        assert!(sso.accounts(&granted.access_token, at(pending)).is_ok());
        assert_eq!(code(poll(pending + 1)), "InvalidGrantException", "{approve:?}");
    }
}

#[test]
fn who_asks_too_often_slows_down_and_who_asks_too_late_starts_again() {
    let sso = sso(Approve::Never);
    let client = sso.register(registration(&sso), at(0)).unwrap();
    let codes = sso.start_device(client.shown(), &sso.start_url, at(0)).unwrap();
    let poll =
        |now: Timestamp| code(sso.token(client.shown(), &Grant::Device { code: &codes.device_code }, now));
    assert_eq!(poll(at(0)), "AuthorizationPendingException");
    assert_eq!(poll(at(0).saturating_add(SignedDuration::from_millis(999)).unwrap()), "SlowDownException");
    assert_eq!(poll(at(2)), "AuthorizationPendingException");
    assert_eq!(poll(at(599)), "AuthorizationPendingException");
    assert_eq!(poll(at(600)), "ExpiredTokenException");
}

#[test]
fn a_user_approves_or_refuses_the_code_of_a_device_once() {
    let sso = sso(Approve::ByHand);
    let client = sso.register(registration(&sso), at(0)).unwrap();
    for (verdict, expected) in [(Verdict::Approved, None), (Verdict::Refused, Some("AccessDeniedException"))]
    {
        let codes = sso.start_device(client.shown(), &sso.start_url, at(0)).unwrap();
        let poll = |now| sso.token(client.shown(), &Grant::Device { code: &codes.device_code }, at(now));
        assert_eq!(
            codes.verification_uri_complete,
            format!("http://127.0.0.1:4566/device?user_code={}", codes.user_code)
        );
        assert_eq!(code(poll(1)), "AuthorizationPendingException");
        assert_eq!(sso.waiting(&codes.user_code, at(1)).as_deref(), Some("a client"));
        assert!(!sso.decide("ABCD-EFGH", verdict, at(1)) && !sso.decide(&codes.user_code, verdict, at(600)));
        assert!(sso.decide(&codes.user_code, verdict, at(1)));
        assert!(!sso.decide(&codes.user_code, Verdict::Approved, at(1)), "it is decided");
        assert_eq!(poll(2).map(|_| ()).err().map(|error| error.code.into_owned()).as_deref(), expected);
    }
}

#[test]
fn a_client_shows_its_own_secret_and_what_was_issued_to_it() {
    let sso = sso(Approve::AtOnce);
    let client = sso.register(registration(&sso), at(0)).unwrap();
    let other = sso.register(registration(&sso), at(0)).unwrap();
    let codes = sso.start_device(client.shown(), &sso.start_url, at(0)).unwrap();
    let grant = Grant::Device { code: &codes.device_code };
    for (case, client, now, expected) in [
        ("no client", ("", ""), 0, "InvalidClientException"),
        ("no secret", (client.id.as_str(), ""), 0, "InvalidClientException"),
        ("another's secret", (client.id.as_str(), other.secret.as_str()), 0, "InvalidClientException"),
        ("its secret has expired", client.shown(), 90 * 24 * 3600, "InvalidClientException"),
        ("another's code", other.shown(), 0, "InvalidGrantException"),
    ] {
        let result = sso.token(client, &grant, at(now));
        let status = result.as_ref().map_or_else(|error| error.status, |_| 200);
        assert_eq!(
            (code(result).as_str(), status == 401),
            (expected, expected == "InvalidClientException"),
            "{case}"
        );
    }
    assert_eq!(code(sso.token(client.shown(), &Grant::Device { code: "x" }, at(0))), "InvalidGrantException");
    for elsewhere in ["https://example.awsapps.com/start", "http://127.0.0.1:4566/start"] {
        let refused = sso.start_device(client.shown(), elsewhere, at(0));
        assert_eq!(code(refused), "InvalidRequestException", "{elsewhere}");
        let issuer = Registration { issuer_url: elsewhere.to_owned(), ..registration(&sso) };
        assert_eq!(code(sso.register(issuer, at(0))), "InvalidRequestException", "{elsewhere}");
    }
    assert!(sso.start_device(client.shown(), &format!("{}/#/", sso.start_url), at(0)).is_ok());
}

#[test]
fn what_a_client_says_of_itself_is_checked() {
    let sso = sso(Approve::AtOnce);
    let with = |change: &dyn Fn(&mut Registration)| {
        let mut asked = registration(&sso);
        change(&mut asked);
        code(sso.register(asked, at(0)))
    };
    assert_eq!(with(&|asked| asked.name.clear()), "InvalidClientMetadataException");
    assert_eq!(with(&|asked| asked.kind = "confidential".into()), "InvalidClientMetadataException");
    assert_eq!(with(&|asked| asked.scopes = vec!["all".into()]), "InvalidScopeException");
    assert_eq!(with(&|asked| asked.grant_types = vec!["password".into()]), "UnsupportedGrantTypeException");
    assert_eq!(with(&|asked| asked.redirect_uris.clear()), "InvalidRequestException");
    let elsewhere = |asked: &mut Registration| asked.redirect_uris.push("http://example.com/".into());
    assert_eq!(with(&elsewhere), "InvalidRedirectUriException");
    // One that has only a browser has no device.
    let browser = Registration { grant_types: vec![AUTHORIZATION_CODE.into()], ..registration(&sso) };
    let client = sso.register(browser, at(0)).unwrap();
    assert_eq!(code(sso.start_device(client.shown(), &sso.start_url, at(0))), "UnauthorizedClientException");
}

#[test]
fn a_browser_brings_back_a_code_that_only_who_sent_it_can_use_and_once() {
    let sso = sso(Approve::AtOnce);
    let client = sso.register(registration(&sso), at(0)).unwrap();
    let other = sso.register(registration(&sso), at(0)).unwrap();
    let challenge = challenge(VERIFIER);
    let asking = Asking {
        response_type: "code",
        client_id: &client.id,
        redirect_uri: CALLBACK,
        state: "a state&",
        code_challenge: &challenge,
        code_challenge_method: "S256",
    };
    let sent = |asking| match sso.authorize(asking, at(0)).unwrap() {
        Way::To(url) => url,
        Way::Ask { .. } => panic!("nobody is to be asked"),
    };
    let url = sent(asking);
    assert!(url.as_str().starts_with(CALLBACK) && url.as_str().ends_with("&state=a+state%26"), "{url}");
    let fresh = || brought_back(&sent(asking));
    let redeem = |client: &Registered, code: &str, redirect_uri, verifier, now| {
        sso.token(client.shown(), &Grant::Browser { code, redirect_uri, verifier }, at(now))
    };
    let good = fresh();
    assert!(redeem(&client, &good, CALLBACK, VERIFIER, 1).is_ok());
    for (case, owner, code_shown, redirect_uri, verifier, now) in [
        ("replayed", &client, good, CALLBACK, VERIFIER, 1),
        ("unknown", &client, "x".to_owned(), CALLBACK, VERIFIER, 1),
        ("another's", &other, fresh(), CALLBACK, VERIFIER, 1),
        ("another verifier", &client, fresh(), CALLBACK, "another", 1),
        ("another place", &client, fresh(), "http://127.0.0.1:4712/oauth/callback", VERIFIER, 1),
        ("too late", &client, fresh(), CALLBACK, VERIFIER, 600),
    ] {
        assert_eq!(
            code(redeem(owner, &code_shown, redirect_uri, verifier, now)),
            "InvalidGrantException",
            "{case}"
        );
        // A code that was shown with something wrong is not good any more.
        assert_eq!(
            code(redeem(&client, &code_shown, CALLBACK, VERIFIER, 1)),
            "InvalidGrantException",
            "{case}"
        );
    }
    for (case, asking) in [
        ("response type", Asking { response_type: "token", ..asking }),
        ("plain", Asking { code_challenge_method: "plain", ..asking }),
        ("no challenge", Asking { code_challenge: "", ..asking }),
    ] {
        let url = sent(asking);
        assert!(url.as_str().contains("?error=") && !url.as_str().contains("code="), "{case}: {url}");
    }
    // Nobody is sent anywhere by somebody unknown, or to elsewhere.
    for (case, asking, expected) in [
        ("client", Asking { client_id: "x", ..asking }, "InvalidClientException"),
        (
            "elsewhere",
            Asking { redirect_uri: "http://example.com/oauth/callback", ..asking },
            "InvalidRedirectUriException",
        ),
        ("path", Asking { redirect_uri: "http://127.0.0.1:4711/", ..asking }, "InvalidRedirectUriException"),
    ] {
        assert_eq!(code(sso.authorize(asking, at(0))), expected, "{case}");
    }
}

#[test]
fn a_browser_waits_for_its_user_where_that_is_asked_for() {
    let challenge = challenge(VERIFIER);
    for (approve, verdict, expected) in [
        (Approve::ByHand, Verdict::Approved, "code="),
        (Approve::ByHand, Verdict::Refused, "error=access_denied"),
        (Approve::Never, Verdict::Approved, "error=access_denied"),
    ] {
        let sso = sso(approve);
        let client = sso.register(registration(&sso), at(0)).unwrap();
        let asking = Asking {
            response_type: "code",
            client_id: &client.id,
            redirect_uri: CALLBACK,
            state: "s",
            code_challenge: &challenge,
            code_challenge_method: "S256",
        };
        let url = match sso.authorize(asking, at(0)).unwrap() {
            Way::To(url) => url,
            Way::Ask { ticket, client, .. } => {
                assert_eq!(client, "a client");
                assert_eq!(sso.answer("x", verdict, at(1)), Ok(None));
                let url = sso.answer(&ticket, verdict, at(1)).unwrap().unwrap();
                assert_eq!(sso.answer(&ticket, verdict, at(1)), Ok(None), "it is answered");
                url
            }
        };
        assert!(url.as_str().contains(expected), "{approve:?} {verdict:?}: {url}");
    }
}

#[test]
fn a_token_is_refreshed_once_and_ends_with_its_session() {
    let sso = sso(Approve::AtOnce);
    let client = sso.register(registration(&sso), at(0)).unwrap();
    let other = sso.register(registration(&sso), at(0)).unwrap();
    let codes = sso.start_device(client.shown(), &sso.start_url, at(0)).unwrap();
    let first = sso.token(client.shown(), &Grant::Device { code: &codes.device_code }, at(0)).unwrap();
    let first_refresh = first.refresh_token.unwrap();
    let refresh =
        |client: &Registered, token: &str| sso.token(client.shown(), &Grant::Refresh { token }, at(28_799));
    assert_eq!(code(refresh(&other, &first_refresh)), "InvalidGrantException");
    let second = refresh(&client, &first_refresh).unwrap();
    assert_eq!(code(refresh(&client, &first_refresh)), "InvalidGrantException");
    assert!(sso.accounts(&first.access_token, at(28_799)).is_ok());
    assert_eq!(code(sso.accounts(&first.access_token, at(28_800))), "UnauthorizedException");
    assert_eq!(sso.accounts(&second.access_token, at(28_800)).unwrap(), [SsoAccount::own("111122223333")]);
    sso.log_out(&second.access_token, at(28_800)).unwrap();
    assert_eq!(code(sso.accounts(&second.access_token, at(28_800))), "UnauthorizedException");
    assert_eq!(code(refresh(&client, &second.refresh_token.unwrap())), "InvalidGrantException");
    assert_eq!(code(sso.log_out("x", at(0))), "UnauthorizedException");
    // Who does not ask for a session that lasts has none.
    let plain = sso.register(Registration { scopes: Vec::new(), ..registration(&sso) }, at(0)).unwrap();
    let codes = sso.start_device(plain.shown(), &sso.start_url, at(0)).unwrap();
    let granted = sso.token(plain.shown(), &Grant::Device { code: &codes.device_code }, at(0)).unwrap();
    assert!(granted.refresh_token.is_none());
}
