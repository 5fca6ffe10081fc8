//! `opsctl sfn alias` and `opsctl sfn rollback`.

use serde_json::json;

use super::deploy::Bench;
use crate::support::{Terminal, finish};

#[test]
fn an_alias_is_set_shared_listed_shown_and_deleted() {
    let bench = Bench::new();
    bench.version(1);
    bench.version(2);
    let set = bench.sfn(&["alias", "set", "pay", "TEST", "1", "--description", "first", "--yes"]).expect(0);
    assert_eq!(set.stderr, "pay:TEST leads to 1\n");
    let again = bench.sfn(&["alias", "set", "pay", "TEST", "1", "--yes"]).expect(0);
    assert_eq!(again.stderr, "pay:TEST leads to 1 already\n");
    let shared = bench.sfn(&["alias", "set", "pay", "TEST", "1", "2=10", "--yes", "-o", "json"]).expect(0);
    assert_eq!(shared.stderr, "pay:TEST leads to 1 (90 %), 2 (10 %)\n");
    assert_eq!(
        shared.json()["item"]["routes"],
        json!([{"version": 1, "weight": 90}, {"version": 2, "weight": 10}])
    );
    assert_eq!(shared.json()["item"]["description"], "first");
    let names = bench.sfn(&["alias", "list", "pay", "--columns", "name", "-o", "text"]).expect(0);
    assert_eq!(names.stdout, "PROD\nTEST\n");
    let routes = bench
        .sfn(&["alias", "list", "pay", "--routes", "--columns", "name,versions", "-o", "text"])
        .expect(0);
    assert_eq!(routes.stdout, "PROD\t2\nTEST\t1 (90 %), 2 (10 %)\n");
    let dry = bench.sfn(&["alias", "set", "pay", "TEST", "2", "--dry-run", "-o", "json"]).expect(0);
    assert_eq!(dry.json()["items"][0]["action"], "states:UpdateStateMachineAlias");
    assert_eq!(bench.routes("TEST")[0]["weight"], 90);
    bench.sfn(&["alias", "delete", "pay", "TEST"]).expect(2);
    bench.sfn(&["alias", "delete", "pay", "TEST", "--yes"]).expect(0);
    let gone = bench.sfn(&["alias", "show", "pay", "TEST"]).expect(3);
    assert!(gone.stderr.contains("pay has no alias TEST"), "{gone:?}");
    let near = bench.sfn(&["alias", "delete", "pay", "PRD", "--yes"]).expect(3);
    assert!(near.stderr.contains("did you mean PROD?"), "{near:?}");
}

#[test]
fn what_an_alias_cannot_be_is_said() {
    let bench = Bench::new();
    bench.version(1);
    bench.version(2);
    let other = "arn:aws:states:us-east-1:111122223333:stateMachine:ship:1";
    for (args, code, part) in [
        (&["PROD", "1=90", "2=20"][..], 2, "the weights 90 and 20 make 110, and have to make 100"),
        (&["PROD", "1=50"], 2, "the weight of an only version is 100, not 50"),
        (&["PROD", "1=50", "2=25", "3=25"], 2, "an alias leads to 2 versions at most, and these are 3"),
        (&["PROD", "1", "2"], 2, "the share of one has to be given"),
        (&["PROD", "1=-5", "2"], 2, "no whole number from 0 to 100"),
        (&["PROD", "2=50", "2=50"], 2, "version 2 is given twice"),
        (&["PROD", other], 2, "is not a version of pay"),
        (&["PROD", "7"], 3, "pay has no version 7"),
        (&["12", "1"], 2, "v12 can be an alias"),
        (&["PROD 1", "1"], 2, "; PROD-1 can"),
    ] {
        let refused = bench.sfn(&[&["alias", "set", "pay"], args, &["--yes"]].concat()).expect(code);
        assert!(refused.stderr.contains(part), "{args:?}: {refused:?}");
    }
    assert_eq!(bench.routes("PROD"), json!([{"version": 2, "weight": 100}]));
}

