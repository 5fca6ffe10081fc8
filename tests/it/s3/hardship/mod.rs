//! Lists and jobs in a bad world, against the sandbox's own S3 where that can be so bad.

mod killed;
mod limits;
mod listing;
mod places;
mod priorities;
mod regions;
mod uploads;

use std::path::PathBuf;

use super::job::Rehearsal;
use crate::support::{Ran, Sealed};

fn build(rehearsal: &Rehearsal, args: &[&str]) -> Ran {
    rehearsal.opsctl(&[&["s3", "manifest", "build"], args].concat())
}

fn keys(text: &str) -> Vec<&str> {
    text.lines().map(|line| line.split(',').nth(1).unwrap()).collect()
}

/// What a build keeps until its manifest is whole.
fn kept(sealed: &Sealed, extension: &str) -> Option<PathBuf> {
    let found = std::fs::read_dir(sealed.path("home/.local/state/opsctl/builds")).ok()?;
    let mut paths = found.map(|entry| entry.unwrap().path());
    paths.find(|path| path.extension().is_some_and(|found| found == extension))
}
