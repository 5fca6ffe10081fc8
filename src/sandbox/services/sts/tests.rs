use super::*;
use crate::sandbox::principals::calling_now;
use crate::sandbox::services::testing;
use std::sync::Arc;

const ROLES: &str = r#"
[[roles]]
name = "deploy"
max_duration = 7200
[[roles]]
name = "guarded"
mfa = true
[[roles]]
name = "partner"
external_id = "know-me"
"#;
const SERIAL: &str = "arn:aws:iam::111122223333:mfa/rehearsal";

/// An element of an answer.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name}: {xml}"));
    rest.split_once(&format!("</{name}>")).unwrap().0
}

fn call(account: &Account, action: &str, fields: &[(&str, &str)]) -> Result<String, ServiceError> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.append_pair("Action", action).append_pair("Version", VERSION).extend_pairs(fields);
    match answer(account, body.finish().as_bytes())? {
        Reply::Xml { action: answered, result, .. } if answered == action => Ok(result),
        other => panic!("{other:?}"),
    }
}

fn assume(account: &Account, role: &str, fields: &[(&str, &str)]) -> Result<String, ServiceError> {
    let arn = format!("arn:aws:iam::111122223333:role/{role}");
    call(account, "AssumeRole", &[&[("RoleArn", arn.as_str()), ("RoleSessionName", "ann")], fields].concat())
}

/// Does this as the one whom these credentials were issued to.
fn with<T>(account: &Account, credentials: &str, act: impl FnOnce() -> T) -> T {
    let (id, token) = (element(credentials, "AccessKeyId"), element(credentials, "SessionToken"));
    let key = account.principals.find(id, Some(token), Timestamp::now()).unwrap();
    assert_eq!(element(credentials, "SecretAccessKey"), key.secret_access_key());
    calling_now(Arc::clone(&key.principal), act)
}

fn denied(role: &str) -> String {
    format!(
        "User: arn:aws:iam::111122223333:user/rehearsal is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::111122223333:role/{role}"
    )
}

#[test]
fn a_caller_is_told_who_it_is() {
    let account = testing::account("account = \"444455556666\"\ncaller = \"ann\"");
    let result = call(&account, "GetCallerIdentity", &[]).unwrap();
    let start = "<Arn>arn:aws:iam::444455556666:user/ann</Arn><UserId>AIDA";
    assert!(result.starts_with(start), "{result}");
}

#[test]
fn other_actions_and_versions_are_unknown() {
    let account = testing::account("");
    for body in
        ["", "Action=GetFederationToken&Version=2011-06-15", "Action=GetCallerIdentity&Version=2010-01-01"]
    {
        let error = answer(&account, body.as_bytes()).unwrap_err();
        assert_eq!(error.code, "UnknownOperationException", "{body}");
    }
}

#[test]
fn a_role_is_assumed_and_its_session_is_who_calls() {
    let account = testing::account(ROLES);
    let before = Timestamp::now();
    let assumed = assume(&account, "deploy", &[("DurationSeconds", "7200")]).unwrap();
    assert_eq!(element(&assumed, "Arn"), "arn:aws:sts::111122223333:assumed-role/deploy/ann");
    let expires: Timestamp = element(&assumed, "Expiration").parse().unwrap();
    assert!((7198..=7202).contains(&(expires.as_second() - before.as_second())), "{expires}");
    let identity = with(&account, &assumed, || call(&account, "GetCallerIdentity", &[])).unwrap();
    assert_eq!(element(&identity, "Arn"), element(&assumed, "Arn"));
    assert_eq!(element(&identity, "UserId"), element(&assumed, "AssumedRoleId"));
    assert!(
        element(&identity, "UserId").starts_with("AROA") && identity.contains(":ann</UserId>"),
        "{identity}"
    );
    // A denial names it, too.
    let denying = testing::account("[deny]\nactions = [\"sts:*\"]");
    let refused =
        calling_now(Arc::new(Principal::role_session("aws", "111122223333", "deploy", "ann")), || {
            assume(&denying, "other", &[])
        });
    let message = refused.unwrap_err().message;
    assert!(
        message.starts_with("User: arn:aws:sts::111122223333:assumed-role/deploy/ann is not"),
        "{message}"
    );
}

