//! Logins at Identity Center by the built binary, a sandbox and whoever approves them there: with a code, in a browser that
//! a program stands for, by the token of before. And how they end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Stdio};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use url::Url;

use crate::sign_in::{browse, kept_login, start_url};
use crate::support::{Ran, Sandbox, Sealed, Terminal, bring_the_aws_cli, until};

const BY_HAND: &str = "[sso]\napprove = \"by hand\"\ninterval_s = 1\n";
const AT_ONCE: &str = "[sso]\ninterval_s = 0\n";
const SIZE: (u16, u16) = (120, 24);

/// A sandbox that is the AWS of the profiles `new` and `old`, of the section `my` and of nobody's keys.
fn world(config: &str) -> (Sealed, Sandbox) {
    let mut sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    let place = format!("sso_start_url = {}\nsso_region = us-east-1\n", start_url(&sandbox));
    let role = "region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = Administrator\n";
    sealed.write(
        "home/.aws/config",
        &format!(
            "[profile new]\n{role}sso_session = my\n[profile old]\n{role}{place}[sso-session my]\n{place}\
             [profile console]\nlogin_session = arn:aws:iam::111122223333:user/me\n[profile keys]\nregion = us-east-1\n"
        ),
    );
    sealed.set("AWS_ENDPOINT_URL", sandbox.endpoint.clone());
    (sealed, sandbox)
}

/// Where the AWS CLI keeps the token of a login.
fn token_file(sealed: &Sealed, login: &str) -> PathBuf {
    let name = digest(&SHA1_FOR_LEGACY_USE_ONLY, login.as_bytes());
    let name: String = name.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    sealed.path(&format!("home/.aws/sso/cache/{name}.json"))
}

fn read(path: &PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn log_in(sealed: &Sealed, more: &[&str]) -> Ran {
    sealed.run(["login", "--profile", "new"].iter().chain(more))
}

fn is_signed_in(sealed: &Sealed, profile: &str) {
    let ran = sealed.run(["whoami", "--profile", profile, "-o", "text", "--columns", "arn"]).expect(0);
    assert!(ran.stdout.contains(":assumed-role/AWSReservedSSO_Administrator_"), "{ran:?}");
}

/// A login that waits, and what it says.
struct Waiting {
    child: Child,
    said: BufReader<ChildStderr>,
}

impl Waiting {
    fn start(sealed: &Sealed, args: &[&str]) -> Self {
        let mut command = sealed.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Waiting { child, said }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The code that its user is to enter.
    fn code(&mut self) -> String {
        let line = self.line();
        let (_, code) = line.split_once(" and enter the code ").unwrap_or_else(|| panic!("{line}"));
        assert!(self.line().starts_with("or go to http://127.0.0.1:"));
        code.to_owned()
    }

    /// Its exit code, and what else it said.
    fn end(mut self) -> (i32, String) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), rest)
    }
}

/// Somebody decides about a code.
fn decide(sandbox: &Sandbox, code: &str, verdict: &str) {
    let own = format!("origin: {}\r\n", sandbox.endpoint);
    let told = browse(sandbox, "POST", "/device", &own, &format!("user_code={code}&verdict={verdict}"));
    assert!(told.starts_with("HTTP/1.1 200 "), "{told}");
}

