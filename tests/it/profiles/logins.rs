use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::{kept, world};
use crate::sign_in::{kept_login, session_key, start_url};
use crate::support::{Sandbox, Sealed};

const SESSION: &str = "my";

fn session(start_url: &str, role: &str) -> String {
    format!(
        "[profile sso]\nregion = us-east-1\nsso_session = {SESSION}\nsso_account_id = 111122223333\n\
         sso_role_name = {role}\n[sso-session {SESSION}]\nsso_start_url = {start_url}\nsso_region = us-east-1\n"
    )
}

/// A profile of the older kind.
fn legacy(start_url: &str) -> String {
    format!(
        "[profile sso]\nregion = us-east-1\nsso_account_id = 111122223333\nsso_role_name = Administrator\n\
         sso_start_url = {start_url}\nsso_region = us-east-1\n"
    )
}

/// What the AWS CLI calls the token of this login.
fn token_file(login: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, login.as_bytes());
    let name: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("home/.aws/sso/cache/{name}.json")
}

/// A place where somebody has logged in, as the profile has it.
fn logged_in(profile: impl FnOnce(&str) -> String) -> (Sealed, Sandbox, Value) {
    let (sealed, sandbox) = world("[sso]\ninterval_s = 0\n", "");
    sealed.write("home/.aws/config", &profile(&start_url(&sandbox)));
    let login = kept_login(&sandbox);
    (sealed, sandbox, login)
}

