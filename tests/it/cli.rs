//! The command line as such: help, version, where options may stand, streams and exit codes.

use opsctl::cli::Topic;

use crate::support::{Sandbox, Sealed};

/// Every command, as its words.
pub const COMMANDS: &[&[&str]] = &[
    &[],
    &["ssm"],
    &["ssm", "list"],
    &["ssm", "connect"],
    &["ssm", "exec"],
    &["ssm", "forward"],
    &["ssm", "proxy"],
    &["ssm", "ssh-config"],
    &["ssm", "run"],
    &["ssm", "session"],
    &["ssm", "session", "list"],
    &["ssm", "session", "show"],
    &["ssm", "session", "terminate"],
    &["s3"],
    &["s3", "manifest"],
    &["s3", "manifest", "build"],
    &["s3", "manifest", "check"],
    &["s3", "manifest", "stats"],
    &["s3", "manifest", "head"],
    &["s3", "job"],
    &["s3", "job", "create"],
    &["s3", "job", "create", "copy"],
    &["s3", "job", "create", "acl"],
    &["s3", "job", "create", "tag"],
    &["s3", "job", "create", "untag"],
    &["s3", "job", "create", "restore"],
    &["s3", "job", "create", "lambda"],
    &["s3", "job", "create", "legal-hold"],
    &["s3", "job", "create", "retention"],
    &["s3", "job", "create", "replicate"],
    &["s3", "job", "create", "checksum"],
    &["s3", "job", "create", "encrypt"],
    &["s3", "job", "list"],
    &["s3", "job", "show"],
    &["s3", "job", "watch"],
    &["s3", "job", "confirm"],
    &["s3", "job", "cancel"],
    &["s3", "job", "priority"],
    &["s3", "job", "policy"],
    &["s3", "job", "report"],
    &["s3", "job", "retry"],
    &["sfn"],
    &["sfn", "list"],
    &["sfn", "show"],
    &["sfn", "executions"],
    &["sfn", "get"],
    &["sfn", "history"],
    &["sfn", "stop"],
    &["sfn", "map-run"],
    &["sfn", "map-run", "list"],
    &["sfn", "map-run", "show"],
    &["sfn", "map-run", "watch"],
    &["sfn", "task"],
    &["sfn", "task", "success"],
    &["sfn", "task", "failure"],
    &["sfn", "task", "heartbeat"],
    &["sfn", "alias"],
    &["sfn", "alias", "delete"],
    &["sfn", "alias", "list"],
    &["sfn", "alias", "set"],
    &["sfn", "alias", "show"],
    &["sfn", "deploy"],
    &["sfn", "diff"],
    &["sfn", "graph"],
    &["sfn", "lint"],
    &["sfn", "local"],
    &["sfn", "local", "run"],
    &["sfn", "local", "test"],
    &["sfn", "rollback"],
    &["sfn", "run"],
    &["sfn", "start"],
    &["sfn", "explain"],
    &["sfn", "redrive"],
    &["sfn", "watch"],
    &["sfn", "versions"],
    &["alarm"],
    &["alarm", "list"],
    &["alarm", "show"],
    &["alarm", "explain"],
    &["alarm", "backtest"],
    &["alarm", "chart"],
    &["alarm", "tree"],
    &["alarm", "history"],
    &["alarm", "watch"],
    &["alarm", "create"],
    &["alarm", "set"],
    &["alarm", "enable"],
    &["alarm", "disable"],
    &["alarm", "delete"],
    &["alarm", "silence"],
    &["alarm", "unsilence"],
    &["alarm", "fire"],
    &["metric"],
    &["metric", "list"],
    &["metric", "get"],
    &["metric", "chart"],
    &["metric", "put"],
    &["sandbox"],
    &["sandbox", "run"],
    &["sandbox", "up"],
    &["sandbox", "status"],
    &["sandbox", "down"],
    &["sandbox", "init"],
    &["sandbox", "add"],
    &["sandbox", "put"],
    &["sandbox", "messages"],
    &["sandbox", "clock"],
    &["auth"],
    &["auth", "profiles"],
    &["auth", "explain"],
    &["auth", "export"],
    &["login"],
    &["logout"],
    &["whoami"],
    &["config"],
    &["config", "show"],
    &["config", "check"],
    &["help"],
    &["completions"],
    &["man"],
    &["version"],
];

