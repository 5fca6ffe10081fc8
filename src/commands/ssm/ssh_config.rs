//! `opsctl ssm ssh-config`: how ssh finds its way through `opsctl ssm proxy`.

use std::ffi::{OsStr, OsString};

use clap::Args;

use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::settings::Origin;

/// Every node by its id.
const IDS: [&str; 2] = ["i-*", "mi-*"];
/// What says which AWS is meant; a ProxyCommand must say it again.
const KEPT: [&str; 5] = ["config", "profile", "region", "sandbox", "endpoint-url"];

/// Print the lines of ~/.ssh/config that lead ssh to nodes
///
/// With them `ssh`, `scp`, `sftp`, `rsync` and all that use ssh reach a node by its id, and by the
/// names that the patterns of --host match. ssh signs in as ever, with a user and a key that the
/// node knows. --profile, --region and the other options that say which AWS is meant are kept.
///
/// Examples:
///   opsctl ssm ssh-config
///   opsctl ssm ssh-config --host 'web-*' --host db-1 --profile prod --region eu-west-1
///   mkdir -p ~/.ssh && opsctl ssm ssh-config >> ~/.ssh/config
///
/// Exit codes:
///   0  the lines are printed
///   2  a pattern is none
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SshConfigArgs {
    /// Names of nodes to lead to as well, as a pattern of ssh; may be repeated
    #[arg(long, value_name = "PATTERN", num_args = 1.., value_parser = pattern, help_heading = "Target")]
    host: Vec<String>,
}

pub fn run(args: &SshConfigArgs, ctx: &Context) -> Result<Outcome> {
    let program = std::env::current_exe()
        .map_err(|error| Error::failed("cannot tell where opsctl itself is").because(error))?;
    let mut words = vec![word(program.as_os_str())?];
    for given in ctx.origins().of_tool() {
        let is_typed = matches!(given.origin, Origin::Option(_));
        let Some(value) = given.values.first().filter(|_| is_typed) else { continue };
        if KEPT.contains(&given.option.as_str()) {
            let value = absolute(&given.option, value);
            words.push(match value.is_empty() {
                true => format!("--{}", given.option),
                false => format!("--{}={}", given.option, word(&value)?),
            });
        }
    }
    let hosts: Vec<&str> = IDS.into_iter().chain(args.host.iter().map(String::as_str)).collect();
    let command = words.join(" ");
    ctx.out()
        .unpaged()
        .text(&format!("Host {}\n    ProxyCommand {command} ssm proxy %h %p\n", hosts.join(" ")))?;
    Ok(Outcome::Done)
}

/// Where ssh runs is not where this ran.
fn absolute(option: &str, value: &OsStr) -> OsString {
    let is_path = matches!(option, "config" | "sandbox") && !value.is_empty();
    match std::path::absolute(value) {
        Ok(path) if is_path => path.into_os_string(),
        _ => value.to_owned(),
    }
}

/// As ssh hands it on to a shell, which hands it on as it was.
fn word(text: &OsStr) -> Result<String, Error> {
    let wrong = || Error::usage(format!("ssh cannot be told of {}", text.display()));
    let plain = text.to_str().filter(|text| !text.contains(['\n', '\r', '\0'])).ok_or_else(wrong)?;
    let quoted = shlex::try_quote(plain).map_err(|error| wrong().because(error))?;
    Ok(quoted.replace('%', "%%"))
}

fn pattern(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-*?!:".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err("a pattern has letters, digits, dots, dashes, * and ?, as web-*".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_through_ssh_and_its_shell() {
        for (text, quoted) in [
            ("/usr/bin/opsctl", "/usr/bin/opsctl"),
            ("/my tools/opsctl", "'/my tools/opsctl'"),
            ("100%", "'100%%'"),
            ("it's", "\"it's\""),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(word(OsStr::new(text)).unwrap(), quoted, "{text}");
        }
        assert!(word(OsStr::new("two\nlines")).is_err());
    }

    #[test]
    fn a_pattern_is_one_word() {
        for good in ["web-*", "db-1", "!bastion", "10.0.0.?"] {
            assert!(pattern(good).is_ok(), "{good}");
        }
        for bad in ["", "-o", "a b", "a\nProxyCommand x", "\"", "a#"] {
            assert!(pattern(bad).is_err(), "{bad}");
        }
    }
}
