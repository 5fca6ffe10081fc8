//! Several nodes at once: lines with names, the worst exit code, records.

use std::collections::BTreeSet;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::{assert_gone, bytes, exec, process_of, rehearse};
use crate::support::Terminal;

const THREE: &str = "[[nodes]]\nname = \"a\"\n[[nodes]]\nname = \"bbb\"\n[[nodes]]\nname = \"cc\"\n";

fn lines(text: &str) -> BTreeSet<&str> {
    text.lines().collect()
}

#[test]
fn every_line_begins_with_the_name_of_its_node() {
    let (sealed, _sandbox) = rehearse(THREE);
    let script = "echo one; printf two; printf err >&2";
    let ran = sealed.run(exec(&["a", "bbb", "cc", "--", "sh", "-c", script])).expect(0);
    let expected = ["a   | one", "a   | two", "bbb | one", "bbb | two", "cc  | one", "cc  | two"];
    assert_eq!(lines(&ran.stdout), BTreeSet::from(expected));
    assert_eq!(lines(&ran.stderr), BTreeSet::from(["a   | err", "bbb | err", "cc  | err"]));
    assert!(ran.stdout.ends_with('\n') && ran.stderr.ends_with('\n'), "{ran:?}");
    let ran = sealed.run(exec(&["--all", "--no-prefix", "--", "sh", "-c", "printf two"])).expect(0);
    assert_eq!(ran.stdout, "two\n".repeat(3));
    // A node that is named twice runs it once, and then it is the only one.
    assert_eq!(sealed.run(exec(&["a", "a", "--", "printf", "x"])).expect(0).stdout, "x");
}

#[test]
fn names_are_coloured_on_a_terminal() {
    let (sealed, _sandbox) = rehearse(THREE);
    let terminal = Terminal::opsctl(&sealed, (80, 24), &exec(&["a", "cc", "--", "echo", "hi"]));
    let (shown, status, _) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(shown.contains("\u{1b}[36ma  |\u{1b}[0m hi\r\n"), "{shown:?}");
    assert!(shown.contains("\u{1b}[32mcc |\u{1b}[0m hi\r\n"), "{shown:?}");
}

