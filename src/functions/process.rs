//! A function's command: a process group of its own with an environment made from nothing, an event on stdin, an answer
//! of limited size on stdout, and a limit of time. Knows no schema.

use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::{Function, Place};

/// Lambda takes no larger answers.
pub const ANSWER_LIMIT: u64 = 6 << 20;
/// Once a command has ended, what it said is read for this time at most.
const GRACE: Duration = Duration::from_secs(1);
/// As much of what it says on stderr is kept: the end, where a program says why it failed.
const STDERR_LIMIT: usize = 1024;

#[derive(Debug, PartialEq, Eq)]
pub enum Finished {
    Answered {
        answer: Vec<u8>,
        /// The end of what it had to say beside.
        said: String,
    },
    /// It ended with a failure; what it had said before.
    Exited { how: String, answer: Vec<u8>, complaint: String },
    /// Lambda's name for what went wrong, and a sentence.
    Failed { kind: &'static str, message: String },
}

/// Kills what a command started, when it is dropped.
pub struct Group(Option<Pid>);

impl Group {
    /// Of a command that was just started.
    pub fn of(child: &Child) -> Self {
        Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Dropping this ends the command and everything it started.
pub async fn run(place: &Place, function: &Function, event: Vec<u8>) -> Finished {
    let failed = |kind, message: String| Finished::Failed { kind, message };
    let child = match start(place, function) {
        Ok(child) => child,
        Err(error) => {
            let program = function.command.first().map_or("", String::as_str);
            return failed("Runtime.InvalidEntrypoint", format!("{program} cannot be started: {error}"));
        }
    };
    let _group = Group::of(&child);
    let finished = tokio::time::timeout(function.timeout, attend(child, event)).await;
    match finished {
        Ok(Ok(finished)) => finished,
        Ok(Err(error)) => failed("Runtime.ExitError", error.to_string()),
        Err(_) => {
            let seconds = function.timeout.as_secs_f64();
            failed("Sandbox.Timedout", format!("Task timed out after {seconds:.2} seconds"))
        }
    }
}

fn start(place: &Place, function: &Function) -> std::io::Result<Child> {
    let mut command = command(place, function)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// The program of a function, a process group of its own: where it runs, and an environment made from nothing.
pub fn command(place: &Place, function: &Function) -> std::io::Result<Command> {
    let mut words = function.command.iter();
    let mut command = Command::new(words.next().map_or("", String::as_str));
    command
        .args(words)
        .current_dir(&function.folder)
        .env_clear()
        .env("PATH", &place.path)
        .env("HOME", std::path::absolute(&function.folder)?)
        .env("USER", &place.user)
        .env("LANG", "C.UTF-8")
        .env("AWS_REGION", &place.region)
        .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
        .envs(&function.environment)
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

async fn attend(mut child: Child, event: Vec<u8>) -> std::io::Result<Finished> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let tell = async {
        if let Some(mut stdin) = stdin {
            // A command need not read its event.
            let _ = stdin.write_all(&event).await;
        }
    };
    let (mut answer, mut complaint) = (Vec::new(), Vec::new());
    let status = {
        let told = async {
            let ((), answer, complaint) =
                tokio::join!(tell, take(stdout, ANSWER_LIMIT + 1, &mut answer), last(stderr, &mut complaint));
            answer.and(complaint)
        };
        let mut told = std::pin::pin!(told);
        tokio::select! {
            all = &mut told => {
                all?;
                child.wait().await?
            }
            status = child.wait() => {
                // What it left in the background may hold its streams open for ever.
                tokio::time::timeout(GRACE, told).await.unwrap_or(Ok(()))?;
                status?
            }
        }
    };
    if answer.len() as u64 > ANSWER_LIMIT {
        let message = format!("the answer is over {ANSWER_LIMIT} bytes");
        return Ok(Finished::Failed { kind: "Function.ResponseSizeTooLarge", message });
    }
    let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
    if status.success() {
        return Ok(Finished::Answered { answer, said: complaint });
    }
    Ok(Finished::Exited { how: how(status), answer, complaint })
}

/// How a program ended, in words.
pub fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// The beginning of a stream; the rest is read and dropped, so that the command never waits for its reader.
async fn take(stream: Option<impl AsyncRead + Unpin>, limit: u64, kept: &mut Vec<u8>) -> std::io::Result<()> {
    if let Some(mut stream) = stream {
        (&mut stream).take(limit).read_to_end(kept).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(())
}

/// The end of a stream.
async fn last(stream: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) -> std::io::Result<()> {
    let Some(mut stream) = stream else { return Ok(()) };
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        kept.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let surplus = kept.len().saturating_sub(STDERR_LIMIT);
        kept.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    async fn run_script(script: &str, timeout: Duration) -> Finished {
        let place = Place { path: "/usr/bin:/bin".into(), user: "tester".into(), region: "eu-west-1".into() };
        let function = Function {
            name: "f".into(),
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
            folder: std::env::temp_dir(),
            timeout,
            environment: BTreeMap::new(),
        };
        run(&place, &function, b"{\"event\":1}".to_vec()).await
    }

    #[tokio::test]
    async fn an_event_goes_in_and_an_answer_comes_out() {
        let minute = Duration::from_secs(60);
        let answered = |answer: &str, said: &str| Finished::Answered {
            answer: answer.as_bytes().to_vec(),
            said: said.to_owned(),
        };
        assert_eq!(run_script("cat", minute).await, answered("{\"event\":1}", ""));
        assert_eq!(run_script("cat; echo seen >&2", minute).await, answered("{\"event\":1}", "seen"));
        let told =
            run_script("echo $AWS_LAMBDA_FUNCTION_NAME $AWS_REGION ${AWS_SECRET_ACCESS_KEY-none}", minute)
                .await;
        assert_eq!(told, answered("f eu-west-1 none\n", ""));
        // Whatever it leaves in the background has its streams still.
        let left = run_script("sleep 1000 & echo here; echo said >&2", minute).await;
        assert_eq!(left, answered("here\n", "said"));
        // More than a pipe holds, and the event not read.
        let Finished::Answered { answer, .. } = run_script("head -c 200000 /dev/zero", minute).await else {
            panic!()
        };
        assert_eq!(answer.len(), 200_000);
    }

    #[tokio::test]
    async fn what_fails_says_why() {
        let minute = Duration::from_secs(60);
        let exited = |how: &str, answer: &str, complaint: &str| Finished::Exited {
            how: how.into(),
            answer: answer.into(),
            complaint: complaint.into(),
        };
        for (script, expected) in [
            ("echo broken >&2; exit 3", exited("exit status 3", "", "broken")),
            ("echo so far; exit 1", exited("exit status 1", "so far\n", "")),
            ("kill -9 $$", exited("signal 9", "", "")),
            (
                "head -c 7000000 /dev/zero",
                Finished::Failed {
                    kind: "Function.ResponseSizeTooLarge",
                    message: "the answer is over 6291456 bytes".into(),
                },
            ),
        ] {
            assert_eq!(run_script(script, minute).await, expected, "{script}");
        }
        // Of what it says on stderr the end is kept.
        let Finished::Exited { complaint, .. } =
            run_script("head -c 9000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1", minute).await
        else {
            panic!()
        };
        assert!(complaint.len() <= STDERR_LIMIT && complaint.ends_with("xend"), "{complaint}");
        // Nothing that it started holds the run up.
        let timed_out = run_script("sleep 1000 & sleep 1000", Duration::from_millis(50)).await;
        let message = "Task timed out after 0.05 seconds".to_owned();
        assert_eq!(timed_out, Finished::Failed { kind: "Sandbox.Timedout", message });
        let place = Place { path: "/nowhere".into(), user: String::new(), region: String::new() };
        let function = Function {
            name: "f".into(),
            command: vec!["no-such-program".into()],
            folder: std::env::temp_dir(),
            timeout: minute,
            environment: BTreeMap::new(),
        };
        let finished = run(&place, &function, Vec::new()).await;
        assert!(
            matches!(finished, Finished::Failed { kind: "Runtime.InvalidEntrypoint", .. }),
            "{finished:?}"
        );
    }
}
