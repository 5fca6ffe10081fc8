//! Sign-in of a sandbox, from outside: roles and sessions of STS, Identity Center with its ways to a token, by the SDK,
//! the AWS CLI and what a browser sends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use aws_credential_types::Credentials;
use aws_sdk_ssm::config::{BehaviorVersion, Region};
use aws_sdk_sts::error::ProvideErrorMetadata;
use aws_smithy_http_client::Builder as HttpClient;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Sandbox, Sealed, with_the_aws_cli};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The configuration of a client of the SDK; `Config` is that of its service.
macro_rules! client {
    ($service:ident, $sandbox:expr $(, $more:ident($value:expr))*) => {
        $service::Client::from_conf(
            $service::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .endpoint_url(&$sandbox.endpoint)
                .http_client(HttpClient::new().build_http())
                $(.$more($value))*
                .build(),
        )
    };
}

/// The sandbox's own key.
fn own_key(sandbox: &Sandbox) -> Credentials {
    let file = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let value = |key: &str| {
        let line = file.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.unwrap().to_owned()
    };
    Credentials::new(value("aws_access_key_id"), value("aws_secret_access_key"), None, None, "sandbox")
}

fn key(of: &aws_sdk_sts::types::Credentials) -> Credentials {
    let token = Some(of.session_token().to_owned());
    Credentials::new(of.access_key_id(), of.secret_access_key(), token, None, "sandbox")
}

fn with_token(key: &Credentials, token: Option<&str>) -> Credentials {
    let token = token.map(str::to_owned);
    Credentials::new(key.access_key_id(), key.secret_access_key(), token, None, "sandbox")
}

/// What AWS calls an error.
fn code<T: std::fmt::Debug, E: ProvideErrorMetadata>(result: Result<T, E>) -> String {
    result.unwrap_err().code().unwrap_or_default().to_owned()
}

#[test]
fn keys_of_a_role_sign_for_every_service_with_their_own_token() {
    let sealed = Sealed::new();
    let config =
        "[[roles]]\nname = \"deploy\"\nmfa = true\nmax_duration = 43200\n[[roles]]\nname = \"next\"\n";
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    runtime().block_on(async {
        let sts = client!(aws_sdk_sts, sandbox, credentials_provider(own_key(&sandbox)));
        let assume = || {
            let call = sts.assume_role().role_arn("arn:aws:iam::111122223333:role/deploy");
            call.role_session_name("ann").serial_number("arn:aws:iam::111122223333:mfa/rehearsal")
        };
        assert_eq!(code(assume().token_code("000000").send().await), "AccessDenied");
        let unknown = sts.assume_role().role_arn("arn:aws:iam::111122223333:role/other");
        assert_eq!(code(unknown.role_session_name("ann").send().await), "AccessDenied");
        let assumed = assume().token_code("123456").duration_seconds(43_200).send().await.unwrap();
        let arn = "arn:aws:sts::111122223333:assumed-role/deploy/ann";
        assert_eq!(assumed.assumed_role_user().unwrap().arn(), arn);
        let key = key(assumed.credentials().unwrap());

        let as_role = client!(aws_sdk_sts, sandbox, credentials_provider(key.clone()));
        let identity = as_role.get_caller_identity().send().await.unwrap();
        assert_eq!((identity.arn(), identity.account()), (Some(arn), Some("111122223333")));
        assert!(identity.user_id().is_some_and(|id| id.starts_with("AROA") && id.ends_with(":ann")));
        let next = as_role.assume_role().role_arn("arn:aws:iam::111122223333:role/next");
        assert!(next.role_session_name("chained").send().await.is_ok());
        assert_eq!(code(as_role.get_session_token().send().await), "AccessDenied");

        // A session is its own.
        let ssm = client!(aws_sdk_ssm, sandbox, credentials_provider(key.clone()));
        let nodes = ssm.describe_instance_information().send().await.unwrap();
        let node = nodes.instance_information_list()[0].instance_id().unwrap();
        let session = ssm.start_session().target(node).send().await.unwrap();
        assert!(session.session_id().unwrap().starts_with("ann-"), "{session:?}");
        let active = ssm.describe_sessions().state("Active".into()).send().await.unwrap();
        assert_eq!(active.sessions()[0].owner(), Some(arn));

        // The token of another key is none.
        let user = sts.get_session_token().send().await.unwrap();
        let others = user.credentials().unwrap().session_token().to_owned();
        for token in [None, Some(others.as_str()), Some("x")] {
            let key = with_token(&key, token);
            let sts = client!(aws_sdk_sts, sandbox, credentials_provider(key.clone()));
            assert_eq!(code(sts.get_caller_identity().send().await), "InvalidClientTokenId", "{token:?}");
            let ssm = client!(aws_sdk_ssm, sandbox, credentials_provider(key.clone()));
            let refused = ssm.describe_instance_information().send().await;
            assert_eq!(code(refused), "UnrecognizedClientException", "{token:?}");
            let s3 = client!(aws_sdk_s3, sandbox, credentials_provider(key), force_path_style(true));
            let expected = if token.is_none() { "InvalidAccessKeyId" } else { "InvalidToken" };
            assert_eq!(code(s3.list_buckets().send().await), expected, "{token:?}");
        }
        let s3 = client!(aws_sdk_s3, sandbox, credentials_provider(key), force_path_style(true));
        assert_eq!(s3.list_buckets().send().await.unwrap().buckets().len(), 4);
    });
}

