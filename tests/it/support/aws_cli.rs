//! The AWS CLI: a client of somebody else's making. Where it is installed it has to work in a sandbox.

use std::ffi::OsStr;
use std::process::Command;

use super::{Ran, Sealed, finish};

/// `opsctl` with these words, and with the AWS CLI for what it runs; nothing where there is none.
pub fn with_the_aws_cli(sealed: &Sealed, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Option<Ran> {
    if !Command::new("aws").arg("--version").output().is_ok_and(|ran| ran.status.success()) {
        eprintln!("the AWS CLI is not on PATH: nothing to try");
        return None;
    }
    let mut command = sealed.command(words);
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("AWS_PAGER", "");
    // Launchers of interpreters keep their versions in the home folder.
    command.env("HOME", std::env::var_os("HOME").unwrap());
    Some(finish(command, b""))
}
