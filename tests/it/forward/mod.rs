//! `ssm forward` end to end: what the tests share. The programs at both ends are threads of the test, every wait is
//! bounded.

mod basic;
mod command;
mod data;
mod defects;
mod ends;
mod ready;
mod streams;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Sandbox, Sealed};

/// Far beyond what anything here takes: reached only when a test fails.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A program behind the node: what it does with each connection.
pub fn server(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = std::sync::Arc::new(serve);
    // Ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            stream.set_read_timeout(Some(LIMIT)).unwrap();
            let serve = std::sync::Arc::clone(&serve);
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Sends back what comes.
pub fn echo() -> u16 {
    server(|mut stream| {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length) = stream.read(&mut buffer)
            && length > 0
            && stream.write_all(&buffer[..length]).is_ok()
        {}
    })
}

/// Sends so much and closes.
pub fn source(length: usize) -> u16 {
    server(move |mut stream| {
        let _ = stream.write_all(&noise(1, length));
    })
}

/// A port where nobody listens.
pub fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Bytes without a pattern that a lost, doubled or moved piece could hide in.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&next());
    }
    bytes.truncate(length);
    bytes
}

/// Not byte by byte: a failure would print millions.
#[track_caller]
pub fn assert_same(came: &[u8], sent: &[u8]) {
    let differs = came.iter().zip(sent).position(|(came, sent)| came != sent);
    assert!(came == sent, "{} of {} bytes came, differing at {differs:?}", came.len(), sent.len());
}

pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.set_write_timeout(Some(LIMIT)).unwrap();
    stream
}

/// Says `data` and reads as much.
#[track_caller]
pub fn said_back(stream: &mut TcpStream, data: &[u8]) {
    stream.write_all(data).unwrap();
    let mut came = vec![0; data.len()];
    stream.read_exact(&mut came).unwrap();
    assert_same(&came, data);
}

/// Everything until the end.
pub fn read_all(mut stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).map(|_| all)
}

/// Sends all of `data` while it reads what comes back, then closes.
pub fn both_ways(stream: TcpStream, data: Vec<u8>) -> Vec<u8> {
    let (mut writer, length) = (stream.try_clone().unwrap(), data.len());
    let writing = std::thread::spawn(move || writer.write_all(&data).unwrap());
    let mut came = vec![0; length];
    (&stream).read_exact(&mut came).unwrap();
    writing.join().unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    came
}

/// A command that stays, and what it says.
pub struct Running {
    pub child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    said: String,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Running { child, stdout, stderr, said: String::new() }
    }

    /// `opsctl --sandbox ssm forward web-1 ARGS`.
    pub fn forward(sealed: &Sealed, args: &[&str]) -> Self {
        Running::start(sealed.command(["--sandbox", "ssm", "forward", "web-1"].iter().chain(args)))
    }

    /// The next line of stdout.
    #[track_caller]
    pub fn line(&mut self) -> String {
        match self.stdout.recv_timeout(LIMIT) {
            Ok(line) => line,
            Err(why) => panic!("no line on stdout ({why}); stderr: {}", self.all_said()),
        }
    }

    /// The local port of the next forward that is ready.
    #[track_caller]
    pub fn port(&mut self) -> u16 {
        let line = self.line();
        let local = line.split(" -> ").next().unwrap();
        local.rsplit(':').next().unwrap().parse().unwrap_or_else(|_| panic!("no port in {line:?}"))
    }

    /// Until stderr has said `text`.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + LIMIT;
        while !self.said.contains(text) {
            match self.stderr.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.said += &(line + "\n"),
                Err(why) => panic!("{text:?} was not said ({why}); stderr: {}", self.said),
            }
        }
    }

    pub fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// How it ends, and everything that it said on stderr.
    #[track_caller]
    pub fn end(mut self) -> (i32, String) {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "still running; stderr: {}", self.all_said());
            std::thread::yield_now();
            match self.stderr.recv_timeout(Duration::from_millis(20)) {
                Ok(line) => self.said += &(line + "\n"),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        };
        while let Ok(line) = self.stderr.recv_timeout(LIMIT) {
            self.said += &(line + "\n");
        }
        (status.code().unwrap_or(-1), std::mem::take(&mut self.said))
    }

    /// Ctrl-C, which must leave nothing behind in the sandbox.
    #[track_caller]
    pub fn interrupt(self, sealed: &Sealed) -> String {
        self.send(Signal::INT);
        let (code, said) = self.end();
        assert_eq!(code, 130, "{said}");
        assert_eq!(open_sessions(sealed), 0, "a session is left");
        said
    }

    fn all_said(&mut self) -> String {
        self.said.extend(self.stderr.try_iter().map(|line| line + "\n"));
        self.said.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The ids of the sessions that are open in the sandbox.
pub fn session_ids(sealed: &Sealed) -> Vec<String> {
    let list = ["--sandbox", "ssm", "session", "list", "--query", "items[].sessionId", "-o", "text"];
    sealed.run(list).expect(0).stdout.lines().map(str::to_owned).collect()
}

pub fn open_sessions(sealed: &Sealed) -> usize {
    session_ids(sealed).len()
}

/// A sandbox whose `web-1` has an agent of this version; `more` goes before the nodes.
pub fn sandbox_with_agent(sealed: &Sealed, version: &str, more: &str) -> Sandbox {
    let config = format!("{more}\n[[nodes]]\nname = \"web-1\"\nagent_version = \"{version}\"\n");
    Sandbox::with_config(sealed, Some(&config))
}
