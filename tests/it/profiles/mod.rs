//! How a profile signs in, by the built binary and a sandbox: roles with their codes, the cache that is shared with the
//! AWS CLI, programs, logins of Identity Center, and what profiles say about calls.

mod logins;
mod programs;
mod roles;
mod settings;

use crate::support::{Sandbox, Sealed};

const SERIAL: &str = "arn:aws:iam::111122223333:mfa/rehearsal";

/// A sandbox that is the AWS of these profiles; `keys` is one that has its own key.
fn world(sandbox_config: &str, profiles: &str) -> (Sealed, Sandbox) {
    let mut sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(sandbox_config));
    let file = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let keys: Vec<&str> = file.lines().filter(|line| line.starts_with("aws_")).collect();
    let text = format!("[profile keys]\nregion = us-east-1\n{}\n{profiles}", keys.join("\n"));
    sealed.write("home/.aws/config", &text);
    sealed.set("AWS_ENDPOINT_URL", sandbox.endpoint.clone()).set("USER", "ann");
    (sealed, sandbox)
}

/// The files of the cache, by name.
fn kept(sealed: &Sealed) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(sealed.path("home/.aws/cli/cache")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect()
}
