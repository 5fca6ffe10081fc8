use super::*;
use crate::sandbox::principals::Kind;
use crate::sandbox::services::testing;
use crate::sandbox::sso::start_url;
use http::{HeaderMap, HeaderName};
use serde_json::{Value, json as value};

const FAST: &str = "[sso]\ninterval_s = 0\n";

/// A request as a client or a browser sends it; headers as `name: value`.
fn ask(
    account: &Account,
    method: Method,
    uri: &str,
    headers: &[&str],
    body: &str,
) -> Result<RestReply, ServiceError> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut sent = HeaderMap::new();
    for header in headers {
        let (name, value) = header.split_once(": ").unwrap();
        sent.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    answer(
        account,
        &RestCall { method: &method, path, query, headers: &sent, body: body.as_bytes(), region: "" },
    )
}

fn post(account: &Account, path: &str, body: &Value) -> Result<Value, ServiceError> {
    let reply = ask(account, Method::POST, path, &["content-type: application/json"], &body.to_string())?;
    assert_eq!(reply.headers[CACHE_CONTROL], "no-store");
    Ok(serde_json::from_slice(&reply.body).unwrap())
}

fn get(account: &Account, uri: &str, token: &str) -> Result<Value, ServiceError> {
    let reply = ask(account, Method::GET, uri, &[&format!("x-amz-sso_bearer_token: {token}")], "")?;
    Ok(serde_json::from_slice(&reply.body).unwrap())
}

fn registered(account: &Account) -> Value {
    post(account, "/client/register", &value!({"clientName": "a <client>", "clientType": "public"})).unwrap()
}

fn started(account: &Account, client: &Value) -> Value {
    let body = value!({
        "clientId": client["clientId"],
        "clientSecret": client["clientSecret"],
        "startUrl": start_url(4566, account.identity.secret_access_key()),
    });
    post(account, "/device_authorization", &body).unwrap()
}

fn polled(account: &Account, client: &Value, codes: &Value) -> Result<Value, ServiceError> {
    let body = value!({
        "clientId": client["clientId"],
        "clientSecret": client["clientSecret"],
        "grantType": "urn:ietf:params:oauth:grant-type:device_code",
        "deviceCode": codes["deviceCode"],
    });
    post(account, "/token", &body)
}

fn signed_in(account: &Account) -> String {
    let client = registered(account);
    let codes = started(account, &client);
    polled(account, &client, &codes).unwrap()["accessToken"].as_str().unwrap().to_owned()
}

