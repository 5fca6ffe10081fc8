//! What every command is given, so that it does all it can, and how it ends then.

use super::sfn::{EXECUTION, MACHINE, MAP_RUN};

/// A command, its arguments, its exit code.
type Line = (&'static str, &'static str, i32);

/// The commands that call AWS.
const CALLING: &[Line] = &[
    ("ssm list", "", 0),
    ("ssm connect", "i-0123456789abcdef0", 0),
    ("ssm exec", "i-0123456789abcdef0 -- true", 0),
    ("ssm run", "i-0123456789abcdef0 --no-wait -- true", 1),
    // Nobody is at the gateway for these.
    ("ssm forward", "i-0123456789abcdef0 -L 0:80", 1),
    ("ssm proxy", "i-0123456789abcdef0", 1),
    ("ssm session list", "", 0),
    ("ssm session show", "tester-0a1b2c3d4e5f6a7b8", 0),
    ("ssm session terminate", "--all --yes", 0),
    ("s3 manifest build", "s3://data/ --to s3://lists/new.csv", 0),
    ("s3 manifest check", "s3://lists/a.csv", 0),
    ("s3 manifest stats", "s3://lists/a.csv", 0),
    ("s3 manifest head", "s3://lists/a.csv", 0),
    ("s3 job create copy", "--to s3://copies --manifest s3://lists/a.csv --role batch --no-report", 0),
    ("s3 job create acl", "private --manifest s3://lists/a.csv --role batch --no-report", 0),
    ("s3 job create tag", "a=b --manifest s3://lists/a.csv --role batch --no-report", 0),
    ("s3 job create untag", "--manifest s3://lists/a.csv --role batch --no-report --no-preflight --run", 0),
    (
        "s3 job create restore",
        "--days 1 --manifest s3://lists/a.csv --role batch --no-report --no-preflight",
        0,
    ),
    ("s3 job create lambda", "f --manifest s3://lists/a.csv --role batch --no-report --no-preflight", 0),
    ("s3 job create legal-hold", "on --manifest s3://lists/a.csv --role batch --no-report", 0),
    (
        "s3 job create retention",
        "--remove --bypass-governance --manifest s3://lists/a.csv --role batch --no-report",
        0,
    ),
    ("s3 job create replicate", "--manifest s3://lists/versions.csv --role batch --no-report", 0),
    ("s3 job create checksum", "--build s3://data/ --role batch --report s3://reports/out", 0),
    (
        "s3 job create encrypt",
        "--kms-key arn:aws:kms:eu-west-1:111122223333:key/k --generate s3://data/ --role batch --no-report",
        0,
    ),
    ("s3 job list", "", 0),
    ("s3 job show", "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90", 0),
    ("s3 job watch", "71c0d2f4-88aa-4c05-b1f7-6de12f0b9c33", 6),
    ("s3 job confirm", "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90 --yes", 0),
    ("s3 job cancel", "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90 --yes", 0),
    ("s3 job priority", "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90 1 --yes", 0),
    ("s3 job report", "71c0d2f4-88aa-4c05-b1f7-6de12f0b9c33", 6),
    ("s3 job retry", "71c0d2f4-88aa-4c05-b1f7-6de12f0b9c33", 0),
    ("sfn list", "", 0),
    ("sfn show", MACHINE, 0),
    ("sfn executions", MACHINE, 0),
    ("sfn alias list", MACHINE, 0),
    ("sfn alias show", "orders PROD", 0),
    ("sfn alias set", "orders PROD 1 2=10 --yes", 0),
    ("sfn alias delete", "orders PROD --yes", 0),
    ("sfn versions", MACHINE, 0),
    ("sfn rollback", "orders:PROD --yes", 0),
    ("sfn diff", "orders.asl.json orders", 6),
    ("sfn deploy", "orders.asl.json arn:aws:states:eu-west-1:111122223333:stateMachine:orders --yes", 0),
    ("sfn get", EXECUTION, 0),
    ("sfn history", EXECUTION, 0),
    ("sfn stop", "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1 --yes", 0),
    ("sfn map-run list", EXECUTION, 0),
    ("sfn map-run show", MAP_RUN, 0),
    ("sfn map-run watch", MAP_RUN, 0),
    ("sfn task success", "--token-env TASK_TOKEN --result {}", 0),
    ("sfn task failure", "--token-env TASK_TOKEN --error E", 0),
    ("sfn task heartbeat", "--token-env TASK_TOKEN", 0),
    ("sfn run", "orders", 6),
    ("sfn start", "orders", 0),
    ("sfn watch", "orders:over", 6),
    ("sfn explain", "orders:over", 0),
    ("sfn redrive", "orders:over --yes", 0),
    ("alarm list", "--tag team=web", 0),
    ("alarm show", "api-5xx", 0),
    ("alarm explain", "api-5xx", 0),
    ("alarm backtest", "api-5xx --since 1h", 0),
    ("alarm tree", "", 0),
    ("alarm history", "api-5xx", 0),
    ("alarm watch", "api-5xx --for-state ok", 0),
    ("alarm create", "new --preset lambda/errors --dimension FunctionName=resize --yes", 0),
    ("alarm set", "api-5xx threshold=9 --yes", 0),
    ("alarm enable", "api-5xx --yes", 0),
    ("alarm disable", "api-5xx --yes", 0),
    ("alarm delete", "api-5xx --yes", 0),
    ("alarm silence", "api-5xx --for 2h --yes", 0),
    ("alarm unsilence", "api-5xx --yes", 0),
    ("alarm fire", "api-5xx --state alarm --yes", 0),
    ("metric list", "", 0),
    ("metric get", "Shop Orders", 0),
    ("metric put", "Shop Orders 3", 0),
    ("whoami", "", 0),
];

