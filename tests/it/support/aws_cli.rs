//! The AWS CLI: a client of somebody else's making. Where it is installed it has to work in a sandbox.

use std::ffi::OsStr;
use std::process::Command;

use super::{Ran, Sealed, finish};

/// `opsctl` with these words, and with the AWS CLI for what it runs; nothing where there is none.
pub fn with_the_aws_cli(sealed: &Sealed, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Option<Ran> {
    if !is_there() {
        return None;
    }
    let mut command = sealed.command(words);
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("AWS_PAGER", "");
    // Launchers of interpreters keep their versions in the home folder.
    command.env("HOME", std::env::var_os("HOME").unwrap());
    Some(finish(command, b""))
}

/// From here on programs find the AWS CLI, in a home folder that is not its own; false where there is none.
pub fn bring_the_aws_cli(sealed: &mut Sealed) -> bool {
    if !is_there() {
        return false;
    }
    let launcher =
        std::env::var("PYENV_ROOT").or_else(|_| std::env::var("HOME").map(|home| home + "/.pyenv"));
    sealed
        .set("PATH", std::env::var("PATH").unwrap())
        .set("PYENV_ROOT", launcher.unwrap())
        .set("AWS_PAGER", "");
    true
}

fn is_there() -> bool {
    let is_there = Command::new("aws").arg("--version").output().is_ok_and(|ran| ran.status.success());
    if !is_there {
        eprintln!("the AWS CLI is not on PATH: nothing to try");
    }
    is_there
}
