use std::os::unix::fs::PermissionsExt as _;

use super::{SERIAL, kept, world};
use crate::support::{FakeAws, Reply, Sealed, Terminal, bring_the_aws_cli};

const ROLES: &str = "[[roles]]\nname = \"deploy\"\nmax_duration = 7200\n[[roles]]\nname = \"guarded\"\nmfa = true\n\
                     [[roles]]\nname = \"partner\"\nexternal_id = \"know-me\"\n";
const ARN: &str = "role_arn = arn:aws:iam::111122223333:role";

fn guarded() -> String {
    format!(
        "[profile guarded]\nregion = us-east-1\n{ARN}/guarded\nsource_profile = keys\nmfa_serial = {SERIAL}\n"
    )
}

#[test]
fn a_role_is_assumed_with_all_that_its_profile_says_and_a_chain_is_followed() {
    let (sealed, _sandbox) = world(
        ROLES,
        &format!(
            "[profile long]\nregion = us-east-1\n{ARN}/deploy\nsource_profile = keys\nduration_seconds = 7200\n\
             [profile named]\nregion = us-east-1\n{ARN}/partner\nsource_profile = keys\nexternal_id = know-me\n\
             role_session_name = me\n\
             [profile chained]\nregion = us-east-1\n{ARN}/deploy\nsource_profile = named\n\
             [profile stranger]\nregion = us-east-1\n{ARN}/partner\nsource_profile = keys\n"
        ),
    );
    for (profile, arn) in
        [("long", "deploy/opsctl-ann"), ("named", "partner/me"), ("chained", "deploy/opsctl-ann")]
    {
        let ran = sealed.run(["whoami", "--profile", profile, "-o", "json"]).expect(0);
        let expected = format!("arn:aws:sts::111122223333:assumed-role/{arn}");
        assert_eq!(ran.json()["item"]["arn"], expected.as_str(), "{profile}");
    }
    // The chain's first link is the one that `named` has kept.
    assert_eq!(kept(&sealed).len(), 3);
    let lasts = |path: &std::path::Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let entry: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expires: jiff::Timestamp = entry["Credentials"]["Expiration"].as_str().unwrap().parse().unwrap();
        expires.as_second() - jiff::Timestamp::now().as_second()
    };
    assert!(kept(&sealed).iter().any(|path| lasts(path) > 3700), "none lasts two hours");
    let ran = sealed.run(["whoami", "--profile", "stranger"]).expect(4);
    assert!(ran.stderr.contains("cannot assume the role arn:aws:iam::111122223333:role/partner"), "{ran:?}");
    assert!(ran.stderr.contains("of the profile stranger"), "{ran:?}");
    assert!(ran.stderr.contains("hint: the role must trust who asks for it"), "{ran:?}");
}

#[test]
fn a_code_is_asked_once_and_serves_every_command_after_it() {
    let (sealed, _sandbox) = world(ROLES, &guarded());
    let args = ["whoami", "--profile", "guarded", "--columns", "arn"];
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &args);
    terminal.wait_for("MFA code of arn:aws:iam::111122223333:mfa/rehearsal for the profile guarded:");
    terminal.type_text("000000\r");
    terminal.wait_for("the code was refused");
    terminal.wait_for("MFA code of");
    terminal.type_text("12345\r");
    terminal.wait_for("a code is 6 digits");
    terminal.wait_for("MFA code of");
    terminal.type_text("123456\r");
    terminal.wait_for("assumed-role/guarded/opsctl-ann");
    let (shown, status, echoes) = terminal.end();
    assert!(status.success() && echoes && !shown.contains("123456"), "{shown}");
    // Nobody is there to be asked now.
    for args in [&args[..], &["ssm", "list", "--profile", "guarded"]] {
        sealed.run(args).expect(0);
    }
    let [file] = kept(&sealed).try_into().unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    // What is damaged or over counts for nothing, and nobody is told but who looks for it.
    for text in ["{", "", "{\"Credentials\": {}}"] {
        std::fs::write(&file, text).unwrap();
        let ran = sealed.run(args).expect(4);
        assert!(!ran.stderr.contains("cache"), "{ran:?}");
        assert!(sealed.run(["-vv"].iter().chain(&args)).stderr.contains("left aside"), "{text}");
    }
}

