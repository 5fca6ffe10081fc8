//! What opsctl tells of how it signs in: profiles with their logins, the places of credentials, credentials for others.

use crate::sign_in::{kept_login, start_url};
use crate::support::{Ran, Sandbox, Sealed, Terminal, finish};

/// A sandbox whose key is that of the profile `keys`.
fn world() -> (Sealed, Sandbox) {
    let mut sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    let file = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let keys: Vec<&str> = file.lines().filter(|line| line.starts_with("aws_")).collect();
    let text = format!(
        "[profile keys]\nregion = us-east-1\n{}\n\
         [profile dev]\nregion = eu-west-1\nsso_session = my\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
         [sso-session my]\nsso_start_url = {}\nsso_region = us-east-1\n\
         [profile ops]\nrole_arn = arn:aws:iam::444455556666:role/ops\nsource_profile = dev\n\
         [profile round]\nrole_arn = arn:aws:iam::444455556666:role/ops\nsource_profile = round\n\
         [profile bare]\nregion = us-east-1\n\
         [profile half]\nregion = us-east-1\nsso_session = my\n\
         [profile web]\nregion = us-east-1\nrole_arn = arn:aws:iam::444455556666:role/ops\n\
         web_identity_token_file = /nowhere/token\n\
         [profile tool]\nregion = us-east-1\ncredential_process = /nowhere/tool --password planted\n",
        keys.join("\n"),
        start_url(&sandbox)
    );
    sealed.write("home/.aws/config", &text);
    sealed.set("AWS_ENDPOINT_URL", sandbox.endpoint.clone());
    (sealed, sandbox)
}

/// The secrets of the sandbox's own key.
fn secret(sandbox: &Sandbox) -> String {
    let file = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    file.lines().find_map(|line| line.strip_prefix("aws_secret_access_key = ")).unwrap().to_owned()
}

#[test]
fn every_profile_is_listed_with_the_state_of_its_login() {
    let (sealed, sandbox) = world();
    let mut login = kept_login(&sandbox);
    let list = |sealed: &Sealed| -> Ran {
        let columns = "name,method,account,role,region,login,source";
        sealed.run(["auth", "profiles", "-o", "text", "--columns", columns]).expect(0)
    };
    let rows = |state: &str| {
        format!(
            "bare\tnone\t\t\tus-east-1\t\t\n\
             dev\tsso\t111122223333\tDev\teu-west-1\t{state}\tsso-session my\n\
             half\tnone\t\t\tus-east-1\t{state}\t\n\
             keys\tkeys\t\t\tus-east-1\t\t\n\
             ops\trole\t444455556666\tops\t\t{state}\tprofile dev\n\
             round\twrong\t\t\t\t\t\n\
             tool\tprogram\t\t\tus-east-1\t\tprogram /nowhere/tool\n\
             web\tweb identity\t444455556666\tops\tus-east-1\t\t/nowhere/token\n"
        )
    };
    assert_eq!(list(&sealed).stdout, rows("none"));
    // The SHA-1 of its name.
    let file = "home/.aws/sso/cache/3ece1471f44f63177cbc35ba0b904e0c096b6783.json";
    sealed.write(file, "planted");
    assert_eq!(list(&sealed).stdout, rows("damaged"));
    for (expires, refresh, state) in [
        ("2099-01-01T00:00:00Z", true, "valid"),
        ("2020-01-01T00:00:00UTC", true, "refreshable"),
        ("2020-01-01T00:00:00Z", false, "expired"),
    ] {
        login["expiresAt"] = expires.into();
        if !refresh {
            login.as_object_mut().unwrap().remove("refreshToken");
        }
        sealed.write(file, &login.to_string());
        assert_eq!(list(&sealed).stdout, rows(state));
    }
    let json = sealed.run(["auth", "profiles", "-o", "json"]).expect(0);
    assert!(!json.stdout.contains("planted") && !json.stdout.contains(&secret(&sandbox)), "{json:?}");
    let mistake = json.json()["items"][5]["mistake"].as_str().unwrap().to_owned();
    assert!(mistake.contains("the profiles go in a circle: round -> round"), "{mistake}");
    // Of what is wrong the table has no room to say why.
    assert_eq!(list(&sealed).stderr, format!("{mistake}\n"));
}