/// Where clients start: what the sandbox's own configuration names, and nobody could guess.
pub fn start_url(sandbox: &Sandbox) -> String {
    let config = std::fs::read_to_string(sandbox.dir.join("config")).unwrap();
    config.lines().find_map(|line| line.strip_prefix("sso_start_url = ")).unwrap().to_owned()
}

/// Signs in with a device as far as a token.
async fn signed_in(sandbox: &Sandbox) -> String {
    let login = login(sandbox).await;
    login["accessToken"].as_str().unwrap().to_owned()
}

/// A key that works only with its token, of the sandbox's own user.
pub fn session_key(sandbox: &Sandbox) -> Credentials {
    let sts = client!(aws_sdk_sts, sandbox, credentials_provider(own_key(sandbox)));
    key(runtime().block_on(sts.get_session_token().send()).unwrap().credentials().unwrap())
}

/// What the AWS CLI keeps of a login that has just been made.
pub fn kept_login(sandbox: &Sandbox) -> Value {
    runtime().block_on(login(sandbox))
}

async fn login(sandbox: &Sandbox) -> Value {
    let oidc = client!(aws_sdk_ssooidc, sandbox);
    let register = oidc.register_client().client_name("a client").client_type("public");
    let client = register.scopes("sso:account:access").send().await.unwrap();
    let (id, secret) = (client.client_id().unwrap(), client.client_secret().unwrap());
    let start_url = start_url(sandbox);
    let start = oidc.start_device_authorization().client_id(id).client_secret(secret).start_url(start_url);
    let codes = start.send().await.unwrap();
    let token = oidc.create_token().client_id(id).client_secret(secret).grant_type(DEVICE_CODE);
    let token = token.device_code(codes.device_code().unwrap()).send().await.unwrap();
    json!({
        "startUrl": self::start_url(sandbox),
        "region": "us-east-1",
        "accessToken": token.access_token().unwrap(),
        "expiresAt": "2099-01-01T00:00:00Z",
        "clientId": id,
        "clientSecret": secret,
        "registrationExpiresAt": "2099-01-01T00:00:00Z",
        "refreshToken": token.refresh_token().unwrap(),
    })
}

fn role_key(of: &aws_sdk_sso::types::RoleCredentials) -> Credentials {
    let token = of.session_token().map(str::to_owned);
    let (id, secret) = (of.access_key_id().unwrap(), of.secret_access_key().unwrap());
    Credentials::new(id, secret, token, None, "sandbox")
}