#[test]
fn a_session_lasts_no_longer_than_its_role_and_a_chained_one_an_hour() {
    let account = testing::account(ROLES);
    let message = |result: Result<String, ServiceError>| {
        let error = result.unwrap_err();
        assert_eq!((error.code.as_ref(), error.status), ("ValidationException", 400));
        error.message
    };
    let long = [("DurationSeconds", "7201")];
    let of_role = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(message(assume(&account, "deploy", &long)), of_role);
    let session = assume(&account, "deploy", &[]).unwrap();
    let chained =
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    let chain =
        |seconds| with(&account, &session, || assume(&account, "deploy", &[("DurationSeconds", seconds)]));
    assert_eq!(message(chain("3601")), chained);
    assert!(chain("3600").is_ok());
}

#[test]
fn what_a_role_asks_for_is_asked_for() {
    let account = testing::account(ROLES);
    let other = "arn:aws:iam::111122223333:mfa/other";
    let unable = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial \
                  number is valid and associated with this user.";
    let invalid = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    let both =
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    for (role, fields, expected) in [
        ("guarded", vec![], Err(denied("guarded"))),
        ("guarded", vec![("SerialNumber", SERIAL), ("TokenCode", "123456")], Ok(())),
        ("guarded", vec![("SerialNumber", SERIAL), ("TokenCode", "654321")], Err(invalid.to_owned())),
        ("deploy", vec![("SerialNumber", SERIAL), ("TokenCode", "654321")], Err(invalid.to_owned())),
        ("guarded", vec![("SerialNumber", other), ("TokenCode", "123456")], Err(unable.to_owned())),
        ("guarded", vec![("SerialNumber", SERIAL)], Err(both.to_owned())),
        ("guarded", vec![("TokenCode", "123456")], Err(both.to_owned())),
        ("partner", vec![], Err(denied("partner"))),
        ("partner", vec![("ExternalId", "else")], Err(denied("partner"))),
        ("nobody", vec![], Err(denied("nobody"))),
        ("a/deploy", vec![], Err(denied("a/deploy"))),
    ] {
        let result = assume(&account, role, &fields).map(|_| ()).map_err(|error| {
            assert_eq!(
                (error.code.as_ref(), error.status),
                ("AccessDeniedException", 403),
                "{role} {fields:?}"
            );
            error.message
        });
        assert_eq!(result, expected, "{role} {fields:?}");
    }
    let partner = testing::account("[[roles]]\nname = \"partner\"\nexternal_id = \"a:b/c\"");
    assert!(assume(&partner, "partner", &[("ExternalId", "a:b/c")]).is_ok());
    let device = "[mfa]\nserial = \"arn:aws:iam::111122223333:mfa/other\"\ncode = \"000000\"";
    let device = testing::account(device);
    assert!(assume(&device, "any", &[("SerialNumber", other), ("TokenCode", "000000")]).is_ok());
}

#[test]
fn where_no_role_is_named_every_name_is_one_and_no_other_accounts() {
    let account = testing::account("");
    let assumed = assume(&account, "team/deploy", &[]).unwrap();
    assert_eq!(element(&assumed, "Arn"), "arn:aws:sts::111122223333:assumed-role/deploy/ann");
    for arn in ["arn:aws:iam::444455556666:role/deploy", "arn:aws-cn:iam::111122223333:role/deploy"] {
        let error =
            call(&account, "AssumeRole", &[("RoleArn", arn), ("RoleSessionName", "ann")]).unwrap_err();
        assert_eq!(error.code, "AccessDeniedException", "{arn}");
    }
}