#[test]
fn a_code_that_somebody_approves_is_a_login_for_opsctl_and_the_aws_cli() {
    let (mut sealed, sandbox) = world(BY_HAND);
    let mut waiting = Waiting::start(&sealed, &["login", "--profile", "new", "--quiet"]);
    let code = waiting.code();
    decide(&sandbox, &code, "approve");
    assert_eq!(waiting.end(), (0, String::new()));
    let path = token_file(&sealed, "my");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let token = read(&path);
    let mut keys: Vec<&String> = token.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "accessToken",
            "clientId",
            "clientSecret",
            "expiresAt",
            "refreshToken",
            "region",
            "registrationExpiresAt",
            "startUrl"
        ]
    );
    is_signed_in(&sealed, "new");
    // Once more it is told until when, and nothing is done.
    let ran = log_in(&sealed, &[]).expect(0);
    let expires = token["expiresAt"].as_str().unwrap();
    assert_eq!(ran.stderr, format!("the login at my is good until {expires}; nothing to do\n"));
    assert_eq!((ran.stdout.as_str(), read(&path)), ("", token));
    let login = log_in(&sealed, &["-o", "json"]).expect(0).json();
    assert_eq!((&login["kind"], &login["item"]["how"]), (&"login".into(), &"already".into()));
    if bring_the_aws_cli(&mut sealed) {
        let mut command = std::process::Command::new("aws");
        sealed.seal(&mut command);
        command.args([
            "sts",
            "get-caller-identity",
            "--profile",
            "new",
            "--query",
            "Arn",
            "--output",
            "text",
        ]);
        let told = command.output().unwrap();
        let arn = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(arn.contains(":assumed-role/AWSReservedSSO_Administrator_"), "{told:?}");
    }
}

#[test]
fn a_profile_of_the_older_kind_logs_in_with_a_code() {
    let (sealed, sandbox) = world(AT_ONCE);
    let ran = sealed.run(["login", "--profile", "old"]).expect(0);
    assert!(ran.stderr.contains(" and enter the code "), "{ran:?}");
    let token = read(&token_file(&sealed, &start_url(&sandbox)));
    assert!(token.get("refreshToken").is_none(), "{token}");
    is_signed_in(&sealed, "old");
}

#[test]
fn a_login_that_is_refused_or_approved_by_nobody_is_none() {
    let (sealed, sandbox) = world(BY_HAND);
    let mut waiting = Waiting::start(&sealed, &["login", "--sso-session", "my"]);
    let code = waiting.code();
    decide(&sandbox, &code, "refuse");
    assert_eq!(waiting.end(), (4, "error: the login was refused\n".to_owned()));
    assert!(!token_file(&sealed, "my").exists());
    let (sealed, _sandbox) = world("[sso]\ncode_s = 0\n");
    let ran = log_in(&sealed, &[]).expect(4);
    assert!(ran.stderr.contains("error: nobody has approved the login in time\n"), "{ran:?}");
}

#[test]
fn a_login_that_is_interrupted_leaves_nothing_half_done() {
    let (sealed, _sandbox) = world(BY_HAND);
    let mut waiting = Waiting::start(&sealed, &["login", "--profile", "new"]);
    waiting.code();
    kill_process(Pid::from_child(&waiting.child), Signal::INT).unwrap();
    assert_eq!(waiting.end(), (130, "error: interrupted\n".to_owned()));
    assert!(!token_file(&sealed, "my").exists());
    let entries = std::fs::read_dir(sealed.path("home/.aws/sso/cache")).unwrap();
    let left: Vec<String> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| name.ends_with(".json")) && left.len() == 1, "{left:?}");
}

#[test]
fn who_logs_in_at_the_same_moment_waits_and_finds_the_login() {
    let (sealed, sandbox) = world(BY_HAND);
    let mut first = Waiting::start(&sealed, &["login", "--profile", "new"]);
    let code = first.code();
    let mut second = Waiting::start(&sealed, &["login", "--profile", "new"]);
    assert_eq!(second.line(), "another login at the same place is under way; waiting for it");
    decide(&sandbox, &code, "approve");
    let (ended, told) = first.end();
    assert!(ended == 0 && told.starts_with("logged in at my until 20"), "{told}");
    let (ended, told) = second.end();
    assert!(ended == 0 && told.starts_with("the login at my is good until 20"), "{told}");
}

/// What stands for a browser: it writes down where it was sent.
fn browser(sealed: &mut Sealed) {
    let program = sealed.write("browser", "#!/bin/sh\nprintf %s \"$1\" >url.new\nmv url.new url\n");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    sealed.set("BROWSER", program.display().to_string());
}