#[test]
fn a_device_signs_in_and_gets_credentials_of_a_role() {
    let sealed = Sealed::new();
    let config = "[sso]\nuser = \"ann\"\n\
                  approve = \"after 2 polls\"\ninterval_s = 0\n\
                  [[sso.accounts]]\nid = \"111122223333\"\nroles = [\"Administrator\", \"ReadOnly\"]\n";
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    runtime().block_on(async {
        let oidc = client!(aws_sdk_ssooidc, sandbox);
        let register = || oidc.register_client().client_name("a client").client_type("public");
        let client = register().scopes("sso:account:access").send().await.unwrap();
        let (id, secret) = (client.client_id().unwrap(), client.client_secret().unwrap());
        let start = |secret: &str, url: &str| {
            oidc.start_device_authorization().client_id(id).client_secret(secret).start_url(url).send()
        };
        let url = &start_url(&sandbox);
        assert!(start("x", url).await.unwrap_err().into_service_error().is_invalid_client_exception());
        let elsewhere = start(secret, "https://other.awsapps.com/start").await;
        assert!(elsewhere.unwrap_err().into_service_error().is_invalid_request_exception());
        let codes = start(secret, url).await.unwrap();
        assert!(codes.verification_uri().unwrap().starts_with(&sandbox.endpoint), "{codes:?}");
        let token = || oidc.create_token().client_id(id).client_secret(secret);
        let poll = |code: &str| token().grant_type(DEVICE_CODE).device_code(code).send();
        let code_of_device = codes.device_code().unwrap();
        for _ in 0..2 {
            let waits = poll(code_of_device).await.unwrap_err().into_service_error();
            assert!(waits.is_authorization_pending_exception(), "{waits:?}");
        }
        let granted = poll(code_of_device).await.unwrap();
        assert_eq!((granted.token_type(), granted.expires_in()), (Some("Bearer"), 28_800));
        for replayed in [code_of_device, "x"] {
            let refused = poll(replayed).await.unwrap_err().into_service_error();
            assert!(refused.is_invalid_grant_exception(), "{refused:?}");
        }
        let refresh = |with: String| token().grant_type("refresh_token").refresh_token(with).send();
        let first = granted.refresh_token().unwrap().to_owned();
        let granted = refresh(first.clone()).await.unwrap();
        let refused = refresh(first).await.unwrap_err().into_service_error();
        assert!(refused.is_invalid_grant_exception(), "{refused:?}");

        let portal = client!(aws_sdk_sso, sandbox);
        let access = granted.access_token().unwrap();
        let accounts = portal.list_accounts().access_token(access).send().await.unwrap();
        assert_eq!(accounts.account_list()[0].account_id(), Some("111122223333"));
        let roles = portal.list_account_roles().access_token(access).account_id("111122223333");
        assert_eq!(roles.send().await.unwrap().role_list()[1].role_name(), Some("ReadOnly"));
        let credentials = |access: &str, role: &str| {
            portal
                .get_role_credentials()
                .access_token(access)
                .account_id("111122223333")
                .role_name(role)
                .send()
        };
        let issued = credentials(access, "ReadOnly").await.unwrap();
        let key = role_key(issued.role_credentials().unwrap());
        let sts = client!(aws_sdk_sts, sandbox, credentials_provider(key));
        let identity = sts.get_caller_identity().send().await.unwrap();
        let start = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ReadOnly_";
        assert!(
            identity.arn().is_some_and(|arn| arn.starts_with(start) && arn.ends_with("/ann")),
            "{identity:?}"
        );
        assert_eq!(code(credentials(access, "Owner").await), "ForbiddenException");
        portal.logout().access_token(access).send().await.unwrap();
        for token in [access, "x"] {
            let refused = credentials(token, "ReadOnly").await.unwrap_err().into_service_error();
            assert!(refused.is_unauthorized_exception(), "{refused:?}");
        }
    });
}

