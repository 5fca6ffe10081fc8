//! The program of one session without a terminal: a command on pipes, its two streams apart and its exit code, or both
//! in one file that is sent after its end. Bounded by its caller: pipes are read only when there is room, so that a slow
//! client makes the command wait.

use super::launch;
use super::output::Output;
use super::process::Process;
use super::program::{Over, Stream};
use super::shell::QUIET;
use super::{CommandRequest, SessionSettings};
use crate::sandbox::node::Node;
use rustix::process::Signal;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Stdio;
use std::time::Duration;
use tokio::net::unix::pipe::{self, Receiver};

/// What is read at a time where lines get prefixes.
const READ: usize = 16 * 1024;

pub struct Command {
    /// None where it could not be started.
    process: Option<Process>,
    stdout: Source,
    stderr: Source,
    /// Whose turn it is when both have something.
    stderr_first: bool,
    /// Both streams together, until the command has ended.
    collected: Option<File>,
    /// The client is told how it ended.
    tells_code: bool,
    exited: Option<i32>,
}

impl Command {
    /// What keeps it from starting goes to its stderr.
    pub fn start(settings: &SessionSettings, node: &Node, asked: &CommandRequest) -> Command {
        Command::spawn(settings, node, asked).unwrap_or_else(|error| Command {
            process: None,
            stdout: Source::of(None, ""),
            stderr: Source::saying(&format!("Unable to start command: {error}\n")),
            stderr_first: false,
            collected: None,
            tells_code: false,
            exited: Some(-1),
        })
    }

    fn spawn(settings: &SessionSettings, node: &Node, asked: &CommandRequest) -> io::Result<Command> {
        let mut command = launch::command(settings, node, Some(&asked.command))?;
        command.stdin(Stdio::null()).process_group(0);
        let (mut stdout, mut stderr, mut collected) = (Source::of(None, ""), Source::of(None, ""), None);
        match &asked.separate {
            Some(prefixes) => {
                let (into, from) = pipe::pipe()?;
                command.stdout(into.into_blocking_fd()?);
                stdout = Source::of(Some(from), &prefixes.stdout);
                let (into, from) = pipe::pipe()?;
                command.stderr(into.into_blocking_fd()?);
                stderr = Source::of(Some(from), &prefixes.stderr);
            }
            None => {
                let file = nameless(node)?;
                command.stdout(file.try_clone()?).stderr(file.try_clone()?);
                collected = Some(file);
            }
        }
        let tells_code = asked.separate.is_some();
        let process = Some(Process::start(command)?);
        Ok(Command { process, stdout, stderr, stderr_first: false, collected, tells_code, exited: None })
    }

    /// Input is looked at only for the keys that are signals on a terminal.
    pub fn heed(&self, input: &[u8]) {
        let signal = input.iter().find_map(|byte| match byte {
            0x03 => Some(Signal::INT),
            0x1c => Some(Signal::QUIT),
            0x1a => Some(Signal::TSTP),
            _ => None,
        });
        if let (Some(process), Some(signal)) = (&self.process, signal) {
            process.signal(signal);
        }
    }

    pub fn output(&self) -> Option<(Stream, &[u8])> {
        let stdout = self.stdout.output.payload().map(|payload| (Stream::Output, payload));
        let stderr = self.stderr.output.payload().map(|payload| (Stream::StdErr, payload));
        if self.stderr_first { stderr.or(stdout) } else { stdout.or(stderr) }
    }

    pub fn sent(&mut self, length: usize) {
        let stream = self.output().map(|(stream, _)| stream);
        self.stderr_first = stream == Some(Stream::Output);
        match stream {
            Some(Stream::Output) => self.stdout.output.sent(length),
            Some(Stream::StdErr) => self.stderr.output.sent(length),
            None => {}
        }
    }