#[test]
fn who_has_signed_in_gets_credentials_of_its_roles_and_of_no_others() {
    let config = "page_size = 1\n[sso]\nuser = \"ann\"\nrole_s = 900\n\
                  [[sso.accounts]]\nid = \"111122223333\"\nroles = [\"Administrator\", \"ReadOnly\"]\n\
                  [[sso.accounts]]\nid = \"444455556666\"\nname = \"other\"\nroles = [\"ReadOnly\"]\n";
    let account = testing::account(config);
    let token = signed_in(&account);
    let first = get(&account, "/assignment/accounts", &token).unwrap();
    assert_eq!(first["accountList"].as_array().unwrap().len(), 1);
    let next: String =
        url::form_urlencoded::byte_serialize(first["nextToken"].as_str().unwrap().as_bytes()).collect();
    let second = get(&account, &format!("/assignment/accounts?next_token={next}"), &token).unwrap();
    let other = value!({"accountId": "444455556666", "accountName": "other", "emailAddress": "444455556666@example.com"});
    assert_eq!(second, value!({ "accountList": [other] }));
    let roles = get(&account, "/assignment/roles?account_id=444455556666", &token).unwrap();
    assert_eq!(roles, value!({"roleList": [{"roleName": "ReadOnly", "accountId": "444455556666"}]}));

    let before = Timestamp::now();
    let uri = "/federation/credentials?account_id=444455556666&role_name=ReadOnly";
    let credentials = &get(&account, uri, &token).unwrap()["roleCredentials"];
    let text = |name: &str| credentials[name].as_str().unwrap();
    let key = account.principals.find(text("accessKeyId"), Some(text("sessionToken")), before).unwrap();
    assert_eq!(key.secret_access_key(), text("secretAccessKey"));
    assert_eq!((key.principal.kind, key.principal.account.as_str()), (Kind::RoleSession, "444455556666"));
    let start = "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_ReadOnly_";
    assert!(
        key.principal.arn.starts_with(start) && key.principal.arn.ends_with("/ann"),
        "{}",
        key.principal.arn
    );
    let lasts = credentials["expiration"].as_i64().unwrap() - before.as_millisecond();
    assert!((900_000..960_000).contains(&lasts), "{lasts}");

    for (uri, code, status) in [
        (
            "/federation/credentials?account_id=444455556666&role_name=Administrator",
            "ForbiddenException",
            403,
        ),
        ("/federation/credentials?account_id=777788889999&role_name=ReadOnly", "ForbiddenException", 403),
        ("/federation/credentials?account_id=444455556666", "InvalidRequestException", 400),
        ("/assignment/roles", "InvalidRequestException", 400),
        ("/assignment/accounts?max_result=0", "InvalidRequestException", 400),
        ("/assignment/accounts?next_token=x", "InvalidRequestException", 400),
    ] {
        let error = get(&account, uri, &token).unwrap_err();
        assert_eq!((error.code.as_ref(), error.status), (code, status), "{uri}");
    }
    assert!(
        ask(&account, Method::POST, "/logout", &[&format!("x-amz-sso_bearer_token: {token}")], "").is_ok()
    );
    for token in ["", "x", &token] {
        let error = get(&account, "/assignment/accounts", token).unwrap_err();
        assert_eq!((error.code.as_ref(), error.status), ("UnauthorizedException", 401), "{token}");
    }
}