fn is_signed_in(sealed: &Sealed) {
    let ran = sealed.run(["whoami", "--profile", "sso", "-o", "json"]).expect(0);
    let arn = ran.json()["item"]["arn"].as_str().unwrap().to_owned();
    assert!(arn.contains(":assumed-role/AWSReservedSSO_Administrator_"), "{arn}");
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_login_gives_the_role_which_is_kept() {
    for (name, of_session) in [(Some(SESSION), true), (None, false)] {
        let (sealed, sandbox, login) =
            logged_in(
                |start_url| {
                    if of_session { session(start_url, "Administrator") } else { legacy(start_url) }
                },
            );
        let file = token_file(&name.map_or_else(|| start_url(&sandbox), str::to_owned));
        sealed.write(&file, &login.to_string());
        is_signed_in(&sealed);
        let [kept] = kept(&sealed).try_into().unwrap();
        let entry: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
        assert_eq!(
            (&entry["ProviderType"], &entry["Credentials"]["AccountId"]),
            (&json!("sso"), &json!("111122223333"))
        );
        // The role that is kept needs no token any more.
        std::fs::remove_file(sealed.path(&file)).unwrap();
        is_signed_in(&sealed);
    }
}

#[test]
fn a_token_that_is_over_is_refreshed_and_kept_without_a_word() {
    let (sealed, _sandbox, mut login) = logged_in(|start_url| session(start_url, "Administrator"));
    let path = sealed.path(&token_file(SESSION));
    for _ in 0..2 {
        login["expiresAt"] = "2020-01-01T00:00:00Z".into();
        sealed.write(&token_file(SESSION), &login.to_string());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        is_signed_in(&sealed);
        let refreshed: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for changed in ["accessToken", "refreshToken", "expiresAt"] {
            assert_ne!(refreshed[changed], login[changed], "{changed}");
        }
        for left in ["startUrl", "region", "clientId", "clientSecret", "registrationExpiresAt"] {
            assert_eq!(refreshed[left], login[left], "{left}");
        }
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        login = refreshed;
        let [kept] = kept(&sealed).try_into().unwrap();
        std::fs::remove_file(kept).unwrap();
    }
    // Tokens that are none any more.
    login["expiresAt"] = "2020-01-01T00:00:00Z".into();
    for token in ["accessToken", "refreshToken"] {
        login[token] = "plantedToken".into();
    }
    sealed.write(&token_file(SESSION), &login.to_string());
    refused(&sealed, "the login of the profile sso has expired");
}

#[test]
fn a_role_that_the_login_does_not_have_is_named() {
    let (sealed, _sandbox, login) = logged_in(|start_url| session(start_url, "Owner"));
    sealed.write(&token_file(SESSION), &login.to_string());
    let ran = sealed.run(["ssm", "list", "--profile", "sso"]).expect(4);
    let told = "cannot have the role Owner of the account 111122223333 for the profile sso";
    assert!(ran.stderr.contains(told) && !ran.stderr.contains("opsctl login"), "{ran:?}");
}

fn refused(sealed: &Sealed, told: &str) {
    let ran = sealed.run(["ssm", "list", "--profile", "sso"]).expect(4);
    assert!(ran.stderr.contains(told), "{ran:?}");
    assert!(ran.stderr.contains("hint: opsctl login --profile sso"), "{ran:?}");
    assert!(!ran.stderr.contains("planted"), "{ran:?}");
}

#[test]
fn a_login_that_is_missing_over_damaged_or_refused_is_told_with_the_cure() {
    let (sealed, _sandbox) = world("", &session("https://rehearsal.awsapps.com/start", "Administrator"));
    refused(&sealed, "nobody has logged in for the profile sso");
    let token = |expires: &str| {
        format!(r#"{{"accessToken": "plantedToken", "expiresAt": "{expires}", "region": "us-east-1"}}"#)
    };
    for (text, told) in [
        ("plantedToken".to_owned(), "the login of the profile sso cannot be used"),
        (token("soon"), "the login of the profile sso cannot be used"),
        (token("2020-01-01T00:00:00Z"), "cause: its token was good until 2020-01-01T00:00:00Z"),
        // The sandbox has given no such token.
        (token("2099-01-01T00:00:00UTC"), "the login of the profile sso has expired"),
        (token("2099-01-01T00:00:00Z"), "the login of the profile sso has expired"),
    ] {
        sealed.write(&token_file(SESSION), &text);
        refused(&sealed, told);
    }
    assert!(kept(&sealed).is_empty());
}

#[test]
fn no_token_of_a_login_and_no_key_of_its_role_is_written_anywhere_but_into_the_caches() {
    let (sealed, _sandbox, mut login) = logged_in(|start_url| session(start_url, "Administrator"));
    for way in [
        &["-vv"][..],
        &["--debug", "--log", "trace"],
        &["--log-file", "opsctl.log", "--log", "trace"],
        &["--log-file", "opsctl.log", "--log", "trace", "--log-format", "json", "-o", "json"],
    ] {
        login["expiresAt"] = "2020-01-01T00:00:00Z".into();
        sealed.write(&token_file(SESSION), &login.to_string());
        let before = login;
        let mut written = String::new();
        for _ in 0..2 {
            let ran = sealed.run(way.iter().chain(&["whoami", "--profile", "sso"])).expect(0);
            written.push_str(&(ran.stdout + &ran.stderr));
        }
        written.push_str(&std::fs::read_to_string(sealed.path("opsctl.log")).unwrap_or_default());
        assert!(written.contains(":GetRoleCredentials"), "nothing was logged: {written}");
        login = serde_json::from_slice(&std::fs::read(sealed.path(&token_file(SESSION))).unwrap()).unwrap();
        let [kept] = kept(&sealed).try_into().unwrap();
        let role: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
        let of = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        let mut secrets = vec![
            of(&role["Credentials"], "SecretAccessKey"),
            of(&role["Credentials"], "SessionToken"),
            of(&login, "clientSecret"),
        ];
        for login in [&before, &login] {
            secrets.extend([of(login, "accessToken"), of(login, "refreshToken")]);
        }
        for secret in secrets {
            assert!(secret.len() >= 20 && !written.contains(&secret), "{way:?} {secret} {written}");
        }
        std::fs::remove_file(kept).unwrap();
    }
}

/// What `aws login` keeps of a session of the console; the SDK reads it. Its refresh is not tried: the sandbox has none.
#[test]
fn a_console_login_of_the_aws_cli_signs_in_until_it_is_over() {
    const CONSOLE: &str = "arn:aws:iam::111122223333:user/rehearsal";
    let profile = format!("[profile console]\nregion = us-east-1\nlogin_session = {CONSOLE}\n");
    let (mut sealed, sandbox) = world("", &profile);
    let key = session_key(&sandbox);
    let digest = ring::digest::digest(&ring::digest::SHA256, CONSOLE.as_bytes());
    let name: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let file = format!("home/.aws/login/cache/{name}.json");
    let kept = |expires: &str| {
        json!({
            "accessToken": {
                "accessKeyId": key.access_key_id(),
                "secretAccessKey": key.secret_access_key(),
                "sessionToken": key.session_token().unwrap(),
                "accountId": "111122223333",
                "expiresAt": expires,
            },
            "tokenType": "aws_sigv4",
            "refreshToken": "plantedToken",
            "idToken": "plantedToken",
            "clientId": "arn:aws:signin:::devtools/same-device",
            "dpopKey": "plantedKey",
        })
        .to_string()
    };
    let args = ["--debug", "--log", "trace", "whoami", "--profile", "console"];
    let refused = |sealed: &Sealed| {
        let ran = sealed.run(args).expect(4);
        assert!(ran.stderr.contains("the console login of the profile console cannot be used"), "{ran:?}");
        assert!(ran.stderr.contains("hint: aws login --profile console"), "{ran:?}");
        assert!(!ran.stderr.contains("planted"), "{ran:?}");
    };
    refused(&sealed);
    sealed.write(&file, &kept("2099-01-01T00:00:00Z"));
    let ran = sealed.run(args).expect(0);
    assert!(ran.stdout.contains(CONSOLE), "{ran:?}");
    for secret in [key.secret_access_key(), key.session_token().unwrap(), "planted"] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{ran:?}");
    }
    sealed.set("AWS_MAX_ATTEMPTS", "1").write(&file, &kept("2020-01-01T00:00:00Z"));
    refused(&sealed);
}