#[test]
fn fields_that_are_not_as_the_model_has_them_are_named() {
    let account = testing::account("");
    let arn = "arn:aws:iam::111122223333:role/deploy";
    let null = "1 validation error detected: Value null at";
    let of = |value: &str, member: &str, must: &str| {
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {must}"
        )
    };
    for (fields, expected) in [
        (
            vec![("RoleSessionName", "ann")],
            format!("{null} 'roleArn' failed to satisfy constraint: Member must not be null"),
        ),
        (
            vec![("RoleArn", arn)],
            format!("{null} 'roleSessionName' failed to satisfy constraint: Member must not be null"),
        ),
        (
            vec![("RoleArn", arn), ("RoleSessionName", "a<b")],
            of("a<b", "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*"),
        ),
        (
            vec![("RoleArn", arn), ("RoleSessionName", "a")],
            of("a", "roleSessionName", "have length greater than or equal to 2"),
        ),
        (
            vec![("RoleArn", arn), ("RoleSessionName", "ann"), ("DurationSeconds", "899")],
            of("899", "durationSeconds", "have value greater than or equal to 900"),
        ),
        (
            vec![("RoleArn", arn), ("RoleSessionName", "ann"), ("DurationSeconds", "43201")],
            of("43201", "durationSeconds", "have value less than or equal to 43200"),
        ),
        (
            vec![("RoleArn", "arn:aws:iam::111122223333:user/ann"), ("RoleSessionName", "ann")],
            "arn:aws:iam::111122223333:user/ann is invalid".to_owned(),
        ),
        (
            vec![("RoleArn", arn), ("RoleSessionName", "ann"), ("Policy", "{}")],
            "this sandbox does not know the parameter Policy".to_owned(),
        ),
        (
            vec![("RoleArn", arn), ("RoleSessionName", "ann"), ("TokenCode", "12345a")],
            of("12345a", "tokenCode", r"satisfy regular expression pattern: [\d]*"),
        ),
    ] {
        let error = call(&account, "AssumeRole", &fields).unwrap_err();
        assert_eq!((error.code.as_ref(), error.message), ("ValidationException", expected), "{fields:?}");
    }
}

#[test]
fn a_session_of_the_user_with_a_code_assumes_what_needs_one() {
    let account = testing::account(ROLES);
    let plain = call(&account, "GetSessionToken", &[]).unwrap();
    let code = [("SerialNumber", SERIAL), ("TokenCode", "123456"), ("DurationSeconds", "900")];
    let shown = call(&account, "GetSessionToken", &code).unwrap();
    let identity = with(&account, &shown, || call(&account, "GetCallerIdentity", &[])).unwrap();
    assert_eq!(element(&identity, "Arn"), "arn:aws:iam::111122223333:user/rehearsal");
    assert!(with(&account, &shown, || assume(&account, "guarded", &[])).is_ok());
    let refused = with(&account, &plain, || assume(&account, "guarded", &[])).unwrap_err();
    assert_eq!(refused.message, denied("guarded"));
    let wrong = call(&account, "GetSessionToken", &[("SerialNumber", SERIAL), ("TokenCode", "000000")]);
    assert_eq!(wrong.unwrap_err().code, "AccessDeniedException");
    let again = with(&account, &plain, || call(&account, "GetSessionToken", &[])).unwrap_err();
    assert_eq!(
        (again.code.as_ref(), again.status, again.message.as_str()),
        ("AccessDeniedException", 403, "Cannot call GetSessionToken with session credentials")
    );
    // The session of a role has no device.
    let role = assume(&account, "deploy", &[]).unwrap();
    assert!(with(&account, &role, || assume(&account, "guarded", &code)).is_err());
}

#[test]
fn a_role_of_another_account_of_the_sandbox_is_assumed_there() {
    let accounts =
        "[[accounts]]\nid = \"444455556666\"\nname = \"staging\"\nroles = [{ name = \"deploy\" }]\n";
    let account = testing::account(accounts);
    let assume = |role: &str| {
        let arn = format!("arn:aws:iam::{role}");
        call(&account, "AssumeRole", &[("RoleArn", arn.as_str()), ("RoleSessionName", "ann")])
    };
    let result = assume("444455556666:role/deploy").unwrap();
    assert_eq!(element(&result, "Arn"), "arn:aws:sts::444455556666:assumed-role/deploy/ann");
    let key = account.principals.get(element(&result, "AccessKeyId")).unwrap();
    assert_eq!(key.principal.account, "444455556666");
    assert!(assume("111122223333:role/any").is_ok());
    for nobodys in ["444455556666:role/any", "777788889999:role/deploy"] {
        assert_eq!(assume(nobodys).unwrap_err().code, "AccessDeniedException", "{nobodys}");
    }
}