#[test]
fn an_alias_is_led_back_with_what_changes_by_that() {
    let bench = Bench::new();
    for seconds in [1, 2, 3] {
        bench.version(seconds);
    }
    let back = bench.sfn(&["rollback", "pay:PROD", "--yes"]).expect(0);
    assert!(back.stderr.contains("~ /Seconds  3 -> 2"), "{back:?}");
    assert!(back.stderr.ends_with("pay:PROD leads back to 2\n"), "{back:?}");
    assert_eq!(bench.routes("PROD"), json!([{"version": 2, "weight": 100}]));
    bench.sfn(&["alias", "set", "pay", "PROD", "2", "3=50", "--yes"]).expect(0);
    bench.sfn(&["rollback", "pay", "--alias", "PROD", "--yes"]).expect(0);
    assert_eq!(bench.routes("PROD"), json!([{"version": 2, "weight": 100}]));
    let dry = bench.sfn(&["rollback", "pay:PROD", "--dry-run", "-o", "json"]).expect(0);
    assert_eq!(dry.json()["items"][0]["parameters"]["routingConfiguration"][0]["weight"], 100);
    bench.sfn(&["rollback", "pay:PROD", "--to", "1", "--yes"]).expect(0);
    let same = bench.sfn(&["rollback", "pay:PROD", "--to", "1", "--yes"]).expect(0);
    assert_eq!(same.stderr, "pay:PROD leads to 1 already\n");
    let none = bench.sfn(&["rollback", "pay:PROD", "--yes"]).expect(9);
    assert!(none.stderr.contains("leads to version 1, and there is none before it"), "{none:?}");
    bench.sfn(&["rollback", "pay:PROD", "--to", "9", "--yes"]).expect(3);
    bench.sfn(&["rollback", "pay:TEST", "--yes"]).expect(3);
    let told = bench.sfn(&["rollback", "pay:PROD", "--to", "1", "--yes", "-o", "json"]).expect(0).json();
    assert_eq!((&told["kind"], &told["item"]["routes"][0]["version"]), (&json!("sfn.alias"), &json!(1)));
    for args in [&["show", "pay:PRO"][..], &["start", "pay:PRO"], &["start", "pay:PRO", "--dry-run"]] {
        let ran = bench.sfn(args).expect(3);
        assert!(ran.stderr.contains("pay has no alias PRO\n  hint: did you mean PROD?"), "{args:?}: {ran:?}");
    }
    let ran = bench.sfn(&["run", "pay:99", "--dry-run"]).expect(3);
    assert!(ran.stderr.contains("pay has no version 99"), "{ran:?}");
    let listed = bench.sfn(&["alias", "list", "pay"]).expect(0).stdout;
    assert!(listed.starts_with("NAME") && !listed.contains("VERSIONS"), "{listed}");
    let unnamed = bench.sfn(&["rollback", "pay", "--yes"]).expect(2);
    assert!(unnamed.stderr.contains("opsctl --sandbox sfn rollback pay:ALIAS"), "{unnamed:?}");
    bench.sfn(&["rollback", "pay:PROD"]).expect(2);
    // The machine itself stays as it is.
    bench.sfn(&["diff", "pay.asl.json", "pay"]).expect(0);
}

#[test]
fn an_alias_that_somebody_else_moves_while_the_question_is_open_is_left_there() {
    let bench = Bench::new();
    for seconds in [1, 2, 3] {
        bench.version(seconds);
    }
    let mut terminal =
        Terminal::opsctl(&bench.sealed, (100, 30), &["--sandbox", "sfn", "rollback", "pay:PROD"]);
    terminal.wait_for("roll back 1 alias?");
    bench.sfn(&["alias", "set", "pay", "PROD", "1", "--yes"]).expect(0);
    terminal.type_text("y\r");
    let (shown, status, _) = terminal.end();
    assert_eq!(status.code(), Some(9), "{shown}");
    assert_eq!(bench.routes("PROD"), json!([{"version": 1, "weight": 100}]));
}

#[test]
fn versions_are_listed_newest_first() {
    let bench = Bench::new();
    for seconds in [1, 2, 3] {
        bench.version(seconds);
    }
    let listed = bench.sfn(&["versions", "pay", "--columns", "number", "-o", "text"]).expect(0);
    assert_eq!(listed.stdout, "3\n2\n1\n");
    let one = bench.sfn(&["versions", "pay", "--limit", "1", "-o", "json"]).expect(0).json();
    let arn = "arn:aws:states:us-east-1:111122223333:stateMachine:pay:3";
    assert_eq!(
        (&one["kind"], &one["items"][0]["stateMachineVersionArn"]),
        (&json!("sfn.version"), &json!(arn))
    );
    bench.sfn(&["versions", "ship"]).expect(3);
}

#[test]
fn aliases_and_versions_are_offered() {
    let bench = Bench::new();
    bench.version(1);
    bench.version(2);
    let offered = |line: &str| {
        let mut command =
            bench.sealed.command(["--", "opsctl", "--sandbox", "sfn"].into_iter().chain(line.split(' ')));
        command.env("OPSCTL_COMPLETE", "fish").env("OPSCTL_COMPLETION_LIMIT", "30s");
        let ran = finish(command, b"").expect(0);
        let value = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
        ran.stdout.lines().map(value).collect::<Vec<_>>()
    };
    assert_eq!(offered("alias show pay P"), ["PROD"]);
    assert_eq!(offered("alias set pay PROD "), ["2", "1"]);
    assert_eq!(offered("rollback pay --to "), ["2", "1"]);
    assert_eq!(offered("rollback pay --alias "), ["PROD"]);
    assert_eq!(offered("deploy pay.asl.json pay --alias "), ["PROD"]);
    assert_eq!(offered("diff pay.asl.json pa"), ["pay"]);
    assert!(!offered("alias show ship ").contains(&"PROD".to_owned()));
}