pub fn help(sealed: &Sealed, command: &[&str]) -> String {
    sealed.run(command.iter().chain(&["--help"])).expect(0).stdout
}

#[test]
fn the_whole_reference_is_as_reviewed() {
    let sealed = Sealed::new();
    let reference: String = COMMANDS
        .iter()
        .map(|command| format!("==== opsctl {}\n{}\n", command.join(" "), help(&sealed, command)))
        .collect();
    let topics: String = Topic::all()
        .filter(|topic| !topic.is_a_command())
        .map(|topic| {
            let name = topic.name();
            format!("==== opsctl help {name}\n{}\n", sealed.run(["help", &name]).expect(0).stdout)
        })
        .collect();
    insta::assert_snapshot!(reference + &topics);
}

#[test]
fn no_help_is_wider_than_a_hundred_columns_and_every_command_is_known_here() {
    let sealed = Sealed::new();
    for command in COMMANDS {
        let long = help(&sealed, command);
        let short = sealed.run(command.iter().chain(&["-h"])).expect(0).stdout;
        for line in long.lines().chain(short.lines()) {
            assert!(line.chars().count() <= 100, "opsctl {}: {line}", command.join(" "));
        }
        let listed =
            short.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let verbs = listed.map(|line| line.split_whitespace().next().unwrap());
        for verb in verbs {
            let known =
                COMMANDS.iter().any(|known| known.starts_with(command) && known.last() == Some(&verb));
            assert!(known, "{verb} is not in COMMANDS");
        }
    }
}

/// A help that a terminal shows without scrolling.
#[test]
fn the_short_help_fits_a_screen() {
    let mut sealed = Sealed::new();
    sealed.set("COLUMNS", "80");
    for command in COMMANDS {
        let lines = sealed.run(command.iter().chain(&["-h"])).expect(0).stdout.lines().count();
        // A list of many verbs cannot be shorter than they are.
        let is_verb = |other: &&&[&str]| other.len() == command.len() + 1 && other.starts_with(command);
        let limit = 40.max(22 + COMMANDS.iter().filter(is_verb).count());
        assert!(lines <= limit, "opsctl {} -h has {lines} lines", command.join(" "));
    }
    // Without options of its own a command fits the smallest screen.
    for command in ["whoami", "version", "help"] {
        let lines = sealed.run([command, "-h"]).expect(0).stdout.lines().count();
        assert!(lines <= 24, "opsctl {command} -h has {lines} lines");
    }
}

#[test]
fn version_help_and_usage_errors_touch_neither_files_nor_network() {
    let mut sealed = Sealed::new();
    // Each of these would be an error if it were looked at.
    sealed.signed_in();
    sealed.set("HOME", "/nonexistent").set("AWS_PROFILE", "missing").set("AWS_CA_BUNDLE", "/nonexistent");
    sealed.set("AWS_CONFIG_FILE", "/nonexistent").set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let version = sealed.run(["--version"]).expect(0);
    assert_eq!(
        (version.stdout.as_str(), version.stderr.as_str()),
        (concat!("opsctl ", env!("CARGO_PKG_VERSION"), "\n"), "")
    );
    sealed.run(["ssm", "list", "--help"]).expect(0);
    sealed.run(["completions", "zsh"]).expect(0);
    sealed.run(["ssm", "list", "--no-such"]).expect(2);
    sealed.run(["ssm", "liist"]).expect(2);
    sealed.run(["ssm", "list", "--query", "items[", "-o", "json"]).expect(2);
}

#[test]
fn unknown_words_get_a_near_match() {
    let sealed = Sealed::new();
    for (args, near) in [
        (&["smm"][..], "'ssm'"),
        (&["ssm", "lst"], "'list'"),
        (&["ssm", "list", "--quary", "x"], "'--query'"),
        (&["ssm", "list", "--color", "alwys"], "'always'"),
    ] {
        let ran = sealed.run(args).expect(2);
        assert!(ran.stderr.contains(near), "{args:?}: {}", ran.stderr);
        let ran = sealed.run(["-o", "json"].iter().chain(args)).expect(2);
        let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert!(error["hint"].to_string().contains(near.trim_matches('\'')), "{args:?}: {error}");
    }
}

