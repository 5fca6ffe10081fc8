//! Where settings come from: options, `OPSCTL_` variables, config files, aliases; and everything that can be wrong
//! with them.

use std::path::PathBuf;

use crate::support::{Sandbox, Sealed};

const USER_FILE: &str = "home/.config/opsctl/config.toml";

fn with_user_file(text: &str) -> Sealed {
    let sealed = Sealed::new();
    sealed.write(USER_FILE, text);
    sealed
}

fn show(sealed: &Sealed, args: &[&str], option: &str) -> Option<(String, String)> {
    let ran = sealed.run(["config", "show", "-o", "json"].iter().chain(args)).expect(0);
    let items = ran.json()["items"].clone();
    let item = items.as_array().unwrap().iter().find(|item| item["option"] == option)?.clone();
    let text = |name: &str| item[name].as_str().unwrap_or("none").to_owned();
    let origin = text("origin");
    let origin = origin.rsplit('/').next().unwrap_or_default().to_owned();
    Some((text("value"), origin))
}

#[test]
fn an_option_beats_a_variable_beats_the_named_file_beats_the_users_file_beats_the_profile() {
    let mut sealed = Sealed::new();
    let found = |value: &str, origin: &str| Some((value.to_owned(), origin.to_owned()));
    assert_eq!(show(&sealed, &[], "region"), None);
    let aws = sealed.write("aws", "[default]\nregion = eu-north-1\n").display().to_string();
    sealed.set("AWS_CONFIG_FILE", aws);
    assert_eq!(show(&sealed, &[], "region"), found("eu-north-1", "profile default"));
    sealed.write(USER_FILE, "\nregion = 'eu-west-1'\n");
    assert_eq!(show(&sealed, &[], "region"), found("eu-west-1", "config.toml:2"));
    let named = sealed.write("project.toml", "region = 'eu-west-2'\n").display().to_string();
    assert_eq!(show(&sealed, &["--config", &named], "region"), found("eu-west-2", "project.toml:1"));
    sealed.set("OPSCTL_CONFIG", named.clone());
    assert_eq!(show(&sealed, &[], "region"), found("eu-west-2", "project.toml:1"));
    sealed.set("AWS_REGION", "us-east-2");
    assert_eq!(show(&sealed, &[], "region"), found("us-east-2", "environment AWS_REGION"));
    sealed.set("OPSCTL_REGION", "eu-west-3");
    assert_eq!(show(&sealed, &[], "region"), found("eu-west-3", "environment OPSCTL_REGION"));
    let typed = show(&sealed, &["--region", "us-east-1"], "region");
    assert_eq!(typed, found("us-east-1", "option --region"));
}

