//! Any bytes as a manifest: read at once and drop by drop, with the same records and faults; and checked, with a mended
//! copy in which nothing is wrong.

#![no_main]

use std::io::Read;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use opsctl_engine::manifest::ManifestReader;
use opsctl_engine::manifest::lint::{FaultKind, LintOptions, lint};

struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(3);
        self.0.read(&mut buffer[..count])
    }
}

fn records(input: impl Read) -> Vec<String> {
    let mut reader = ManifestReader::guessing(input);
    let mut all = Vec::new();
    loop {
        match reader.read() {
            Ok(Some(record)) => all.push(format!("{record:?}")),
            Ok(None) => return all,
            Err(error) => all.push(error.to_string()),
        }
    }
}

fn checked(text: &[u8]) -> (u64, Vec<u8>) {
    let options = LintOptions { max_objects: 10_000, ..LintOptions::default() };
    let (findings, copy) = lint(text, options, Some(Vec::new()), |_| ControlFlow::Continue(())).unwrap();
    (findings.errors() - findings.count(FaultKind::NoObjects), copy.unwrap())
}

fuzz_target!(|text: &[u8]| {
    assert_eq!(records(text), records(Dripping(text)));
    let (_, copy) = checked(text);
    let (errors, again) = checked(&copy);
    assert_eq!((errors, &again), (0, &copy));
});