const OTHERS: &[Line] = &[
    ("", "", 2),
    ("ssm", "", 2),
    ("ssm ssh-config", "--host web-*", 0),
    ("ssm session", "", 2),
    ("s3", "", 2),
    ("s3 manifest", "", 2),
    ("s3 job", "", 2),
    ("s3 job create", "", 2),
    ("s3 job policy", "tag --trust", 0),
    ("sfn", "", 2),
    ("sfn map-run", "", 2),
    ("sfn task", "", 2),
    ("sfn alias", "", 2),
    // A folder is no definition, and a drawing has no -o.
    ("sfn graph", ".", 2),
    ("sfn lint", "-", 6),
    ("sfn local", "", 2),
    ("sfn local run", "none.asl.json", 3),
    ("sfn local test", "", 3),
    ("alarm", "", 2),
    // A drawing has no -o.
    ("alarm chart", "api-5xx --since never", 2),
    ("metric", "", 2),
    ("metric chart", "Shop Orders --since never", 2),
    ("sandbox", "", 2),
    ("sandbox run", "-- true", 0),
    ("sandbox up", "--timeout 1ms", 8),
    ("sandbox status", "", 0),
    ("sandbox down", "", 3),
    ("sandbox init", "", 0),
    // This is no sandbox.
    ("sandbox add", "-", 2),
    ("sandbox put", "- s3://rehearsal-data/x", 2),
    ("sandbox messages", "", 2),
    ("sandbox clock", "", 2),
    ("auth", "", 2),
    ("auth profiles", "", 0),
    // Keys of the environment are found without a call.
    ("auth explain", "", 0),
    // What it is for would be seen: tests/it/auth.rs looks at it.
    ("auth export", "--format none", 2),
    // No profile logs in anywhere here; tests/it/login.rs looks at those that do.
    ("login", "", 2),
    ("logout", "", 2),
    ("config", "", 2),
    ("config show", "--origin", 0),
    ("config check", "", 0),
    ("help", "environment", 0),
    ("completions", "zsh", 0),
    ("man", "", 0),
    ("version", "", 0),
];

pub struct Known {
    pub arguments: Vec<&'static str>,
    pub code: i32,
    pub calls_aws: bool,
}

/// Every command has its line.
pub fn known(command: &[&str]) -> Known {
    let words = command.join(" ");
    let find = |lines: &'static [Line]| lines.iter().find(|(known, ..)| *known == words);
    let (line, calls_aws) = match (find(CALLING), find(OTHERS)) {
        (Some(line), None) => (line, true),
        (None, Some(line)) => (line, false),
        (found, _) => panic!("{command:?} has {} lines here", if found.is_some() { "two" } else { "no" }),
    };
    let (_, arguments, code) = line;
    Known { arguments: arguments.split_whitespace().collect(), code: *code, calls_aws }
}
