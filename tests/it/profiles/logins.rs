use super::{kept, world};
use crate::support::Sealed;

const SESSION: &str = "my";

fn profiles(start_url: &str) -> String {
    format!(
        "[profile sso]\nregion = us-east-1\nsso_session = {SESSION}\nsso_account_id = 111122223333\n\
         sso_role_name = Administrator\n[sso-session {SESSION}]\nsso_start_url = {start_url}\nsso_region = us-east-1\n"
    )
}

/// What the AWS CLI calls the token of this login.
fn token_file(login: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, login.as_bytes());
    let name: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("home/.aws/sso/cache/{name}.json")
}

fn refused(sealed: &Sealed, told: &str) {
    let ran = sealed.run(["ssm", "list", "--profile", "sso"]).expect(4);
    assert!(ran.stderr.contains(told), "{ran:?}");
    assert!(ran.stderr.contains("hint: opsctl login --profile sso"), "{ran:?}");
    assert!(!ran.stderr.contains("planted"), "{ran:?}");
}

#[test]
fn a_login_that_is_missing_over_damaged_or_refused_is_told_with_the_cure() {
    let (sealed, _sandbox) = world("", &profiles("https://rehearsal.awsapps.com/start"));
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
