//! What happens when stdout does not take an answer: a full disk, a reader who left.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use super::*;

/// Ways to answer, each with the words for it.
fn answers() -> Vec<Vec<&'static str>> {
    let lists = FORMATS.into_iter().map(|format| vec!["ssm", "list", "-o", format]);
    let details = FORMATS.into_iter().map(|format| vec!["whoami", "-o", format]);
    let queries = FORMATS.into_iter().map(|format| vec!["ssm", "list", "--query", "@", "-o", format]);
    let texts = [
        &["man"][..],
        &["completions", "bash"],
        &["version"],
        &["--help"],
        &["ssm", "list", "-h"],
        &["--version"],
    ];
    lists.chain(details).chain(queries).chain(texts.map(<[_]>::to_vec)).collect()
}

#[test]
fn a_full_disk_is_an_error_whatever_is_written() {
    if !Path::new("/dev/full").exists() {
        eprintln!("there is no /dev/full here: not tested");
        return;
    }
    let (sealed, _aws) = numbered(3);
    for args in answers() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = sealed.command(&args).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(stderr.contains("cannot write to stdout"), "{args:?}: {stderr}");
    }
}

#[test]
fn a_closed_stdout_is_no_error_whatever_is_written() {
    let (sealed, _aws) = numbered(3);
    for args in answers() {
        let mut child = sealed.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""), "{args:?}");
    }
}

/// A fleet of a thousand pages.
fn pages() -> (Sealed, FakeAws) {
    const PAGES: usize = 1000;
    let aws = FakeAws::start(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let page: usize = body["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let nodes: Vec<Value> = (0..50).map(|number| node(number, &format!("page-{page}"))).collect();
        let next = (page + 1 < PAGES).then(|| (page + 1).to_string());
        Reply::json(json!({ "InstanceProperties": nodes, "NextToken": next }))
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    (sealed, aws)
}

#[test]
fn no_page_is_fetched_for_a_reader_who_left() {
    for format in ["ndjson", "csv", "text"] {
        let (sealed, aws) = pages();
        let mut child = sealed
            .command(["ssm", "list", "-o", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        // The first page is there before the last one is asked for.
        while !line.contains("page-0") {
            line.clear();
            assert!(reader.read_line(&mut line).unwrap() > 0, "{format}");
        }
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{format}");
        assert!(aws.operations().len() < 100, "{format}: {} pages", aws.operations().len());
    }
}

#[test]
fn no_page_is_fetched_for_a_full_disk() {
    if !Path::new("/dev/full").exists() {
        eprintln!("there is no /dev/full here: not tested");
        return;
    }
    for format in ["ndjson", "csv", "text"] {
        let (sealed, aws) = pages();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let status = sealed
            .command(["ssm", "list", "-o", format])
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!((status.code(), aws.operations().len()), (Some(1), 1), "{format}");
    }
}
