//! `credential_process`: a program of the user's that prints credentials. It may ask at the terminal; it may not hang, and
//! what it prints is told to nobody, since that is what is secret.

use std::io::IsTerminal as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::output::escape;

/// Long enough for somebody who is asked for a code.
const LIMIT: Duration = Duration::from_secs(60);
/// Far beyond any answer.
const LONGEST: u64 = 1 << 20;
/// Of a line that tells why.
const SHOWN: usize = 200;

pub async fn credentials(line: &str, profile: &str) -> Result<Credentials, Error> {
    within(LIMIT, line, profile, std::fs::File::open("/dev/tty").is_ok()).await
}

/// Where there is a terminal the program stays among those that may ask on it: Ctrl-C reaches it there by itself.
/// Elsewhere it gets a group of its own, which ends with it. What opsctl is to read is not for the program.
async fn within(limit: Duration, line: &str, profile: &str, on_terminal: bool) -> Result<Credentials, Error> {
    let words = shlex::split(line).unwrap_or_default();
    let [program, arguments @ ..] = words.as_slice() else {
        return Err(Error::usage(format!(
            "credential_process of the profile {profile} is not a command: a quote is left open"
        )));
    };
    let name = Path::new(program).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| program.clone());
    let says = |why: &str| {
        Error::new(
            Kind::Credentials,
            format!("{name}, which gives the credentials of the profile {profile}, {why}"),
        )
    };
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let may_ask = on_terminal && std::io::stdin().is_terminal();
    command.stdin(if may_ask { Stdio::inherit() } else { Stdio::null() });
    if !on_terminal {
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| says("cannot be run").because(error))?;
    let mut group =
        Group(child.id().filter(|_| !on_terminal).and_then(|id| Pid::from_raw(id.try_into().ok()?)));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = async { tokio::join!(all_of(stdout), all_of(stderr), child.wait()) };
    let Ok((answer, said, status)) = tokio::time::timeout(limit, ended).await else {
        let seconds = limit.as_secs();
        return Err(says(&format!("has not answered for {seconds} s"))
            .hint("credential_process in the profile names it"));
    };
    group.0 = None;
    let status = status.map_err(|error| says("cannot be waited for").because(error))?;
    if status.signal() == Some(Signal::INT.as_raw()) {
        return Err(Error::new(Kind::Interrupted, "interrupted"));
    }
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        let last: String = last.chars().take(SHOWN).collect();
        let error = says(&format!("has failed: {status}"));
        return Err(if last.is_empty() { error } else { error.because(escape(&last).into_owned()) });
    }
    read(&answer, SystemTime::now()).map_err(says)
}

/// Nothing of a group may be left, whatever ends the wait for it.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn all_of(stream: Option<impl AsyncRead + Unpin>) -> Zeroizing<Vec<u8>> {
    let mut read = Zeroizing::new(Vec::new());
    if let Some(stream) = stream {
        // What could not be read is missing from the answer.
        let _ = stream.take(LONGEST).read_to_end(&mut read).await;
    }
    read
}

/// The reason why not says nothing of the answer.
fn read(answer: &[u8], now: SystemTime) -> Result<Credentials, &'static str> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| "has not answered in JSON")?;
    if answer.get("Version").and_then(Value::as_u64) != Some(1) {
        return Err("has answered in another version than 1, or in none");
    }
    let text = |key: &str| answer.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let id = text("AccessKeyId").ok_or("has answered without an AccessKeyId")?;
    let secret = text("SecretAccessKey").ok_or("has answered without a SecretAccessKey")?;
    let expires = match text("Expiration") {
        Some(time) => {
            let time: Timestamp =
                time.parse().map_err(|_| "has answered with an Expiration that is no time")?;
            Some(SystemTime::from(time))
        }
        None => None,
    };
    if expires.is_some_and(|expires| expires <= now) {
        return Err("has answered with credentials that have expired");
    }
    Ok(Credentials::new(id, secret, text("SessionToken").map(str::to_owned), expires, "program"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    async fn run(line: &str) -> Result<Credentials, String> {
        let ran = within(Duration::from_secs(30), line, "prod", false).await;
        ran.map_err(|error| Report::new(&error.into()).line())
    }

    #[tokio::test]
    async fn a_program_gives_credentials() {
        let line = r#"echo '{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s", "Expiration": "2099-01-01T00:00:00Z"}'"#;
        let credentials = run(line).await.unwrap();
        assert_eq!((credentials.access_key_id(), credentials.session_token()), ("AKIA", None));
        assert!(credentials.expiry().is_some());
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told_with_program_and_profile_and_without_the_answer() {
        for (line, told) in [
            (
                "/no/such/tool --key plantedSecret",
                "tool, which gives the credentials of the profile prod, cannot be run",
            ),
            (
                "sh -c 'echo plantedSecret; echo first >&2; echo why >&2; exit 3'",
                "has failed: exit status: 3: why",
            ),
            ("echo plantedSecret", "has not answered in JSON"),
            (r#"echo '{"AccessKeyId": "plantedSecret"}'"#, "in another version than 1, or in none"),
            (r#"echo '{"Version": 2, "AccessKeyId": "plantedSecret"}'"#, "in another version than 1"),
            (r#"echo '{"Version": 1, "SecretAccessKey": "plantedSecret"}'"#, "without an AccessKeyId"),
            (r#"echo '{"Version": 1, "AccessKeyId": "plantedSecret"}'"#, "without a SecretAccessKey"),
            (
                r#"echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "plantedSecret", "Expiration": "soon"}'"#,
                "an Expiration that is no time",
            ),
            (
                r#"echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "plantedSecret", "Expiration": "2020-01-01T00:00:00Z"}'"#,
                "credentials that have expired",
            ),
            ("echo 'plantedSecret", "a quote is left open"),
        ] {
            let error = run(line).await.unwrap_err();
            assert!(error.contains(told) && error.contains("prod"), "{error}");
            assert!(!error.contains("planted"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_ended_with_all_that_it_has_started() {
        // The pipe is closed when the last of them is gone.
        let (mut alive, held) = std::io::pipe().unwrap();
        let descriptor =
            format!("/proc/{}/fd/{}", std::process::id(), std::os::fd::AsRawFd::as_raw_fd(&held));
        let line = format!("sh -c 'exec 3>{descriptor}; (sleep 600 & echo s >&3; wait) & wait'");
        let error = within(Duration::from_secs(2), &line, "prod", false).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "sh, which gives the credentials of the profile prod, has not answered for 2 s"
        );
        drop(held);
        let mut said = String::new();
        std::io::Read::read_to_string(&mut alive, &mut said).unwrap();
        assert_eq!(said, "s\n");
    }
}
