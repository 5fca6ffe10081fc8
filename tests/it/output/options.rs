//! The options that shape an answer: columns, order, number, header.

use super::*;
use crate::support::{Ran, Sandbox};

#[test]
fn unknown_names_are_refused_before_anything_is_asked() {
    let (sealed, aws) = numbered(1);
    let refused = |args: &[&str]| -> Ran { sealed.run(args).expect(2) };
    for format in FORMATS {
        for (args, near, known) in [
            (
                &["ssm", "list", "--columns", "id,nmae"][..],
                "did you mean 'name'?",
                "the columns are id, name, ping,",
            ),
            (&["ssm", "list", "--sort=-nmae"], "did you mean 'name'?", "the columns are id, name, ping,"),
            (&["whoami", "--columns", "acount"], "did you mean 'account'?", "the columns are account, arn,"),
        ] {
            let ran = refused(&[args, &["-o", format]].concat());
            assert!(ran.stderr.contains(near) && ran.stderr.contains(known), "{format}: {ran:?}");
        }
        for args in [&["ssm", "list"][..], &["whoami"]] {
            let ran = refused(&[args, &["-o", format, "--columns", "id", "--query", "@"]].concat());
            assert!(ran.stderr.contains("--columns cannot be used with --query"), "{ran:?}");
        }
    }
    let ran = refused(&["ssm", "list", "-o", "jsno"]);
    assert!(ran.stderr.contains("'json'") && ran.stderr.contains("possible values: table, json"), "{ran:?}");
    assert_eq!(aws.operations(), [""; 0]);
}

#[test]
fn lists_are_sorted_limited_and_bare_in_every_format() {
    let (sealed, _aws) = numbered(12);
    for format in FORMATS {
        let args = ["ssm", "list", "-o", format, "--sort", "-name", "--limit", "2", "--no-header"];
        let text = sealed.run(args).expect(0).stdout;
        let (first, second) = (text.find("web-9").unwrap(), text.find("web-8").unwrap());
        assert!(first < second && text.matches("web-").count() == 2, "{format}: {text}");
        assert!(!text.contains("NAME") && !text.contains("id,name"), "{format}: {text}");
    }
}

#[test]
fn the_fields_of_one_thing_can_be_chosen() {
    let (sealed, _aws) = numbered(0);
    let whoami = |args: &[&str]| sealed.run(["whoami"].iter().chain(args)).expect(0).stdout;
    let arn = "arn:aws:iam::111122223333:user/ada";
    assert_eq!(whoami(&["--columns", "arn,account"]), format!("ARN:     {arn}\nAccount: 111122223333\n"));
    assert_eq!(whoami(&["--columns", "arn,account", "-o", "text"]), format!("{arn}\t111122223333\n"));
    assert_eq!(whoami(&["--columns", "account", "-o", "csv"]), "account\n111122223333\n");
    assert_eq!(whoami(&["--columns", "account", "-o", "csv", "--no-header"]), "111122223333\n");
}

#[test]
fn a_sandbox_answers_like_any_other_aws() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    for format in FORMATS {
        let status = sealed.run(["sandbox", "status", "-o", format, "--local"]).expect(0);
        assert!(status.stdout.contains("127.0.0.1"), "{format}: {status:?}");
    }
}