#[test]
fn origins_are_shown_when_asked_for() {
    let mut sealed = with_user_file(
        "max-attempts = 5\n[ssm.list]\ncolumns = ['id', 'name']\n[alias]\nnodes = 'ssm list --all'\n",
    );
    sealed.set("OPSCTL_NO_PROGRESS", "true").set("OPSCTL_SSM_LIST_LIMIT", "7");
    let home = sealed.path("home").display().to_string();
    let shown = sealed.run(["config", "show", "--origin"]).expect(0);
    insta::assert_snapshot!(shown.stdout.replace(&home, "~"), @r"
    OPTION            VALUE           ORIGIN
    max-attempts      5               ~/.config/opsctl/config.toml:1
    no-progress       true            environment OPSCTL_NO_PROGRESS
    ssm.list.limit    7               environment OPSCTL_SSM_LIST_LIMIT
    ssm.list.columns  id,name         ~/.config/opsctl/config.toml:3
    alias.nodes       ssm list --all  ~/.config/opsctl/config.toml:5
    ");
    let plain = sealed.run(["config", "show"]).expect(0).stdout;
    assert!(plain.contains("max-attempts") && !plain.contains("config.toml"), "{plain}");
    let all = sealed.run(["config", "show", "--all", "-o", "text"]).expect(0).stdout;
    assert!(all.contains("ssm.connect.start-timeout\t60") && all.contains("\njitter\t"), "{all}");
}

#[test]
fn every_option_has_its_variable_and_its_key() {
    let mut sealed = with_user_file("[ssm.list]\ncolumns = ['name']\nno-header = true\n");
    let _sandbox = Sandbox::up(&sealed);
    let list = ["--sandbox", "ssm", "list"];
    assert_eq!(sealed.run(list).expect(0).stdout, "web-1\nweb-2\ndb-1\n");
    sealed.set("OPSCTL_SSM_LIST_LIMIT", "2").set("OPSCTL_OUTPUT", "csv");
    assert_eq!(sealed.run(list).expect(0).stdout, "web-1\nweb-2\n");
    sealed.set("OPSCTL_SSM_LIST_COLUMNS", "name,ping").set("OPSCTL_SSM_LIST_NO_HEADER", "false");
    assert_eq!(sealed.run(list).expect(0).stdout, "name,ping\nweb-1,Online\nweb-2,Online\n");
    let typed = sealed.run(list.iter().chain(&["--columns", "name", "--limit", "1", "-o", "text"])).expect(0);
    assert_eq!(typed.stdout, "web-1\n");
}

#[test]
fn the_sandbox_may_be_a_variable() {
    let mut sealed = with_user_file("region = 'eu-west-1'\nprofile = 'missing'\n");
    let sandbox = Sandbox::in_dir(&sealed, "rehearsal", None);
    sealed.set("OPSCTL_SANDBOX", sandbox.dir.display().to_string());
    let ran = sealed.run(["whoami", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["item"]["regionOrigin"], "sandbox");
    sealed.set("OPSCTL_SANDBOX", "true");
    sealed.run(["whoami"]).expect(0);
}

/// Whoever has chosen a sandbox meets no real AWS: an option stays in it or is refused.
#[test]
fn no_option_leads_out_of_the_sandbox() {
    let outside = [
        ("AWS_ACCESS_KEY_ID", "AKIAOUTSIDE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_PROFILE", "prod"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ];
    let mut sealed = Sealed::new();
    let sandbox = Sandbox::in_dir(&sealed, "rehearsal", None);
    let dir = sandbox.dir.display().to_string();
    for (name, value) in outside {
        sealed.set(name, value);
    }
    let run = |line: &str, variables: &[(&str, &str)], file: &str| {
        sealed.write(USER_FILE, file);
        let mut command = sealed.command(line.split(' '));
        command.args(["whoami", "-o", "json"]).envs(variables.iter().copied());
        crate::support::finish(command, b"")
    };
    let here = ("OPSCTL_SANDBOX", dir.as_str());
    let (region, aws_region) = (("OPSCTL_REGION", "eu-west-2"), ("AWS_REGION", "eu-west-3"));
    for (line, variables, file, expected, origin) in [
        ("--quiet", &[here][..], "", "us-east-1", "sandbox"),
        ("--region eu-west-1", &[here], "", "eu-west-1", "option --region"),
        ("--region eu-west-1", &[here, region, aws_region], "", "eu-west-1", "option --region"),
        ("--quiet", &[here, region, aws_region], "", "eu-west-2", "environment OPSCTL_REGION"),
        ("--quiet", &[here, aws_region], "", "eu-west-3", "environment AWS_REGION"),
        ("--sandbox --region eu-west-1", &[], "", "eu-west-1", "option --region"),
        ("--sandbox --region eu-west-1", &[("OPSCTL_PROFILE", "prod")], "", "eu-west-1", "option --region"),
        ("--sandbox", &[("OPSCTL_ENDPOINT_URL", "http://127.0.0.1:1")], "", "us-east-1", "sandbox"),
        // What is written for every shell is about AWS.
        ("--quiet", &[here], "region = 'eu-west-1'\nprofile = 'prod'\n", "us-east-1", "sandbox"),
    ] {
        let ran = run(line, variables, file).expect(0);
        let item = &ran.json()["item"];
        let found = (&item["credentialsSource"], &item["region"], &item["regionOrigin"]);
        assert_eq!(found, (&"sandbox".into(), &expected.into(), &origin.into()), "{line} {variables:?}");
    }
    for (line, variables, told) in [
        (
            "--profile prod",
            &[here][..],
            "--profile would lead out of the sandbox (environment OPSCTL_SANDBOX)",
        ),
        ("--endpoint-url http://127.0.0.1:1", &[here], "--endpoint-url would lead out of the sandbox"),
        ("--region eu-west-1 --profile prod", &[here], "--profile would lead out of the sandbox"),
        ("--quiet", &[here, ("OPSCTL_PROFILE", "prod")], "OPSCTL_PROFILE"),
        ("--quiet", &[here, ("OPSCTL_ENDPOINT_URL", "http://127.0.0.1:1")], "OPSCTL_ENDPOINT_URL"),
        ("--sandbox --profile prod", &[], "cannot be used with"),
        ("--sandbox --endpoint-url http://127.0.0.1:1", &[here], "cannot be used with"),
        ("--region mars", &[here], "mars is not a region"),
    ] {
        let ran = run(line, variables, "").expect(2);
        assert!(ran.stderr.contains(told) && ran.stdout.is_empty(), "{line} {variables:?}: {ran:?}");
    }
    // Unless that is what is said.
    let ran = run("--profile prod", &[("OPSCTL_SANDBOX", "0")], "").expect(4);
    assert!(ran.stderr.contains("prod"), "{ran:?}");
}

#[test]
fn what_contradicts_a_layer_above_is_left_out() {
    let mut sealed = with_user_file("quiet = true\nlocal = true\n");
    let verbose = sealed.run(["config", "show", "-v", "-o", "text"]).expect(0).stdout;
    assert!(!verbose.contains("quiet"), "{verbose}");
    sealed.set("OPSCTL_UTC", "1");
    assert_eq!(show(&sealed, &[], "local"), None);
    assert!(show(&sealed, &[], "utc").is_some());
    sealed.set("OPSCTL_LOCAL", "1");
    let both = sealed.run(["ssm", "list"]).expect(2);
    assert!(both.stderr.contains("OPSCTL_UTC") && both.stderr.contains("OPSCTL_LOCAL"), "{both:?}");
    sealed.set("OPSCTL_UTC", "0");
    assert!(show(&sealed, &[], "local").is_some(), "a variable can switch off");
    sealed.set("OPSCTL_QUIET", "off");
    assert_eq!(show(&sealed, &[], "quiet"), None);
}

const MISTAKES: &str = "output = 5
outptu = 'json'
region = 'eu-west-1'
yes = true
max-attempts = 'three'
timeout = 'soon'
color = 'alwys'
columns = ['id']
[ssm.list]
limit = -1
filtr = 'x'
tag = ['role']
[alias]
open = 'ssm connect \"web'
ssm = 'whoami'
a = 'b'
b = 'a'
l = 'ssm list --al'
";

#[test]
fn every_mistake_of_a_file_is_found_in_one_run() {
    let mut sealed = with_user_file(MISTAKES);
    sealed.set("OPSCTL_OUPUT", "json").set("OPSCTL_COLOR", "red");
    let home = sealed.path("home").display().to_string();
    let checked = sealed.run(["config", "check", "-o", "text"]).expect(6);
    insta::assert_snapshot!(checked.stdout.replace(&home, "~").replace('\t', " | "), @r"
    ~/.config/opsctl/config.toml:1:10 | error | `output` must be text in quotes
    ~/.config/opsctl/config.toml:2:1 | warning | unknown key `outptu`; did you mean `output`?
    ~/.config/opsctl/config.toml:4:1 | error | `yes` cannot be set in a file; type --yes or set OPSCTL_YES
    ~/.config/opsctl/config.toml:5:16 | error | `max-attempts` must be a whole number
    ~/.config/opsctl/config.toml:6:11 | error | `timeout` cannot be 'soon': a duration is a number of seconds, or looks like 30s, 5m or 2h30m
    ~/.config/opsctl/config.toml:7:9 | error | `color` cannot be 'alwys': it is one of auto, always, never; did you mean always?
    ~/.config/opsctl/config.toml:8:1 | warning | unknown key `columns`; `whoami.columns` is one
    ~/.config/opsctl/config.toml:10:9 | error | `limit` must be a whole number
    ~/.config/opsctl/config.toml:11:1 | warning | unknown key `filtr` in [ssm.list]; did you mean `filter`?
    ~/.config/opsctl/config.toml:12:7 | error | `tag` cannot be 'role': a tag is KEY=VALUE
    ~/.config/opsctl/config.toml:14:8 | error | alias `open` has a quote that is not closed
    ~/.config/opsctl/config.toml:15:1 | error | alias `ssm` would hide the command ssm
    ~/.config/opsctl/config.toml:16:1 | error | alias `a` stands for itself: a -> b -> a
    ~/.config/opsctl/config.toml:17:1 | error | alias `b` stands for itself: b -> a -> b
    ~/.config/opsctl/config.toml:18:1 | error | alias `l` cannot be used: unexpected argument '--al' found
     | error | OPSCTL_COLOR cannot be 'red': it is one of auto, always, never
     | warning | unknown variable OPSCTL_OUPUT; did you mean OPSCTL_OUTPUT?
    ");
    let json = sealed.run(["config", "check", "-o", "json"]).expect(6).json();
    assert_eq!(json["kind"], "config.finding");
    assert_eq!((json["items"][1]["line"].as_u64(), json["items"][1]["column"].as_u64()), (Some(2), Some(1)));
    // No other command runs with half of its settings.
    let ran = sealed.run(["sandbox", "status"]).expect(2);
    assert_eq!(ran.stdout, "");
    let causes = ran.stderr.lines().filter(|line| line.starts_with("  cause: /")).count();
    assert!(ran.stderr.starts_with("error: the config has 11 mistakes\n") && causes == 11, "{ran:?}");
    assert!(ran.stderr.ends_with("  hint: opsctl config check\n"), "{ran:?}");
}

#[test]
fn guard_rails_of_a_profile_that_is_not_there_are_found() {
    let sealed = with_user_file(
        "[profile.prdo]\nread_only = true\n[profile.default]\nconfirm = 'always'\n\
         [profile.prod]\nread_only = true\n[profile.elsewhere]\nexpected_account = '111122223333'\n",
    );
    sealed.write("home/.aws/config", "[profile prod]\nregion = eu-west-1\n");
    let ran = sealed.run(["config", "check", "-o", "text"]).expect(0);
    let home = sealed.path("home").display().to_string();
    insta::assert_snapshot!(ran.stdout.replace(&home, "~").replace('\t', " | "), @r"
    ~/.config/opsctl/config.toml:2:1 | warning | these guard rails guard nothing: there is no profile prdo; did you mean prod?
    ~/.config/opsctl/config.toml:8:1 | warning | these guard rails guard nothing: there is no profile elsewhere
    ");
}

#[test]
fn a_sound_file_is_said_to_be_one() {
    let sealed = with_user_file("output = 'json'\n");
    let ran = sealed.run(["config", "check", "-o", "table"]).expect(0);
    assert!(
        ran.stderr.starts_with("no mistakes in /") && ran.stdout.trim_end() == "PLACE  SEVERITY  MESSAGE",
        "{ran:?}"
    );
    assert_eq!(sealed.run(["config", "check", "-q", "-o", "text"]).expect(0).stderr, "");
    let none = Sealed::new().run(["config", "check"]).expect(0);
    assert!(none.stderr.starts_with("there is no config file; the user's own would be /"), "{none:?}");
}

#[test]
fn an_unknown_key_is_a_warning_with_a_near_match() {
    let sealed = with_user_file("outptu = 'json'\n");
    let _sandbox = Sandbox::up(&sealed);
    let ran = sealed.run(["--sandbox", "ssm", "list", "-o", "text", "--columns", "name"]).expect(0);
    assert_eq!(ran.stdout, "web-1\nweb-2\ndb-1\n");
    assert!(
        ran.stderr.starts_with("warning: /")
            && ran.stderr.contains(":1:1: unknown key `outptu`; did you mean `output`?"),
        "{ran:?}"
    );
    assert_eq!(sealed.run(["--sandbox", "-q", "ssm", "list"]).expect(0).stderr, "");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_stops_the_command() {
    let sealed = Sealed::new();
    let folder = sealed.path("folder");
    std::fs::create_dir(&folder).unwrap();
    let circle = sealed.path("circle");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    let large = sealed.write("large.toml", &"#\n".repeat(1 << 19));
    std::fs::write(&large, vec![b'#'; (1 << 20) + 1]).unwrap();
    let missing = sealed.path("missing.toml");
    let cases: [(&PathBuf, &str); 4] = [
        (&folder, "Is a directory"),
        (&circle, "symbolic links"),
        (&large, "larger than 1 MiB"),
        (&missing, "No such file"),
    ];
    for (path, why) in cases {
        let path = path.to_str().unwrap();
        for args in [&["ssm", "list"][..], &["config", "check"], &["config", "show"]] {
            let ran = sealed.run(args.iter().chain(&["--config", path])).expect(2);
            assert!(ran.stderr.contains(path) && ran.stderr.contains(why), "{ran:?}");
        }
    }
    // The user's own is held to the same, unless it is not there.
    std::fs::create_dir_all(sealed.path(USER_FILE)).unwrap();
    assert!(sealed.run(["ssm", "list"]).expect(2).stderr.contains("Is a directory"));
}

#[test]
fn bad_encoding_and_bad_syntax_have_their_place() {
    let sealed = Sealed::new();
    let path = sealed.write(USER_FILE, "");
    std::fs::write(&path, b"output = 'json'\nprofile = 'caf\xe9'\n").unwrap();
    let ran = sealed.run(["ssm", "list"]).expect(2);
    assert!(ran.stderr.contains("config.toml:2:15: this is not UTF-8 text"), "{ran:?}");
    sealed.write(USER_FILE, "output = json\n[alias\n");
    let ran = sealed.run(["config", "check", "-o", "text"]).expect(6);
    assert!(ran.stdout.contains("config.toml:1:10\t") && ran.stdout.contains("config.toml:2:"), "{ran:?}");
}

#[test]
fn help_and_version_work_with_a_broken_file() {
    let sealed = with_user_file(MISTAKES);
    let whole = Sealed::new();
    for args in [
        &["--version"][..],
        &["version"],
        &["--help"],
        &["ssm", "list", "-h"],
        &["completions", "bash"],
        &["man", "ssm"],
        &["help", "ssm"],
    ] {
        let ran = sealed.run(args).expect(0);
        assert_eq!((ran.stderr.as_str(), ran.stdout), ("", whole.run(args).expect(0).stdout), "{args:?}");
    }
}

#[test]
fn an_alias_stands_for_arguments() {
    let sealed = with_user_file(
        "[alias]\nnodes = 'ssm list -o text --columns name'\nweb = ['nodes', '--tag', 'role=web']\n",
    );
    let _sandbox = Sandbox::up(&sealed);
    let out = |args: &[&str]| sealed.run(args).expect(0).stdout;
    assert_eq!(out(&["--sandbox", "nodes"]), "web-1\nweb-2\ndb-1\n");
    assert_eq!(out(&["-q", "--sandbox", "web", "--limit", "1"]), "web-1\n");
    assert_eq!(out(&["web", "--sandbox", "--columns", "ping"]), "Online\nOnline\n");
    assert_eq!(out(&["nodes", "--help"]), out(&["ssm", "list", "--help"]));
    let near = sealed.run(["noodes"]).expect(2);
    assert!(near.stderr.contains("'nodes'"), "{near:?}");
    // Only where a command would stand.
    sealed.run(["ssm", "nodes"]).expect(2);
    let inside = sealed.run(["sandbox", "run", "--", "nodes"]).expect(255);
    assert!(inside.stderr.contains("cannot run nodes"), "{inside:?}");
}

#[test]
fn an_alias_hides_no_command_and_leads_nowhere_twice() {
    let sealed = with_user_file("[alias]\na = 'b'\nb = 'a'\n");
    let ran = sealed.run(["a"]).expect(2);
    assert!(ran.stderr.contains("alias `a` stands for itself: a -> b -> a"), "{ran:?}");
    let sealed = with_user_file("[alias]\nssm = 'whoami'\n");
    let ran = sealed.run(["ssm", "list"]).expect(2);
    assert!(ran.stderr.contains("alias `ssm` would hide the command ssm"), "{ran:?}");
}

#[test]
fn a_file_of_the_user_cannot_lead_out_of_the_sandbox() {
    let sealed = with_user_file(
        "profile = 'prod'\nregion = 'eu-west-1'\nendpoint-url = 'http://127.0.0.1:1'\noutput = 'json'\n",
    );
    let inside = sealed.run(["sandbox", "run", "--", "opsctl", "whoami"]).expect(0).json();
    assert_eq!(inside["item"]["credentialsSource"], "environment");
    assert_eq!(inside["item"]["regionOrigin"], "environment AWS_REGION");
    let _sandbox = Sandbox::up(&sealed);
    let typed = sealed.run(["--sandbox", "whoami"]).expect(0).json();
    assert_eq!(typed["item"]["credentialsSource"], "sandbox");
}

/// What is only looked at later than the line is refused with its place all the same, and stops no command that helps.
#[test]
fn values_that_no_command_could_use_are_mistakes_with_their_places() {
    let mut sealed = with_user_file(
        "query = 'items['\nlog = '=='\nlock = 'a/b'\nregion = 'mars'\nendpoint-url = 'not a url'\n[ssm.list]\ncolumns = ['id', 'nme']\nsort = '-foo'\n",
    );
    let found =
        sealed.run(["config", "check", "-o", "csv", "--columns", "place,message", "--no-header"]).expect(6);
    for (line, text) in [
        (1, "`query` cannot be 'items['"),
        (2, "`log` cannot be '=='"),
        (3, "`lock` cannot be 'a/b'"),
        (4, "`region` cannot be 'mars': a region looks like eu-west-1"),
        (5, "`endpoint-url` cannot be 'not a url': an endpoint is an http or https address"),
        (7, "`columns` cannot be 'nme': it is one of id, name"),
        (8, "`sort` cannot be '-foo': it is one of id, name"),
    ] {
        let place = format!("config.toml:{line}:");
        let told = found.stdout.lines().any(|row| row.contains(&place) && row.contains(text));
        assert!(told, "{line} {text}: {found:#?}");
    }
    sealed.set("OPSCTL_QUERY", "items[").set("OPSCTL_LOG", "==").set("OPSCTL_LOG_FILE", "/nonexistent/x");
    sealed.set("OPSCTL_LOCK", "a/b").set("OPSCTL_TIMEOUT", "1ms");
    for args in
        [&["version"][..], &["help", "query"], &["man", "ssm"], &["completions", "zsh"], &["config", "show"]]
    {
        sealed.run(args).expect(0);
    }
    sealed.run(["config", "check"]).expect(6);
    assert!(sealed.run(["ssm", "list"]).expect(2).stderr.contains("has 7 mistakes"));
}

#[test]
fn what_is_changed_is_typed_and_nothing_else_chooses_it() {
    let mut sealed = with_user_file("[ssm.session.terminate]\nall = true\n");
    let ran = sealed.run(["ssm", "session", "terminate", "--yes"]).expect(2);
    assert!(
        ran.stderr.contains("`all` cannot be set in a file; type --all: it says what is changed"),
        "{ran:?}"
    );
    sealed.write(USER_FILE, "");
    sealed.set("OPSCTL_SSM_SESSION_TERMINATE_ALL", "1").signed_in();
    let ran = sealed.run(["ssm", "session", "terminate", "--yes"]).expect(2);
    assert!(ran.stderr.contains("no session is given"), "{ran:?}");
}

#[test]
fn a_named_file_is_read_for_the_verbs_of_the_sandbox_too() {
    let sealed = Sealed::new();
    let named = sealed.write("project.toml", "output = 'json'\n").display().to_string();
    let ran = sealed.run(["--config", &named, "sandbox", "status"]).expect(0);
    assert_eq!(ran.json()["kind"], "sandbox");
    sealed.run(["sandbox", "status", "--config", "/nonexistent"]).expect(2);
}

#[test]
fn a_sandbox_that_is_named_needs_no_home() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::in_dir(&sealed, "rehearsal", None);
    let mut command = sealed.command(["ssm", "list", "-o", "text", "--columns", "name"]);
    command.arg(format!("--sandbox={}", sandbox.dir.display())).env_clear().env("PATH", "/usr/bin:/bin");
    assert_eq!(crate::support::finish(command, b"").expect(0).stdout, "web-1\nweb-2\ndb-1\n");
}