#[test]
fn the_option_for_colour_wins_in_helps_and_mistakes_too() {
    let mut sealed = Sealed::new();
    for args in [&["ssm", "list", "-h"][..], &["nosuch"], &["--help"]] {
        let all = |ran: crate::support::Ran| ran.stdout + &ran.stderr;
        assert!(all(sealed.run(["--color", "always"].iter().chain(args))).contains('\u{1b}'), "{args:?}");
        assert!(!all(sealed.run(args)).contains('\u{1b}'), "{args:?}");
    }
    sealed.set("OPSCTL_COLOR", "always");
    assert!(sealed.run(["nosuch"]).expect(2).stderr.contains('\u{1b}'));
    assert!(!sealed.run(["nosuch", "--color=never"]).expect(2).stderr.contains('\u{1b}'));
}

#[test]
fn a_value_may_begin_with_a_dash_and_a_tag_may_name_a_node() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let connect = ["--sandbox", "ssm", "connect", "--tag", "Name=web-1", "--reason", "-foo"];
    let ran = sealed.run_with(connect, b"exit\n").expect(0);
    assert!(ran.stdout.contains("web-1"), "{ran:?}");
    sealed.run(["ssm", "connect", "web-1", "--tag", "Name=web-1"]).expect(2);
}

#[test]
fn global_options_work_before_and_after_the_verb() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let before = sealed.run(["--sandbox", "-o", "text", "--query", "items[].name", "ssm", "list"]).expect(0);
    let after = sealed.run(["ssm", "list", "--sandbox", "-o", "text", "--query", "items[].name"]).expect(0);
    assert_eq!(before.stdout, after.stdout);
    assert_eq!(before.stdout, "web-1\nweb-2\ndb-1\n");
}

#[test]
fn options_that_contradict_are_a_usage_error() {
    let sealed = Sealed::new();
    for args in [
        &["--sandbox", "--profile", "prod", "ssm", "list"][..],
        &["ssm", "list", "--sandbox", "--endpoint-url", "http://127.0.0.1:1"],
        &["-q", "-v", "ssm", "list"],
        &["completions", "bash", "--dir", "x"],
    ] {
        let ran = sealed.run(args).expect(2);
        assert!(ran.stderr.contains("cannot be used with"), "{args:?}: {ran:?}");
    }
}

#[test]
fn the_sandbox_wins_over_the_environment_which_says_where_in_it() {
    let mut sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    sealed.set("OPSCTL_REGION", "eu-west-1").set("OPSCTL_PROFILE", "missing");
    sealed.set("OPSCTL_ENDPOINT_URL", "http://127.0.0.1:1");
    let ran = sealed.run(["--sandbox", "whoami", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["item"]["regionOrigin"], "environment OPSCTL_REGION");
    assert_eq!(ran.json()["item"]["region"], "eu-west-1");
}

#[test]
fn help_and_version_are_words_too() {
    let sealed = Sealed::new();
    let stdout = |args: &[&str]| sealed.run(args).expect(0).stdout;
    // The topic of that name comes first, and names the verbs.
    let groups = COMMANDS.iter().filter(|command| **command != ["auth"]);
    for command in groups {
        assert_eq!(stdout(&[&["help"], *command].concat()), help(&sealed, command), "{command:?}");
    }
    let topic = stdout(&["help", "auth"]);
    assert!(topic.starts_with("Where profile") && topic.contains("opsctl auth"), "{topic}");
    assert_eq!(stdout(&["version"]), stdout(&["--version"]));
}

#[test]
fn quiet_leaves_the_answer_and_the_errors() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(
        &sealed,
        Some("[[nodes]]\nname = \"a\"\n[[nodes]]\nname = \"b\"\nping = \"offline\"\n"),
    );
    let loud = sealed.run(["--sandbox", "ssm", "list"]).expect(0);
    assert_eq!(loud.stderr, "1 node is not online; --all shows it\n");
    let quiet = sealed.run(["--sandbox", "-q", "ssm", "list"]).expect(0);
    assert_eq!((quiet.stderr.as_str(), &quiet.stdout), ("", &loud.stdout));
    let all = sealed.run(["--sandbox", "ssm", "list", "--all", "-o", "json"]).expect(0);
    assert_eq!((all.json()["items"].as_array().unwrap().len(), all.stderr.as_str()), (2, ""));
    assert!(!sealed.run(["--sandbox", "-q", "ssm", "connect", "c"]).expect(3).stderr.is_empty());
}
