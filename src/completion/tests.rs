//! What the engine makes of a line, with the real tree.

use clap::CommandFactory as _;

use super::*;
use crate::config::Config;

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

fn offered(line: &str, aliases: &[Alias]) -> Vec<String> {
    let (mut command, aliases) = prepared(Cli::command(), aliases);
    let words = aliases.expand(&command, words(line));
    candidates(&mut command, words).into_iter().map(|candidate| candidate.value).collect()
}

#[test]
fn commands_options_and_values() {
    for (line, expected) in [
        ("opsctl ssm con", &["connect"][..]),
        ("opsctl ssm ", &["list", "connect", "exec", "forward", "proxy", "ssh-config", "run", "session"]),
        ("opsctl s3 manifest ", &["build", "check", "stats", "head"]),
        (
            "opsctl s3 job ",
            &[
                "create", "list", "show", "watch", "confirm", "cancel", "priority", "report", "retry",
                "policy",
            ],
        ),
        (
            "opsctl sfn ",
            &[
                "list",
                "show",
                "executions",
                "get",
                "start",
                "run",
                "watch",
                "explain",
                "history",
                "stop",
                "redrive",
                "map-run",
                "task",
                "diff",
                "deploy",
                "versions",
                "alias",
                "rollback",
                "graph",
                "lint",
                "local",
            ],
        ),
        (
            "opsctl alarm ",
            &[
                "list",
                "show",
                "explain",
                "backtest",
                "chart",
                "tree",
                "history",
                "watch",
                "create",
                "set",
                "enable",
                "disable",
                "delete",
                "silence",
                "unsilence",
                "fire",
            ],
        ),
        ("opsctl auth ", &["profiles", "explain", "export"]),
        ("opsctl auth export --format f", &["fish"]),
        ("opsctl alarm history --type c", &["configuration"]),
        ("opsctl alarm watch --for-state in", &["insufficient-data"]),
        ("opsctl alarm list --state a", &["alarm"]),
        ("opsctl alarm create a --preset ecs/", &["ecs/cpu", "ecs/memory"]),
        ("opsctl alarm create a --treat-missing-data b", &["breaching"]),
        ("opsctl alarm create a --statistic M", &["Minimum", "Maximum"]),
        ("opsctl alarm set a suppressor-w", &["suppressor-wait="]),
        ("opsctl alarm fire --state o", &["ok"]),
        ("opsctl sfn map-run ", &["list", "show", "watch"]),
        ("opsctl sfn task ", &["success", "failure", "heartbeat"]),
        (
            "opsctl sfn history --type LambdaFunctionSt",
            &["LambdaFunctionStartFailed", "LambdaFunctionStarted"],
        ),
        ("opsctl sfn executions --status FA", &["FAILED"]),
        ("opsctl sfn lint --ignore unr", &["unreachable-state", "unreachable-handler"]),
        ("opsctl sfn local ", &["run", "test"]),
        ("opsctl sfn local run --type EX", &["EXPRESS"]),
        ("opsctl sfn alias ", &["list", "show", "set", "delete"]),
        ("opsctl sfn deploy --logging ER", &["ERROR"]),
        ("opsctl sfn gr", &["graph"]),
        ("opsctl metric ", &["list", "get", "chart", "put"]),
        ("opsctl metric chart --comparison Gr", &["GreaterThanOrEqualToThreshold", "GreaterThanThreshold"]),
        ("opsctl metric put --unit Sec", &["Seconds"]),
        ("opsctl sfn graph --format me", &["mermaid"]),
        ("opsctl sfn ru", &["run"]),
        ("opsctl sfn wa", &["watch"]),
        ("opsctl s3 job create leg", &["legal-hold"]),
        ("opsctl s3 job list --status Susp", &["Suspended"]),
        ("opsctl ssm list --col", &["--color", "--columns"]),
        ("opsctl --output js", &["json"]),
        ("opsctl -o=nd", &["-o=ndjson"]),
        ("opsctl ssm list -oy", &["-oyaml"]),
        ("opsctl --retry-mode=a", &["--retry-mode=adaptive"]),
        ("opsctl ssm list --columns na", &["name"]),
        ("opsctl ssm list --columns id,na", &["id,name"]),
        ("opsctl ssm list --sort las", &["last-ping"]),
        ("opsctl ssm list --sort -las", &["-last-ping"]),
        ("opsctl ssm list --region eu-west-", &["eu-west-1", "eu-west-2", "eu-west-3"]),
        ("opsctl --sandbox ssm con", &["connect"]),
        ("opsctl completions z", &["zsh"]),
        ("opsctl help e", &["environment", "exit-codes"]),
        ("opsctl man ssm", &["ssm"]),
        ("opsctl whoami --columns acc", &["account"]),
        ("opsctl nonsense x", &[]),
    ] {
        assert_eq!(offered(line, &[]), expected, "{line}");
    }
}

#[test]
fn options_come_first_when_a_dash_is_typed_or_nothing_else_fits() {
    assert!(offered("opsctl ", &[]).iter().all(|value| !value.starts_with('-')));
    assert!(offered("opsctl ssm list ", &[]).contains(&"--tag".to_owned()));
}

#[test]
fn an_alias_is_offered_and_completed_as_its_words() {
    let aliases = [Alias::unplaced("web", ["ssm", "list", "--columns"].map(Into::into).into())];
    assert_eq!(offered("opsctl we", &aliases), ["web"]);
    assert_eq!(offered("opsctl --quiet web na", &aliases), ["name"]);
}

#[test]
fn global_options_are_understood_wherever_they_stand_and_whatever_else_does() {
    for line in [
        "opsctl --profile prod --sandbox=x ssm connect we",
        "opsctl ssm connect --profile=prod --sandbox=x we",
        "opsctl ssm connect --nonsense --profile prod --sandbox=x we",
        "opsctl --profile prod --sandbox=x nonsense we",
        "opsctl --profile prod --sandbox=x ssm list --columns",
        "opsctl --profile dev ssm list --sandbox --profile prod --sandbox=x --profile",
        "opsctl ssm list --limit none --tag a --profile prod --sandbox=x -- --profile dev",
    ] {
        let (command, _) = prepared(Cli::command(), &[]);
        let options = tool_words(&command, &words(line));
        let (global, _) = cli::options_of_tool(&options, &Config::default(), &Environment::default());
        assert_eq!(global.profile.as_deref(), Some("prod"), "{line}");
        assert_eq!(global.sandbox.as_deref().and_then(|path| path.to_str()), Some("x"), "{line}");
    }
}