#[test]
fn the_worst_exit_code_counts_and_who_failed_is_told() {
    let (sealed, _sandbox) = rehearse(THREE);
    let script = "case $HOME in */a) exit 0;; */bbb) exit 3;; *) exit 2;; esac";
    let words = ["a", "bbb", "cc", "--", "sh", "-c", script];
    let ran = sealed.run(exec(&words)).expect(3);
    let told: Vec<&str> = ran.stderr.lines().collect();
    assert!(told[0].starts_with("bbb (i-") && told[0].ends_with("): exit code 3"), "{told:?}");
    assert!(told[1].starts_with("cc (i-") && told[1].ends_with("): exit code 2"), "{told:?}");
    assert_eq!(told[2..], ["2 of 3 nodes failed"]);
    let ran = sealed.run([&["-q"], &exec(&words)[..]].concat()).expect(3);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_node_that_does_not_start_stops_no_other() {
    let tagged = "tags = { role = \"x\" }\n";
    let off = format!("[[nodes]]\nname = \"off\"\nping = \"offline\"\n{tagged}");
    let (sealed, _sandbox) = rehearse(&format!("{THREE}{tagged}{off}"));
    let ran = sealed.run([&["-q"], &exec(&["off", "a", "--", "echo", "hi"])[..]].concat()).expect(255);
    assert_eq!(ran.stdout, "a   | hi\n");
    assert!(ran.stderr.starts_with("error: off (i-"), "{ran:?}");
    assert!(ran.stderr.contains("cause: cannot start a session on off (i-"), "{ran:?}");
    // All that are online, by a tag or by --all, is what was asked for.
    for several in [&["--all"][..], &["--tag", "role=x"], &["role=x"]] {
        sealed.run([&exec(several)[..], &["--", "true"]].concat()).expect(0);
    }
    sealed.run(exec(&["role=x", "off", "--", "true"])).expect(255);
    let ran = sealed.run(exec(&["a", "bbc", "wrong", "--", "echo", "hi"])).expect(255);
    assert!(ran.stderr.contains("bbc") && ran.stderr.contains("wrong") && ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn so_many_run_at_a_time_and_no_more() {
    let nodes: String = (1..=20).map(|n| format!("[[nodes]]\nname = \"n-{n}\"\n")).collect();
    let (sealed, sandbox) = rehearse(&nodes);
    let shared = sandbox.dir.join("shared");
    std::fs::create_dir(&shared).unwrap();
    // Each waits until four have started, so that four must run at once; none may see a fifth.
    let script = "cd ../../shared; me=$(basename \"$HOME\"); : > run-$me; : > came-$me; \
                  until [ $(ls | grep -c '^came-') -ge 4 ]; do :; done; ls | grep -c '^run-'; rm run-$me";
    let ran = sealed.run(exec(&["--all", "--max-concurrency", "4", "--", "sh", "-c", script])).expect(0);
    let counts: Vec<usize> =
        ran.stdout.lines().map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(counts.len(), 20, "{ran:?}");
    assert!(counts.iter().all(|count| (1..=4).contains(count)), "{counts:?}");
    assert_eq!(std::fs::read_dir(&shared).unwrap().count(), 20);
}

#[test]
fn a_line_that_is_too_long_is_broken_and_no_byte_is_lost() {
    let (sealed, _sandbox) = rehearse(THREE);
    let script = "head -c 200000 /dev/zero | tr '\\0' x; printf '\\n\\377\\n'";
    let ran = bytes(&sealed, &["a", "cc", "--", "sh", "-c", script]);
    let lines: Vec<&[u8]> = ran.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    for name in ["a  | ", "cc | "] {
        let of_node: Vec<&[u8]> =
            lines.iter().filter_map(|line| line.strip_prefix(name.as_bytes())).collect();
        assert_eq!(of_node.iter().map(|line| line.len()).collect::<Vec<_>>(), [65536, 65536, 65536, 3392, 1]);
        assert_eq!(of_node[4], b"\xff");
    }
    assert_eq!(lines.len(), 10);
}

#[test]
fn records_hold_what_each_said_and_how_it_ended() {
    let (sealed, _sandbox) = rehearse(&format!("{THREE}[[nodes]]\nname = \"off\"\nping = \"offline\"\n"));
    let script = "echo out; printf err >&2; case $HOME in */a) exit 5;; esac";
    let words = exec(&["a", "bbb", "off", "--", "sh", "-c", script]);
    let ran = sealed.run([&["-o", "json"], &words[..]].concat()).expect(255);
    let document = ran.json();
    assert_eq!((&document["schemaVersion"], &document["kind"]), (&1.into(), &"ssm.exec".into()));
    let items = document["items"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "bbb", "off"]);
    let expected = serde_json::json!({
        "instanceId": items[0]["instanceId"], "name": "a", "exitCode": 5, "stdout": "out\n", "stderr": "err",
        "stdoutTruncated": false, "stderrTruncated": false, "error": null,
    });
    assert_eq!(items[0], expected);
    assert_eq!((&items[1]["exitCode"], &items[2]["exitCode"]), (&0.into(), &serde_json::Value::Null));
    assert!(items[2]["error"].as_str().unwrap().contains("not connected"), "{}", items[2]);
    assert_eq!(document["errors"].as_array().unwrap().len(), 1);

    let one = ["a", "--", "sh", "-c", "printf 'x,\"y'"];
    for (format, expected) in [
        ("ndjson", "\"stdout\":\"x,\\\"y\",\"stderr\":\"\","),
        ("csv", "id,name,exit-code,stdout,stderr,error\n"),
        ("text", "\ta\t0\tx,\"y\t\t\n"),
        ("table", "NAME"),
        ("yaml", "exitCode: 0"),
    ] {
        let ran = sealed.run([&["-o", format], &exec(&one)[..]].concat()).expect(0);
        assert!(ran.stdout.contains(expected), "{format}: {ran:?}");
    }
    let query = ["--query", "items[].stdout | [0]", "-o", "text"];
    assert_eq!(sealed.run([&query[..], &exec(&one)].concat()).expect(0).stdout, "x,\"y\n");
}

#[test]
fn a_record_is_bounded_and_says_so() {
    let (sealed, _sandbox) = rehearse(THREE);
    let script = "head -c 1048577 /dev/zero | tr '\\0' x; echo short >&2";
    let ran = sealed.run([&["-o", "json"], &exec(&["a", "--", "sh", "-c", script])[..]].concat()).expect(0);
    let item = &ran.json()["items"][0];
    assert_eq!(item["stdout"].as_str().unwrap().len(), 1 << 20);
    assert_eq!((&item["stdoutTruncated"], &item["stderrTruncated"]), (&true.into(), &false.into()));
    assert_eq!(item["stderr"], "short\n");
}

#[test]
fn an_interrupt_ends_it_on_all_of_them() {
    let (sealed, sandbox) = rehearse(THREE);
    let words = exec(&["--all", "--max-concurrency", "2", "--", "sh", "-c", "echo $$ > pid; exec sleep 988"]);
    let child = sealed.command(words).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let running = [process_of(&sandbox, "a"), process_of(&sandbox, "bbb")];
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: interrupted\n");
    running.into_iter().for_each(assert_gone);
    assert!(!super::home(&sandbox, "cc").join("pid").exists(), "the third was begun after the interrupt");
}
