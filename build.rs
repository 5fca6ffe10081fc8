//! What `opsctl version` says about the build. Without git, or outside a checkout of opsctl itself, the commit is not
//! known, which is no failure.

#![allow(clippy::print_stdout, reason = "this is how a build script answers cargo")]

use std::process::Command;

fn main() {
    // Whatever is compiled: another state of the files is another build, a commit alone is not.
    for path in ["build.rs", "Cargo.toml", "Cargo.lock", "src", "engine/Cargo.toml", "engine/src"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let commit = commit().unwrap_or_default();
    let clean =
        commit.is_empty() || git(&["status", "--porcelain", "--untracked-files=no"]).as_deref() == Some("");
    println!("cargo::rustc-env=OPSCTL_BUILD_COMMIT={commit}");
    println!("cargo::rustc-env=OPSCTL_BUILD_MODIFIED={}", !clean);
    for name in ["TARGET", "PROFILE"] {
        println!("cargo::rustc-env=OPSCTL_BUILD_{name}={}", std::env::var(name).unwrap_or_default());
    }
    println!("cargo::rustc-env=OPSCTL_BUILD_FEATURES={}", features().join(","));
}

/// Of opsctl: sources that lie inside another repository do not have its commit.
fn commit() -> Option<String> {
    let answer = git(&["rev-parse", "--show-prefix", "HEAD"])?;
    let (prefix, commit) = answer.split_once('\n')?;
    (prefix.is_empty() && !commit.is_empty()).then(|| commit.to_owned())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
}

/// As cargo tells them: upper case, dashes as underscores.
fn features() -> Vec<String> {
    let names =
        std::env::vars().filter_map(|(name, _)| Some(name.strip_prefix("CARGO_FEATURE_")?.to_owned()));
    let mut names: Vec<String> = names.map(|name| name.to_lowercase().replace('_', "-")).collect();
    names.sort_unstable();
    names
}