/// Where it was sent.
fn sent(sealed: &Sealed) -> Url {
    Url::parse(&until(|| std::fs::read_to_string(sealed.path("url")).ok())).unwrap()
}

/// What the sandbox tells a browser to go on with.
fn approved(sandbox: &Sandbox, url: &Url) -> Url {
    let told = browse(sandbox, "GET", &format!("{}?{}", url.path(), url.query().unwrap()), "", "");
    let location = told.lines().find_map(|line| line.strip_prefix("location: "));
    Url::parse(location.unwrap_or_else(|| panic!("{told}")).trim()).unwrap()
}

/// Goes there.
fn visit(url: &Url) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    write!(stream, "GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    told
}

#[test]
fn a_browser_at_hand_brings_the_code_back_itself() {
    let (mut sealed, sandbox) = world(AT_ONCE);
    browser(&mut sealed);
    let mut terminal = Terminal::opsctl(&sealed, SIZE, &["login", "--profile", "new"]);
    let url = sent(&sealed);
    terminal.wait_for("log in with the browser that opens");
    terminal.wait_for(url.as_str());
    let pair = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!((pair("response_type"), pair("code_challenge_method")), ("code".into(), "S256".into()));
    let callback = pair("redirect_uri");
    assert!(callback.starts_with("http://127.0.0.1:") && callback.ends_with("/oauth/callback"), "{callback}");
    // Whoever does not know the state is turned away, and the login goes on.
    let other = Url::parse(&format!("{callback}?code=planted&state=other")).unwrap();
    assert!(visit(&other).starts_with("HTTP/1.1 404 "));
    let told = visit(&approved(&sandbox, &url));
    assert!(told.starts_with("HTTP/1.1 200 ") && told.contains("go back to the terminal"), "{told}");
    terminal.wait_for("logged in at my until 20");
    assert!(terminal.end().1.success());
    assert!(read(&token_file(&sealed, "my")).get("refreshToken").is_some());
    is_signed_in(&sealed, "new");
    // Nobody is asked for the client a second time, also where there is no browser.
    std::fs::remove_file(token_file(&sealed, "my")).unwrap();
    let ran = log_in(&sealed, &[]).expect(0);
    assert!(ran.stderr.contains(" and enter the code "), "{ran:?}");
}

#[test]
fn a_refusal_in_the_browser_is_told_and_so_is_one_that_cannot_be_opened() {
    let (mut sealed, sandbox) = world("[sso]\napprove = \"never\"\ninterval_s = 0\n");
    browser(&mut sealed);
    let mut terminal = Terminal::opsctl(&sealed, SIZE, &["login", "--profile", "new"]);
    let told = visit(&approved(&sandbox, &sent(&sealed)));
    assert!(told.contains("The login was refused"), "{told}");
    terminal.wait_for("error: the login was refused");
    assert_eq!(terminal.end().1.code(), Some(4));
    for (program, why) in [("/nowhere/browser", "No such file or directory"), ("false", "exit status: 1")] {
        let (mut sealed, _sandbox) = world(AT_ONCE);
        sealed.set("BROWSER", program);
        let mut terminal = Terminal::opsctl(&sealed, SIZE, &["login", "--profile", "new"]);
        let told = terminal.wait_for("; a code does as well");
        assert!(told.contains(&format!("the browser cannot be opened ({program}: {why}")), "{told}");
        terminal.wait_for(" and enter the code ");
        terminal.wait_for("logged in at my until 20");
        assert!(terminal.end().1.success());
    }
    // Over SSH, and where it is not wanted, none is tried.
    for (variables, options) in [(&[("SSH_TTY", "/dev/pts/1")][..], &[][..]), (&[], &["--no-browser"])] {
        let (mut sealed, _sandbox) = world(AT_ONCE);
        browser(&mut sealed);
        for (name, value) in variables {
            sealed.set(name, *value);
        }
        let mut terminal =
            Terminal::opsctl(&sealed, SIZE, &[&["login", "--profile", "new"], options].concat());
        terminal.wait_for(" and enter the code ");
        assert!(terminal.end().1.success());
        assert!(!sealed.path("url").exists());
    }
}