#[test]
fn every_place_of_credentials_is_told_in_order_with_what_came_out() {
    let (sealed, sandbox) = world();
    let explain = |sealed: &Sealed, more: &[&str], code: i32| {
        let columns = ["auth", "explain", "-o", "text", "--columns", "source,outcome,why"];
        let ran = sealed.run(columns.iter().chain(more)).expect(code);
        assert!(!ran.stdout.contains(&secret(&sandbox)) && !ran.stdout.contains("planted"), "{ran:?}");
        ran
    };
    let named = "the profile is named by an option";
    assert_eq!(
        explain(&sealed, &["--profile", "keys"], 0).stdout,
        format!(
            "environment\tskipped\t{named}\nprofile\tused\t\nweb identity\tskipped\t{named}\n\
             container\tskipped\t{named}\ninstance metadata\tskipped\t{named}\n"
        )
    );
    let ran = explain(&sealed, &["--profile", "dev"], 4);
    assert!(ran.stdout.contains("profile\tfailed\tnobody has logged in for the profile dev\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: opsctl login --profile dev"), "{ran:?}");
    for (profile, why) in [
        ("half", "the profile logs in, but names no role: sso_account_id and sso_role_name are missing"),
        ("bare", "the profile says nothing about it"),
    ] {
        let ran = explain(&sealed, &["--profile", profile], 4);
        assert!(ran.stdout.contains(&format!("profile\tnothing\t{why}\n")), "{ran:?}");
    }
    let ran = explain(&sealed, &["--profile", "web"], 4);
    let why = "cannot sign in with the profile web: web_identity_token_file is /nowhere/token: No such file";
    assert!(ran.stdout.contains(&format!("profile\tfailed\t{why}")), "{ran:?}");
    // Where credentials come from can be told whatever account they are of.
    let config = "home/.config/opsctl/config.toml";
    sealed.write(config, "[profile.keys]\nexpected_account = '444455556666'\n");
    explain(&sealed, &["--profile", "keys"], 0);
    let mut nobody = Sealed::new();
    nobody.set("AWS_REGION", "us-east-1");
    let ran = explain(&nobody, &[], 4);
    let outcomes: Vec<(&str, &str)> = ran
        .stdout
        .lines()
        .map(|line| {
            let mut cells = line.split('\t');
            (cells.next().unwrap(), cells.next().unwrap())
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ("environment", "nothing"),
            ("profile", "nothing"),
            ("web identity", "nothing"),
            ("container", "nothing"),
            ("instance metadata", "skipped")
        ]
    );
    assert!(ran.stderr.starts_with("error: no credentials found\n"), "{ran:?}");
    let mut keys = Sealed::new();
    keys.signed_in();
    let ran = keys.run(["auth", "explain", "-o", "json"]).expect(0);
    let items = &ran.json()["items"];
    assert_eq!((&items[0]["outcome"], &items[1]["outcome"]), (&"used".into(), &"not reached".into()));
    assert!(items[0]["accessKeyId"] == "AKIAIOSFODNN7EXAMPLE" && !ran.stdout.contains("wJalr"), "{ran:?}");
}

#[test]
fn what_is_exported_signs_in_and_is_never_logged() {
    let (sealed, sandbox) = world();
    let secret = secret(&sandbox);
    let log = ["--log-file", "opsctl.log", "--log", "trace"];
    let export = ["auth", "export", "--profile", "keys"];
    let ran = sealed.run(export.iter().chain(&log)).expect(0);
    assert_eq!((&ran.json()["Version"], &ran.json()["SecretAccessKey"]), (&1.into(), &secret.clone().into()));
    assert_eq!(ran.stderr, "");
    assert!(!std::fs::read_to_string(sealed.path("opsctl.log")).unwrap_or_default().contains(&secret));
    // By a shell, and by another profile's program.
    let script = "eval \"$(opsctl auth export --profile keys --format env)\" && \
                  AWS_REGION=us-east-1 opsctl whoami -o text --columns arn,credentials";
    let mut shell = std::process::Command::new("sh");
    sealed.seal(&mut shell);
    shell.args(["-c", script]);
    let ran = finish(shell, b"").expect(0);
    assert_eq!(ran.stdout, "arn:aws:iam::111122223333:user/rehearsal\tenvironment\n");
    let config = std::fs::read_to_string(sealed.path("home/.aws/config")).unwrap();
    let program =
        "[profile other]\nregion = us-east-1\ncredential_process = opsctl auth export --profile keys\n";
    sealed.write("home/.aws/config", &format!("{config}{program}"));
    sealed.run(["whoami", "--profile", "other"]).expect(0);
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &export);
    terminal.wait_for("these are secrets: who sees them");
    terminal.wait_for("\"AccessKeyId\"");
    assert!(terminal.end().1.success());
    let refused = sealed.run(export.iter().chain(&["-o", "json"])).expect(2);
    assert!(refused.stderr.contains("cannot be used with"), "{refused:?}");
}
