//! `opsctl auth export`.

use std::fmt::Write as _;

use aws_credential_types::Credentials;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::settings::Origin;

/// They give other answers a form.
const SHAPES: [&str; 2] = ["output", "query"];

/// Print the credentials, for other programs
///
/// As `credential_process` of a profile takes them, or as assignments for a shell to evaluate. What
/// is printed are secrets: on a terminal a warning says so. They are those of any command: a role is
/// assumed, a code asked for, a login refreshed.
///
/// Examples:
///   opsctl auth export
///   eval "$(opsctl auth export --format env)"
///
/// Exit codes:
///   4   no credentials, or AWS does not accept them; no region
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   sts:AssumeRole  for profiles with a role
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ExportArgs {
    /// The form of what is printed
    #[arg(long, value_name = "FORMAT", default_value = "process", help_heading = "Output")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// JSON for `credential_process`
    Process,
    /// Assignments for bash, zsh and sh
    Env,
    /// Assignments for fish
    Fish,
    /// Assignments for PowerShell
    Powershell,
}

pub async fn run(args: &ExportArgs, ctx: &Context) -> Result<Outcome> {
    refuse_other_forms(ctx)?;
    let credentials = ctx.aws().await?.credentials().await?;
    let text = Zeroizing::new(exported(&credentials, args.format));
    if ctx.terminals().stdout {
        ctx.reporter().warn("these are secrets: who sees them can use them");
    }
    ctx.out().unpaged().text(&text)?;
    Ok(Outcome::Done)
}

/// What is printed has the form that another program wants. A variable or a file means the answers of other commands.
fn refuse_other_forms(ctx: &Context) -> Result<()> {
    let mut typed = ctx.origins().of_tool().filter(|given| matches!(given.origin, Origin::Option(_)));
    match typed.find(|given| SHAPES.contains(&&*given.option)) {
        None => Ok(()),
        Some(given) => Err(Error::usage(format!("--{} cannot be used with what is exported", given.option))
            .hint("--format names its form")
            .into()),
    }
}

fn exported(credentials: &Credentials, form: Form) -> String {
    let expires = credentials.expiry().and_then(|time| Timestamp::try_from(time).ok());
    let expires = expires.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    if form == Form::Process {
        let mut document = json!({
            "Version": 1,
            "AccessKeyId": credentials.access_key_id(),
            "SecretAccessKey": credentials.secret_access_key(),
        });
        for (name, value) in
            [("SessionToken", credentials.session_token()), ("Expiration", expires.as_deref())]
        {
            if let Some(value) = value {
                document[name] = value.into();
            }
        }
        return format!("{document:#}\n");
    }
    let mut text = String::new();
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", Some(credentials.access_key_id())),
        ("AWS_SECRET_ACCESS_KEY", Some(credentials.secret_access_key())),
        ("AWS_SESSION_TOKEN", credentials.session_token()),
        ("AWS_CREDENTIAL_EXPIRATION", expires.as_deref()),
    ] {
        // What was set before belongs to other keys.
        let line = match (form, value) {
            (Form::Fish, Some(value)) => format!("set -gx {name} {}", fish(value)),
            (Form::Fish, None) => format!("set -e {name}"),
            (Form::Powershell, Some(value)) => format!("$env:{name} = '{}'", value.replace('\'', "''")),
            (Form::Powershell, None) => format!("Remove-Item -ErrorAction Ignore env:{name}"),
            (_, Some(value)) => format!("export {name}='{}'", value.replace('\'', r"'\''")),
            (_, None) => format!("unset {name}"),
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

fn fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn each_shell_gets_its_own_words() {
        let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let session = Credentials::new("AKID", "it's\\", Some("token".into()), Some(expiry), "test");
        let keys = Credentials::new("AKID", "secret", None, None, "test");
        for (form, credentials, expected) in [
            (
                Form::Env,
                &session,
                "export AWS_ACCESS_KEY_ID='AKID'\nexport AWS_SECRET_ACCESS_KEY='it'\\''s\\'\n\
                 export AWS_SESSION_TOKEN='token'\nexport AWS_CREDENTIAL_EXPIRATION='2027-01-15T08:00:00Z'\n",
            ),
            (
                Form::Env,
                &keys,
                "export AWS_ACCESS_KEY_ID='AKID'\nexport AWS_SECRET_ACCESS_KEY='secret'\n\
                 unset AWS_SESSION_TOKEN\nunset AWS_CREDENTIAL_EXPIRATION\n",
            ),
            (
                Form::Fish,
                &session,
                "set -gx AWS_ACCESS_KEY_ID 'AKID'\nset -gx AWS_SECRET_ACCESS_KEY 'it\\'s\\\\'\n\
                 set -gx AWS_SESSION_TOKEN 'token'\nset -gx AWS_CREDENTIAL_EXPIRATION '2027-01-15T08:00:00Z'\n",
            ),
            (
                Form::Powershell,
                &keys,
                "$env:AWS_ACCESS_KEY_ID = 'AKID'\n$env:AWS_SECRET_ACCESS_KEY = 'secret'\n\
                 Remove-Item -ErrorAction Ignore env:AWS_SESSION_TOKEN\n\
                 Remove-Item -ErrorAction Ignore env:AWS_CREDENTIAL_EXPIRATION\n",
            ),
        ] {
            assert_eq!(exported(credentials, form), expected);
        }
        let document: serde_json::Value = serde_json::from_str(&exported(&keys, Form::Process)).unwrap();
        assert_eq!(document, json!({"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "secret"}));
        let document: serde_json::Value = serde_json::from_str(&exported(&session, Form::Process)).unwrap();
        assert_eq!(
            (&document["SessionToken"], &document["Expiration"]),
            (&"token".into(), &"2027-01-15T08:00:00Z".into())
        );
    }
}