    /// Reads until something has changed. `room`: whether more output may be taken in.
    pub async fn progress(&mut self, room: bool) {
        let Command { process, stdout, stderr, collected, exited, .. } = self;
        let ended = exited.is_some();
        if ended && let Some(file) = collected {
            return match room {
                true if stdout.fill_from(file) => {}
                true => *collected = None,
                false => std::future::pending().await,
            };
        }
        let (reads_stdout, reads_stderr) = (room && stdout.is_open(), room && stderr.is_open());
        // What was written comes before the end of waiting for it.
        tokio::select! {
            biased;
            () = stdout.fill(), if reads_stdout => {}
            () = stderr.fill(), if reads_stderr => {}
            code = code(process), if !ended => *exited = Some(code),
            () = tokio::time::sleep(QUIET), if ended && (reads_stdout || reads_stderr) => {
                stdout.close();
                stderr.close();
            }
            else => std::future::pending().await,
        }
    }

    /// The command has ended and all of its output was taken.
    pub fn over(&self) -> Option<Over> {
        let read = self.collected.is_none() && !self.stdout.is_open() && !self.stderr.is_open();
        let code = self.exited.filter(|_| read && self.output().is_none())?;
        Some(Over { exit_code: self.tells_code.then_some(code), reason: String::new() })
    }

    pub async fn end(self, grace: Duration) {
        if let Some(process) = self.process {
            process.end((self.stdout, self.stderr), None, grace).await;
        }
    }
}

/// As the agent tells it: -1 for a command that a signal has ended.
async fn code(process: &mut Option<Process>) -> i32 {
    match process {
        Some(process) => process.exited().await.ok().and_then(|status| status.code()).unwrap_or(-1),
        None => std::future::pending().await,
    }
}

/// A file of the node that nobody else finds, and that is gone when it is closed.
fn nameless(node: &Node) -> io::Result<File> {
    let digits = crate::random::hex(16).map_err(io::Error::other)?;
    let path = node.home.join(format!(".output-{digits}"));
    let file = File::options().read(true).append(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// One of its streams, on the way into messages.
struct Source {
    pipe: Option<Receiver>,
    prefix: Vec<u8>,
    at_line_start: bool,
    output: Output,
    /// Of the collected output: where to read on.
    read: u64,
}

impl Source {
    fn of(pipe: Option<Receiver>, prefix: &str) -> Source {
        let mut output = Output::beginning_with("");
        if pipe.is_none() {
            output.finish();
        }
        Source { pipe, prefix: prefix.into(), at_line_start: true, output, read: 0 }
    }

    fn saying(text: &str) -> Source {
        let mut output = Output::beginning_with(text);
        output.finish();
        Source { output, ..Source::of(None, "") }
    }

    fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    fn close(&mut self) {
        self.pipe = None;
        self.output.finish();
    }

    /// Can be dropped without losing what was read.
    async fn fill(&mut self) {
        let Some(pipe) = &self.pipe else { return std::future::pending().await };
        let readable = pipe.readable().await;
        let filled = match (readable, self.prefix.is_empty()) {
            (Err(error), _) => Err(error),
            (Ok(()), true) => self.output.fill(|buffer| pipe.try_read(buffer)),
            (Ok(()), false) => {
                let mut buffer = [0; READ];
                let read = pipe.try_read(&mut buffer);
                if let Ok(length) = read {
                    self.prefixed(&buffer[..length]);
                }
                read
            }
        };
        match filled {
            Ok(1..) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Ok(0) | Err(_) => self.close(),
        }
    }

    /// Whether there was more.
    fn fill_from(&mut self, file: &mut File) -> bool {
        let start = io::SeekFrom::Start(self.read);
        let filled = file.seek(start).and_then(|_| self.output.fill(|buffer| file.read(buffer)));
        let length = filled.unwrap_or(0);
        self.read += length as u64;
        length > 0
    }

    fn prefixed(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.at_line_start {
                self.output.push(&self.prefix);
            }
            self.output.push(line);
            self.at_line_start = line.ends_with(b"\n");
        }
    }
}