#[test]
fn three_wrong_codes_are_enough() {
    let (sealed, _sandbox) = world(ROLES, &guarded());
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &["ssm", "list", "--profile", "guarded"]);
    for _ in 0..2 {
        terminal.wait_for("MFA code of");
        terminal.type_text("000000\r");
        terminal.wait_for("the code was refused");
    }
    terminal.wait_for("MFA code of");
    terminal.type_text("000000\r");
    terminal.wait_for("3 MFA codes were wrong for the profile guarded");
    let (shown, status, echoes) = terminal.end();
    assert!(status.code() == Some(4) && echoes && !shown.contains("MFA code of"), "{shown} {status}");
    assert!(kept(&sealed).is_empty());
}

#[test]
fn without_a_terminal_nobody_is_asked_and_the_cure_is_told() {
    let (sealed, _sandbox) = world(ROLES, &guarded());
    for (args, why) in [
        (&["ssm", "list", "--profile", "guarded"][..], "there is no terminal to ask on"),
        (&["ssm", "list", "--profile", "guarded", "--no-input"], "--no-input forbids to ask"),
    ] {
        let ran = sealed.run(args).expect(4);
        assert!(ran.stderr.contains(&format!("needs an MFA code of {SERIAL}, and {why}")), "{ran:?}");
        assert!(ran.stderr.contains("hint: opsctl whoami --profile guarded"), "{ran:?}");
    }
}

#[test]
fn two_at_the_same_moment_ask_one_code() {
    let (sealed, _sandbox) = world(ROLES, &guarded());
    let args = ["whoami", "--profile", "guarded", "--columns", "arn"];
    let mut first = Terminal::opsctl(&sealed, (120, 24), &args);
    first.wait_for("MFA code of");
    let mut second = Terminal::opsctl(&sealed, (120, 24), &["-v", "whoami", "--profile", "guarded"]);
    second.wait_for("waiting for it");
    first.type_text("123456\r");
    second.wait_for("assumed-role/guarded/opsctl-ann");
    let (shown, status, _) = second.end();
    assert!(status.success() && !shown.contains("MFA code"), "{shown}");
    assert!(first.end().1.success());
}