#[test]
fn a_token_that_is_over_is_refreshed_and_one_that_is_refused_or_damaged_made_anew() {
    let (sealed, sandbox) = world(AT_ONCE);
    let path = token_file(&sealed, "my");
    let write = |text: &str| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    };
    let mut token = kept_login(&sandbox);
    token["expiresAt"] = "2020-01-01T00:00:00Z".into();
    write(&token.to_string());
    let ran = log_in(&sealed, &[]).expect(0);
    assert!(ran.stderr.starts_with("the login at my was refreshed; it is good until 20"), "{ran:?}");
    let new = read(&path);
    assert!(new["accessToken"] != token["accessToken"] && new["refreshToken"] != token["refreshToken"]);
    assert_eq!(new["clientId"], token["clientId"]);
    // AWS has ended what the file takes for good.
    token["expiresAt"] = "2099-01-01T00:00:00Z".into();
    token["accessToken"] = "plantedToken".into();
    write(&token.to_string());
    let ran = log_in(&sealed, &[]).expect(0);
    assert!(ran.stderr.contains("logged in at my until 20"), "{ran:?}");
    for damaged in ["plantedToken", "{\"accessToken\": \"plantedToken\", \"expiresAt\": \"soon\"}", ""] {
        write(damaged);
        let ran = log_in(&sealed, &[]).expect(0);
        let told = format!("{} is of no use and is written anew", path.display());
        assert!(ran.stderr.contains(&told) && !ran.stderr.contains("planted"), "{ran:?}");
        assert!(ran.stderr.contains("logged in at my until 20"), "{ran:?}");
        is_signed_in(&sealed, "new");
    }
}

#[test]
fn what_cannot_be_kept_is_not_asked_for() {
    let (sealed, _sandbox) = world(AT_ONCE);
    sealed.write("home/.aws/sso", "no folder");
    let ran = log_in(&sealed, &[]).expect(1);
    assert!(ran.stderr.starts_with("error: cannot keep a login\ncause: "), "{ran:?}");
    let mut command = sealed.command(["login", "--profile", "new"]);
    command.env_remove("HOME").env("AWS_CONFIG_FILE", sealed.path("home/.aws/config"));
    let ran = crate::support::finish(command, b"").expect(1);
    assert!(ran.stderr.contains("there is no place to keep a login: HOME is not set"), "{ran:?}");
}

#[test]
fn who_logs_in_nowhere_is_told_what_to_do() {
    let (sealed, sandbox) = world(AT_ONCE);
    let dir = format!("--sandbox={}", sandbox.dir.display());
    for (args, code, told) in [
        (&["--profile", "keys"][..], 2, "--sso-session names a place to log in at: my"),
        (&["--profile", "console"], 4, "hint: aws login --profile console"),
        (&["--profile", "knew"], 4, "did you mean new?"),
        (&["--sso-session", "mi"], 4, "did you mean my?"),
        (&[dir.as_str()], 2, "nobody logs in to a sandbox"),
    ] {
        for verb in ["login", "logout"] {
            let ran = sealed.run([verb].iter().chain(args)).expect(code);
            assert!(ran.stderr.contains(told), "{ran:?}");
        }
    }
}

/// The files of the cache of roles.
fn roles(sealed: &Sealed) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(sealed.path("home/.aws/cli/cache")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect()
}