#[test]
fn what_has_expired_is_told_so() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::in_dir(&sealed, "role", Some("[sso]\nrole_s = 0\n"));
    runtime().block_on(async {
        let portal = client!(aws_sdk_sso, sandbox);
        let access = signed_in(&sandbox).await;
        let issued = portal.get_role_credentials().access_token(access).account_id("111122223333");
        let issued = issued.role_name("Administrator").send().await.unwrap();
        let key = role_key(issued.role_credentials().unwrap());
        let sts = client!(aws_sdk_sts, sandbox, credentials_provider(key.clone()));
        assert_eq!(code(sts.get_caller_identity().send().await), "ExpiredToken");
        let ssm = client!(aws_sdk_ssm, sandbox, credentials_provider(key.clone()));
        assert_eq!(code(ssm.describe_instance_information().send().await), "ExpiredTokenException");
        let s3 = client!(aws_sdk_s3, sandbox, credentials_provider(key), force_path_style(true));
        assert_eq!(code(s3.list_buckets().send().await), "ExpiredToken");
    });
    let sandbox = Sandbox::in_dir(&sealed, "token", Some("[sso]\ntoken_s = 0\n"));
    runtime().block_on(async {
        let portal = client!(aws_sdk_sso, sandbox);
        let refused = portal.list_accounts().access_token(signed_in(&sandbox).await).send().await;
        assert!(refused.unwrap_err().into_service_error().is_unauthorized_exception());
    });
    let sandbox = Sandbox::in_dir(&sealed, "code", Some("[sso]\ncode_s = 0\n"));
    runtime().block_on(async {
        let oidc = client!(aws_sdk_ssooidc, sandbox);
        let client = oidc.register_client().client_name("a").client_type("public").send().await.unwrap();
        let (id, secret) = (client.client_id().unwrap(), client.client_secret().unwrap());
        let start_url = start_url(&sandbox);
        let start =
            oidc.start_device_authorization().client_id(id).client_secret(secret).start_url(start_url);
        let device_code = start.send().await.unwrap().device_code().unwrap().to_owned();
        let token = oidc.create_token().client_id(id).client_secret(secret).grant_type(DEVICE_CODE);
        let refused = token.device_code(device_code).send().await.unwrap_err().into_service_error();
        assert!(refused.is_expired_token_exception(), "{refused:?}");
    });
}

/// What a browser sends, and the whole answer to it.
pub fn browse(sandbox: &Sandbox, method: &str, uri: &str, headers: &str, body: &str) -> String {
    let host = sandbox.endpoint.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!("{method} {uri} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_user_approves_a_device_by_hand_and_no_page_of_others_does() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some("[sso]\napprove = \"by hand\"\ninterval_s = 0\n"));
    let runtime = runtime();
    let oidc = client!(aws_sdk_ssooidc, sandbox);
    let register = oidc.register_client().client_name("a client").client_type("public").send();
    let client = runtime.block_on(register).unwrap();
    let (id, secret) = (client.client_id().unwrap(), client.client_secret().unwrap());
    for (verdict, is_expected) in [("approve", true), ("refuse", false)] {
        let start = oidc.start_device_authorization().client_id(id).client_secret(secret);
        let codes = runtime.block_on(start.start_url(start_url(&sandbox)).send()).unwrap();
        let poll = || {
            let token = oidc.create_token().client_id(id).client_secret(secret).grant_type(DEVICE_CODE);
            let answer = runtime.block_on(token.device_code(codes.device_code().unwrap()).send());
            answer.map_err(|error| Box::new(error.into_service_error()))
        };
        let complete = codes.verification_uri_complete().unwrap();
        let page = browse(&sandbox, "GET", complete.strip_prefix(&sandbox.endpoint).unwrap(), "", "");
        assert!(page.starts_with("HTTP/1.1 200 ") && page.contains(codes.user_code().unwrap()), "{page}");
        let body = format!("user_code={}&verdict={verdict}", codes.user_code().unwrap());
        let foreign = browse(&sandbox, "POST", "/device", "origin: http://evil.example\r\n", &body);
        assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
        assert!(poll().unwrap_err().is_authorization_pending_exception());
        let own = format!("origin: {}\r\n", sandbox.endpoint);
        let decided = browse(&sandbox, "POST", "/device", &own, &body);
        assert!(decided.starts_with("HTTP/1.1 200 "), "{decided}");
        match poll() {
            Ok(_) => assert!(is_expected),
            Err(refused) => assert!(!is_expected && refused.is_access_denied_exception(), "{refused:?}"),
        }
    }
}