#[test]
fn credentials_that_are_kept_save_every_call_but_the_one_that_was_asked_for() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "AssumeRole" => Reply::xml(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
             <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        ),
        _ => Reply::xml(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn><UserId>u</UserId>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
    });
    let mut sealed = Sealed::new();
    sealed.write(
        "home/.aws/config",
        &format!(
            "[profile role]\nregion = eu-west-1\n{ARN}/ops\nsource_profile = keys\n\
             [profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n"
        ),
    );
    sealed.set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    for _ in 0..2 {
        sealed.run(["whoami", "--profile", "role"]).expect(0);
    }
    assert_eq!(aws.operations(), ["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]);
}

#[test]
fn a_cache_that_cannot_be_written_is_told_once_and_stops_nothing() {
    let (sealed, _sandbox) =
        world(ROLES, &format!("[profile role]\nregion = us-east-1\n{ARN}/deploy\nsource_profile = keys\n"));
    // A file where the folder would be: nobody may write there, not even root.
    sealed.write("home/.aws/cli", "in the way");
    let ran = sealed.run(["ssm", "list", "--profile", "role"]).expect(0);
    assert_eq!(ran.stderr.matches("not kept for the next command").count(), 1, "{ran:?}");
}

#[test]
fn a_circle_of_profiles_is_named_before_any_call() {
    let circle = format!(
        "[profile a]\nregion = us-east-1\n{ARN}/x\nsource_profile = b\n[profile b]\n{ARN}/x\nsource_profile = a\n\
         [profile c]\nregion = us-east-1\n{ARN}/x\nsource_profile = kyes\n"
    );
    let (sealed, _sandbox) = world(ROLES, &circle);
    let ran = sealed.run(["ssm", "list", "--profile", "a"]).expect(2);
    assert!(ran.stderr.contains("source_profile: the profiles go in a circle: a -> b -> a"), "{ran:?}");
    assert!(ran.stderr.contains("~/.aws/config"), "{ran:?}");
    let ran = sealed.run(["ssm", "list", "--profile", "c"]).expect(4);
    assert!(ran.stderr.contains("is kyes, which does not exist"), "{ran:?}");
    assert!(ran.stderr.contains("did you mean keys?"), "{ran:?}");
}

/// Both ways: what one tool was given serves the other, and nobody is asked for a second code.
#[test]
fn the_aws_cli_and_opsctl_share_their_cache() {
    let (mut sealed, _sandbox) = world(ROLES, &guarded());
    if !bring_the_aws_cli(&mut sealed) {
        return;
    }
    let ours = ["whoami", "--profile", "guarded", "--columns", "arn"];
    let theirs =
        ["aws", "sts", "get-caller-identity", "--profile", "guarded", "--query", "Arn", "--output", "text"];
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &ours);
    terminal.wait_for("MFA code of");
    terminal.type_text("123456\r");
    assert!(terminal.end().1.success());
    let mut terminal = Terminal::program(&sealed, (120, 24), &theirs);
    terminal.wait_for("assumed-role/guarded/opsctl-ann");
    assert!(terminal.end().1.success());
    // The other way round.
    let [file] = kept(&sealed).try_into().unwrap();
    std::fs::remove_file(&file).unwrap();
    let mut terminal = Terminal::program(&sealed, (120, 24), &theirs);
    terminal.wait_for("Enter MFA code for");
    terminal.type_text("123456\r");
    terminal.wait_for("assumed-role/guarded/botocore-session-");
    assert!(terminal.end().1.success());
    assert_eq!(kept(&sealed), [file]);
    let ran = sealed.run(ours).expect(0);
    assert!(ran.stdout.contains("assumed-role/guarded/botocore-session-"), "{ran:?}");
}

#[test]
fn no_code_and_no_key_of_a_role_is_written_anywhere_but_into_the_cache() {
    let (sealed, _sandbox) =
        world("[mfa]\ncode = \"918273\"\n[[roles]]\nname = \"guarded\"\nmfa = true\n", &guarded());
    let args = ["--debug", "--log", "trace", "whoami", "--profile", "guarded"];
    let mut terminal = Terminal::opsctl(&sealed, (200, 50), &args);
    let asked = terminal.wait_for("MFA code of");
    terminal.type_text("918273\r");
    let (shown, status, _) = terminal.end();
    assert!(status.success(), "{shown}");
    let again = sealed.run(args).expect(0);
    let [file] = kept(&sealed).try_into().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let entry: serde_json::Value = serde_json::from_str(&text).unwrap();
    let secret = |name: &str| entry["Credentials"][name].as_str().unwrap().to_owned();
    let written = format!("{asked}{shown}{}{}", again.stdout, again.stderr);
    assert!(written.contains("sts:AssumeRole"), "nothing was logged: {written}");
    for secret in ["918273".to_owned(), secret("SecretAccessKey"), secret("SessionToken")] {
        assert!(secret.len() >= 6 && !written.contains(&secret), "{written}");
    }
}

#[test]
fn who_gives_up_at_the_code_has_given_up_all_profiles() {
    let (sealed, _sandbox) = world(ROLES, &guarded());
    let args = ["ssm", "list", "--profiles", "guarded,keys"];
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &args);
    terminal.wait_for("MFA code of");
    terminal.type_text("\x03");
    let (shown, status, echoes) = terminal.end();
    assert!(status.code() == Some(130) && echoes, "{shown} {status}");
    assert!(!shown.contains("keys/us-east-1") && !shown.contains("places"), "{shown}");
}
