//! More nodes than AWS takes in one call: rate control over the whole, and how many calls it takes.

use super::Rehearsal;

fn fleet(count: usize) -> Rehearsal {
    let nodes: String = (0..count).map(|number| format!("[[nodes]]\nname = \"n-{number:03}\"\n")).collect();
    Rehearsal::with(&format!("page_size = 1000\n{nodes}"))
}

/// How often each call was made.
fn calls(log: &str, operation: &str) -> usize {
    log.lines().filter(|line| line.contains(&format!("{operation} in "))).count()
}

#[test]
fn five_hundred_nodes_take_one_list_call_a_look() {
    let rehearsal = fleet(500);
    let log = rehearsal.sealed.path("log").display().to_string();
    let args = [
        "--log-file",
        &log,
        "-q",
        "--all",
        "--max-concurrency",
        "100%",
        "--",
        "sh",
        "-c",
        "basename \"$PWD\"",
    ];
    let ran = rehearsal.run(&args).expect(0);
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("n-")).count(), 500);
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(calls(&log, "ssm:DescribeInstanceProperties"), 1);
    assert_eq!(calls(&log, "ssm:SendCommand"), 10);
    assert_eq!(calls(&log, "ssm:GetCommandInvocation"), 500);
    // Ten commands are looked at with a call each: never one a node.
    let looks = calls(&log, "ssm:ListCommandInvocations");
    assert!(looks < 200, "{looks} calls");
}

#[test]
fn sixty_nodes_follow_each_other_and_a_failure_stops_those_that_are_not_sent() {
    let rehearsal = fleet(60);
    let script = "[ \"$(basename \"$PWD\")\" != n-055 ]";
    let ran = rehearsal.run(&["-q", "-o", "json", "--all", "--", "sh", "-c", script]).expect(7);
    let items = ran.json()["items"].as_array().unwrap().clone();
    let commands: std::collections::BTreeSet<_> =
        items.iter().map(|item| item["commandId"].as_str().unwrap().to_owned()).collect();
    assert_eq!((items.len(), commands.len()), (60, 2));
    let early = "[ \"$(basename \"$PWD\")\" != n-005 ]";
    let ran = rehearsal.run(&["-q", "-o", "json", "--all", "--", "sh", "-c", early]).expect(7);
    let items = ran.json()["items"].as_array().unwrap().clone();
    let unsent = items.iter().filter(|item| item["status"] == "NotSent").count();
    assert_eq!((items.len(), unsent), (60, 10), "{}", ran.stderr);
    assert!(ran.stderr.contains("more nodes failed than --max-errors allows"), "{}", ran.stderr);
}

#[test]
fn nobody_waits_only_where_nothing_has_to() {
    let rehearsal = fleet(60);
    let ran = rehearsal.run(&["--all", "--no-wait", "--", "true"]).expect(2);
    assert!(
        ran.stderr.starts_with("error: --no-wait cannot keep --max-concurrency over 60 nodes\n"),
        "{ran:?}"
    );
    let ran = rehearsal.run(&["--all", "--no-wait", "--max-concurrency", "100%", "--", "true"]).expect(0);
    let ids: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(ids.len(), 2, "{ran:?}");
    let both = rehearsal.run(&["--resume", ids[0], "--resume", ids[1], "-o", "json"]).expect(0);
    assert_eq!(both.json()["items"].as_array().unwrap().len(), 60);
}

#[test]
fn a_dry_run_of_many_shows_every_call() {
    let rehearsal = fleet(120);
    let ran = rehearsal.run(&["--all", "-n", "-o", "json", "--max-errors", "10%", "--", "true"]).expect(0);
    let items = ran.json()["items"].as_array().unwrap().clone();
    let parameters: Vec<_> = items
        .iter()
        .map(|item| {
            let of = |name: &str| item["parameters"][name].as_str().unwrap().to_owned();
            let ids = item["parameters"]["InstanceIds"].as_array().unwrap().len();
            (ids, of("MaxConcurrency"), of("MaxErrors"))
        })
        .collect();
    let expected =
        [(50, "50"), (50, "50"), (20, "20")].map(|(ids, at_once)| (ids, at_once.to_owned(), "12".to_owned()));
    assert_eq!(parameters, expected);
}