#[test]
fn a_browser_brings_a_code_back_to_loopback_only() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    let runtime = runtime();
    let oidc = client!(aws_sdk_ssooidc, sandbox);
    let register = oidc.register_client().client_name("a client").client_type("public");
    let register = register
        .grant_types("authorization_code")
        .grant_types("refresh_token")
        .issuer_url(start_url(&sandbox));
    let elsewhere = runtime.block_on(register.clone().redirect_uris("http://example.com/").send());
    assert!(elsewhere.unwrap_err().into_service_error().is_invalid_redirect_uri_exception());
    let register = register.scopes("sso:account:access").redirect_uris("http://127.0.0.1/oauth/callback");
    let client = runtime.block_on(register.send()).unwrap();
    let (id, secret) = (client.client_id().unwrap(), client.client_secret().unwrap());
    let verifier = "a-verifier-that-is-as-long-as-one-has-to-be-by-the-rfc";
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let uri = format!(
        "/authorize?response_type=code&client_id={id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Foauth%2Fcallback\
         &state=a%20state&code_challenge={challenge}&code_challenge_method=S256&scopes=sso%3Aaccount%3Aaccess"
    );
    let callback = "http://127.0.0.1:4711/oauth/callback";
    let brought_back = || {
        let answer = browse(&sandbox, "GET", &uri, "", "");
        assert!(answer.starts_with("HTTP/1.1 302 "), "{answer}");
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        let location = url::Url::parse(location.trim()).unwrap();
        assert!(location.as_str().starts_with(callback), "{location}");
        let pair = |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(pair("state"), "a state");
        pair("code")
    };
    let redeem = |code: &str, verifier: &str, redirect_uri: &str| {
        let token = oidc.create_token().client_id(id).client_secret(secret).grant_type("authorization_code");
        let token = token.code(code).code_verifier(verifier).redirect_uri(redirect_uri).send();
        runtime.block_on(token).map_err(|error| Box::new(error.into_service_error()))
    };
    let code = brought_back();
    let granted = redeem(&code, verifier, callback).unwrap();
    assert!(granted.access_token().is_some() && granted.refresh_token().is_some());
    for (case, code, verifier, redirect_uri) in [
        ("replayed", code, verifier, callback),
        ("unknown", "x".to_owned(), verifier, callback),
        ("another verifier", brought_back(), "another", callback),
        ("another place", brought_back(), verifier, "http://127.0.0.1:4712/oauth/callback"),
    ] {
        let refused = redeem(&code, verifier, redirect_uri).unwrap_err();
        assert!(refused.is_invalid_grant_exception(), "{case}: {refused:?}");
    }
    let elsewhere = browse(&sandbox, "GET", &uri.replace("127.0.0.1%3A4711", "example.com"), "", "");
    assert!(elsewhere.starts_with("HTTP/1.1 400 ") && !elsewhere.contains("location:"), "{elsewhere}");
}