#[test]
fn a_user_approves_on_a_page_without_scripts() {
    let account = testing::account("[sso]\napprove = \"by hand\"\ninterval_s = 0\n");
    let client = registered(&account);
    let codes = started(&account, &client);
    let pending = |account: &Account| polled(account, &client, &codes).unwrap_err().code;
    assert_eq!(pending(&account), "AuthorizationPendingException");
    let complete = codes["verificationUriComplete"].as_str().unwrap();
    let page =
        ask(&account, Method::GET, complete.strip_prefix("http://127.0.0.1:4566").unwrap(), &[], "").unwrap();
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let code = codes["userCode"].as_str().unwrap();
    assert!(text.contains(code) && text.contains("a &lt;client&gt;") && !text.contains("<script"), "{text}");
    let policy = page.headers[http::header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; form-action 'self';"), "{policy}");

    let approve = format!("user_code={code}&verdict=approve");
    for origin in ["origin: http://evil.example", "origin: null", "origin: http://127.0.0.1:1"] {
        let refused = ask(&account, Method::POST, "/device", &[origin], &approve).unwrap_err();
        assert_eq!((refused.code.as_ref(), refused.status), ("AccessDeniedException", 403), "{origin}");
    }
    let own = ["origin: http://127.0.0.1:4566"];
    let refused = ask(&account, Method::POST, "/device", &own, &format!("user_code={code}&verdict=x"));
    assert_eq!(refused.unwrap_err().code, "InvalidRequestException");
    let unknown =
        ask(&account, Method::POST, "/device", &own, "user_code=ABCD-EFGH&verdict=approve").unwrap();
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(pending(&account), "AuthorizationPendingException");
    assert_eq!(ask(&account, Method::POST, "/device", &own, &approve).unwrap().status, StatusCode::OK);
    assert!(polled(&account, &client, &codes).is_ok());
    assert_eq!(polled(&account, &client, &codes).unwrap_err().code, "InvalidGrantException");
}

#[test]
fn a_browser_is_asked_and_sent_back() {
    let account = testing::account("[sso]\napprove = \"by hand\"\n");
    let body = value!({
        "clientName": "b", "clientType": "public", "scopes": ["sso:account:access"],
        "grantTypes": ["authorization_code", "refresh_token"], "redirectUris": ["http://127.0.0.1/oauth/callback"],
        "issuerUrl": start_url(4566, account.identity.secret_access_key()),
    });
    let client = post(&account, "/client/register", &body).unwrap();
    let verifier = "a-verifier-that-is-as-long-as-one-has-to-be-by-the-rfc";
    let challenge = {
        use base64::Engine as _;
        let hash = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash)
    };
    let uri = format!(
        "/authorize?response_type=code&client_id={}&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Foauth%2Fcallback\
         &state=s&code_challenge={challenge}&code_challenge_method=S256&scopes=sso%3Aaccount%3Aaccess",
        client["clientId"].as_str().unwrap()
    );
    let page = ask(&account, Method::GET, &uri, &[], "").unwrap();
    let policy = page.headers[http::header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("form-action 'self' http://127.0.0.1:4711;"), "{policy}");
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let (_, ticket) = text.split_once("name=\"ticket\" value=\"").unwrap();
    let ticket = ticket.split_once('"').unwrap().0;
    let ticket: String = url::form_urlencoded::byte_serialize(ticket.as_bytes()).collect();
    let sent =
        ask(&account, Method::POST, "/authorize", &[], &format!("ticket={ticket}&verdict=approve")).unwrap();
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let location = url::Url::parse(sent.headers[http::header::LOCATION].to_str().unwrap()).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let token = |code: &str| {
        let body = value!({
            "clientId": client["clientId"], "clientSecret": client["clientSecret"],
            "grantType": "authorization_code", "code": code, "codeVerifier": verifier,
            "redirectUri": "http://127.0.0.1:4711/oauth/callback",
        });
        post(&account, "/token", &body)
    };
    let granted = token(&code).unwrap();
    assert_eq!((&granted["tokenType"], &granted["expiresIn"]), (&value!("Bearer"), &value!(28_800)));
    assert_eq!(token(&code).unwrap_err().code, "InvalidGrantException");
    let refresh = value!({
        "clientId": client["clientId"], "clientSecret": client["clientSecret"],
        "grantType": "refresh_token", "refreshToken": granted["refreshToken"],
    });
    assert!(post(&account, "/token", &refresh).is_ok());
    assert_eq!(post(&account, "/token", &refresh).unwrap_err().code, "InvalidGrantException");
    // Nobody is sent to elsewhere.
    let elsewhere = uri.replace("127.0.0.1%3A4711", "evil.example");
    assert_eq!(
        ask(&account, Method::GET, &elsewhere, &[], "").unwrap_err().code,
        "InvalidRedirectUriException"
    );
}

#[test]
fn what_is_not_in_the_model_is_refused_without_its_words() {
    let account = testing::account(FAST);
    let client = registered(&account);
    for (path, body, code) in [
        ("/token", "{\"clientSecret\": \"s3cret\"".to_owned(), "InvalidRequestException"),
        ("/token", "{\"clientId\": 7, \"clientSecret\": \"s3cret\"}".to_owned(), "InvalidRequestException"),
        ("/device_authorization", "{}".to_owned(), "InvalidRequestException"),
        (
            "/token",
            value!({"clientId": client["clientId"], "clientSecret": client["clientSecret"], "grantType": "password"})
                .to_string(),
            "UnsupportedGrantTypeException",
        ),
        (
            "/token",
            value!({"clientId": client["clientId"], "clientSecret": "s3cret", "grantType": "refresh_token", "refreshToken": "x"})
                .to_string(),
            "InvalidClientException",
        ),
        (
            "/token",
            value!({"clientId": client["clientId"], "clientSecret": "s3cret", "grantType": "refresh_token"}).to_string(),
            "InvalidRequestException",
        ),
    ] {
        let error = ask(&account, Method::POST, path, &[], &body).unwrap_err();
        assert_eq!(error.code, code, "{body}");
        assert!(!error.message.contains("s3cret"), "{}", error.message);
    }
}