#[test]
fn a_logout_takes_the_login_away_here_and_at_aws() {
    let (sealed, sandbox) = world(AT_ONCE);
    let (mine, old) = (token_file(&sealed, "my"), token_file(&sealed, &start_url(&sandbox)));
    for profile in ["new", "old"] {
        sealed.run(["login", "--profile", profile]).expect(0);
        is_signed_in(&sealed, profile);
    }
    assert_eq!(roles(&sealed).len(), 2);
    let token = std::fs::read(&mine).unwrap();
    let ran = sealed.run(["logout", "--profile", "new", "-o", "json"]).expect(0);
    assert_eq!(ran.stderr, "logged out of my\nthe credentials of a role went with it: 1\n");
    assert_eq!(ran.json()["item"], serde_json::json!({ "logins": ["my"], "roleCredentials": 1 }));
    assert!(!mine.exists() && old.exists() && roles(&sealed).len() == 1);
    let ran = sealed.run(["logout", "--profile", "new"]).expect(0);
    assert_eq!(ran.stderr, "nobody is logged in at my\n");
    // A copy of the token opens nothing any more.
    std::fs::write(&mine, token).unwrap();
    let ran = sealed.run(["whoami", "--profile", "new"]).expect(4);
    assert!(ran.stderr.contains("hint: opsctl login --profile new"), "{ran:?}");
    let ran = sealed.run(["logout", "--all"]).expect(0);
    assert!(ran.stderr.contains("logged out of ") && ran.stderr.contains(&start_url(&sandbox)), "{ran:?}");
    assert!(!mine.exists() && !old.exists() && roles(&sealed).is_empty());
    assert_eq!(sealed.run(["logout", "--all"]).expect(0).stderr, "nobody is logged in\n");
}

#[test]
fn aws_out_of_reach_keeps_nobody_logged_in_here() {
    let (sealed, sandbox) = world(AT_ONCE);
    sealed.run(["login", "--profile", "new"]).expect(0);
    drop(sandbox);
    let ran = sealed.run(["logout", "--profile", "new", "--max-attempts", "1"]).expect(0);
    assert!(ran.stderr.contains("warning: cannot tell AWS that the login is over"), "{ran:?}");
    assert!(ran.stderr.contains("logged out of my\n") && !token_file(&sealed, "my").exists(), "{ran:?}");
}

#[test]
fn no_secret_of_a_login_is_written_anywhere_but_into_its_cache() {
    for way in [
        &["-vv"][..],
        &["--debug", "--log", "trace"],
        &["--log-file", "opsctl.log", "--log", "trace"],
        &["--log-file", "opsctl.log", "--log", "trace", "--log-format", "json", "-o", "json"],
    ] {
        let (sealed, _sandbox) = world(AT_ONCE);
        let mut written = String::new();
        let mut secrets = Vec::new();
        for verb in ["login", "login", "logout"] {
            let ran = sealed.run([verb, "--profile", "new"].iter().chain(way)).expect(0);
            written.push_str(&(ran.stdout + &ran.stderr));
            if let Ok(text) = std::fs::read(token_file(&sealed, "my")) {
                let mut token: Value = serde_json::from_slice(&text).unwrap();
                for name in ["accessToken", "refreshToken", "clientSecret"] {
                    secrets.push(token[name].as_str().unwrap().to_owned());
                }
                token["expiresAt"] = "2020-01-01T00:00:00Z".into();
                std::fs::write(token_file(&sealed, "my"), token.to_string()).unwrap();
            }
        }
        written.push_str(&std::fs::read_to_string(sealed.path("opsctl.log")).unwrap_or_default());
        assert!(written.contains(":CreateToken"), "nothing was logged: {written}");
        assert_eq!(secrets.len(), 6);
        for secret in secrets {
            assert!(secret.len() >= 20 && !written.contains(&secret), "{way:?} {secret} {written}");
        }
        // Who has the code of a device has its token.
        let codes = written.match_indices("device_code: ").chain(written.match_indices("device_code\\\": "));
        for (at, name) in codes {
            let rest = &written[at + name.len()..];
            assert!(
                rest.starts_with("Some(\"***")
                    || rest.starts_with("Some(\\\"***")
                    || rest.starts_with("None"),
                "{}",
                &rest[..60]
            );
        }
    }
}