#[test]
fn no_secret_of_sign_in_is_in_a_log() {
    let mut sealed = Sealed::new();
    let log = sealed.path("log");
    sealed.set("OPSCTL_LOG", "trace").set("OPSCTL_LOG_FILE", log.display().to_string());
    let sandbox = Sandbox::up(&sealed);
    let secrets = runtime().block_on(async {
        let oidc = client!(aws_sdk_ssooidc, sandbox);
        let client =
            oidc.register_client().client_name("a client").client_type("public").send().await.unwrap();
        let access = signed_in(&sandbox).await;
        let portal = client!(aws_sdk_sso, sandbox);
        let issued = portal.get_role_credentials().access_token(&access).account_id("111122223333");
        let key =
            role_key(issued.role_name("Administrator").send().await.unwrap().role_credentials().unwrap());
        let sts = client!(aws_sdk_sts, sandbox, credentials_provider(own_key(&sandbox)));
        let session = sts.get_session_token().send().await.unwrap();
        let session = session.credentials().unwrap();
        let wrong = with_token(&key, Some(session.session_token()));
        let sts = client!(aws_sdk_sts, sandbox, credentials_provider(wrong));
        assert_eq!(code(sts.get_caller_identity().send().await), "InvalidClientTokenId");
        [
            client.client_secret().unwrap().to_owned(),
            access,
            key.secret_access_key().to_owned(),
            key.session_token().unwrap().to_owned(),
            session.secret_access_key().to_owned(),
            session.session_token().to_owned(),
        ]
    });
    drop(sandbox);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("answered") && log.contains("UnrecognizedClientException"), "{log}");
    for secret in secrets {
        assert!(secret.len() >= 40 && !log.contains(&secret), "{log}");
    }
}

#[test]
fn the_aws_cli_signs_in_inside() {
    let sealed = Sealed::new();
    let config = sealed.write(
        "sandbox.toml",
        "[[roles]]\nname = \"deploy\"\nmfa = true\n[sso]\ninterval_s = 0\napprove = \"after 1 polls\"\n",
    );
    let script = r#"
arn=arn:aws:iam::111122223333
aws --output text sts assume-role --role-arn $arn:role/deploy --role-session-name ann 2>&1 | tr -d '\n'; echo
code="--serial-number $arn:mfa/rehearsal --token-code"
aws --output text sts get-session-token $code 000000 2>&1 | tr -d '\n'; echo
take() { printf %s "$1" | cut -f "$2"; }
as() { AWS_ACCESS_KEY_ID=$(take "$1" 1) AWS_SECRET_ACCESS_KEY=$(take "$1" 2) AWS_SESSION_TOKEN=$(take "$1" 3) aws --output text sts get-caller-identity --query Arn; }
keys='[Credentials.AccessKeyId, Credentials.SecretAccessKey, Credentials.SessionToken]'
as "$(aws --output text sts get-session-token $code 123456 --query "$keys")"
as "$(aws --output text sts assume-role --role-arn $arn:role/deploy --role-session-name ann $code 123456 --query "$keys")"
# What looks like an address is not to be fetched.
aws configure set cli_follow_urlparam false
client=$(aws --output text sso-oidc register-client --client-name cli --client-type public --query '[clientId, clientSecret]')
shown="--client-id $(take "$client" 1) --client-secret $(take "$client" 2)"
device=$(aws --output text sso-oidc start-device-authorization $shown --start-url "$(sed -n "s/^sso_start_url = //p" "$AWS_CONFIG_FILE")" --query deviceCode)
token() { aws --output text sso-oidc create-token $shown --grant-type urn:ietf:params:oauth:grant-type:device_code --device-code "$device" --query accessToken; }
token 2>&1 | tr -d '\n'; echo
token=$(token)
as "$(aws --output text sso get-role-credentials --access-token "$token" --account-id 111122223333 --role-name Administrator \
    --query 'roleCredentials.[accessKeyId, secretAccessKey, sessionToken]')"
"#;
    let args = ["sandbox", "run", "--config", config.to_str().unwrap(), "--", "sh", "-c", script];
    let Some(ran) = with_the_aws_cli(&sealed, args) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for (line, expected) in lines.iter().zip([
        "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/rehearsal is not \
         authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/deploy",
        "(AccessDenied) when calling the GetSessionToken operation: MultiFactorAuthentication failed with invalid MFA \
         one time pass code.",
        "arn:aws:iam::111122223333:user/rehearsal",
        "arn:aws:sts::111122223333:assumed-role/deploy/ann",
        "(AuthorizationPendingException) when calling the CreateToken operation: Authorization is pending",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Administrator_",
    ]) {
        assert!(line.contains(expected), "{}", ran.stdout);
    }
    assert!(lines.len() == 6 && lines[5].ends_with("/rehearsal"), "{}", ran.stdout);
}
