//! What is sent for a job document: the same tree that an independent client writes.

use std::path::Path;

use super::{scripted, signed_in_to};
use crate::support::Reply;

const JOB: &str = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";

/// An element, its text and its children. Members of a structure have no order; those of a list do.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

fn parse(xml: &str) -> Element {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open = vec![Element { name: String::new(), text: String::new(), children: Vec::new() }];
    let element = |start: &quick_xml::events::BytesStart<'_>| Element {
        name: String::from_utf8(start.name().as_ref().to_vec()).unwrap(),
        text: String::new(),
        children: Vec::new(),
    };
    fn close(open: &mut Vec<Element>) {
        let mut done = open.pop().unwrap();
        done.children.sort_by(|one, other| one.name.cmp(&other.name));
        open.last_mut().unwrap().children.push(done);
    }
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(start) => open.push(element(&start)),
            quick_xml::events::Event::Empty(start) => {
                open.push(element(&start));
                close(&mut open);
            }
            quick_xml::events::Event::End(_) => close(&mut open),
            quick_xml::events::Event::Text(text) => {
                open.last_mut().unwrap().text.push_str(&text.decode().unwrap());
            }
            quick_xml::events::Event::Eof => return open.remove(0),
            _ => {}
        }
    }
}

#[test]
fn every_document_is_sent_as_an_independent_client_sends_it() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/s3-batch");
    let Ok(folder) = std::fs::read_dir(samples.join("jobs")) else {
        eprintln!("the samples are not here: nothing is compared");
        return;
    };
    let aws = scripted(|request| match request.line.as_str() {
        line if line.starts_with("POST") => {
            Reply::xml(format!("<CreateJobResult><JobId>{JOB}</JobId></CreateJobResult>"))
        }
        _ => Reply::xml("<ListJobsResult></ListJobsResult>"),
    });
    let sealed = signed_in_to(&aws);
    let mut count = 0;
    for entry in folder {
        let path = entry.unwrap().path();
        let args = ["s3", "job", "create", "--run", "--no-preflight", "-f", path.to_str().unwrap()];
        sealed.run(args).expect(0);
        let sent =
            aws.requests().into_iter().rev().find(|request| request.line.starts_with("POST /v20180820/jobs"));
        let wire = samples.join("jobs-wire").join(path.file_name().unwrap()).with_extension("xml");
        let expected = std::fs::read_to_string(wire).unwrap();
        assert_eq!(parse(&sent.unwrap().body), parse(&expected), "{path:?}");
        count += 1;
    }
    assert_eq!(count, 11);
}
