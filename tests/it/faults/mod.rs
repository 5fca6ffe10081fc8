//! The matrix of faults: everything that goes wrong between a client and a node, for every verb that moves data, in
//! both directions. Data of every byte value is compared by hash; what ends a session is in `ends`.

mod connect;
mod ends;
mod exec;
mod forward;

use std::io::{Read, Write};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Sandbox, Sealed};

/// A fault that a transfer has to bear.
struct Fault {
    name: &'static str,
    /// Of the sandbox.
    config: &'static str,
    /// How much is moved: more than a window holds where a socket ends, or all would be there before it does.
    bytes: usize,
    /// How often the connection is lost meanwhile.
    losses: RangeInclusive<usize>,
}

const fn fault(name: &'static str, config: &'static str) -> Fault {
    Fault { name, config, bytes: 300_000, losses: 0..=0 }
}

const FAULTS: &[Fault] = &[
    fault("none", ""),
    fault("0.5 % loss", "[faults]\nloss = 0.005\n"),
    fault("2 % loss", "[faults]\nloss = 0.02\n"),
    fault("10 % loss", "[faults]\nloss = 0.1\n"),
    fault("duplicates", "[faults]\nduplicate = 0.1\n"),
    fault("20 % reordering", "[faults]\nreorder = 0.2\n"),
    fault("flipped bits", "[faults]\nflip = 0.02\n"),
    fault("frames cut short", "[faults]\ntruncate = 0.02\n"),
    fault(
        "all at once",
        "[faults]\nloss = 0.05\nduplicate = 0.05\nreorder = 0.2\nflip = 0.02\ntruncate = 0.02\n",
    ),
    Fault { bytes: 100_000, ..fault("delay with jitter", "[faults]\ndelay_ms = 200\njitter_ms = 50\n") },
    Fault { bytes: 1_200_000, losses: 1..=1, ..fault("cut once", "[faults]\ncut_after = 100\n") },
    Fault {
        bytes: 1_200_000,
        losses: 1..=50,
        ..fault("cut every 200 frames", "[faults]\ncut_every = 200\n")
    },
    Fault { bytes: 1_200_000, losses: 1..=1, ..fault("bye once", "[faults]\nbye_after = 100\n") },
    Fault {
        bytes: 1_200_000,
        losses: 1..=50,
        ..fault("bye every 200 frames", "[faults]\nbye_every = 200\n")
    },
    fault("a storm of pauses", "[faults]\npause_every = 20\n"),
    fault(
        "a start more after the handshake",
        "[faults]\nextra_frame = \"start-publication\"\n[preferences]\nkms_key_id = \"alias/sessions\"\n",
    ),
    fault(
        "an acknowledgement more after the handshake",
        "[faults]\nextra_frame = \"acknowledgement\"\n[preferences]\nkms_key_id = \"alias/sessions\"\n",
    ),
    Fault {
        bytes: 1_200_000,
        losses: 1..=1,
        ..fault("credentials renewed late", "[faults]\ncut_after = 100\nexpired_calls = 2\n")
    },
];

/// Rehearsed at a time: most of a fault is waiting.
const AT_A_TIME: usize = 6;
/// Far beyond what anything here takes: reached only when something hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs `transfer` against every fault, and names those that it did not bear.
#[track_caller]
fn over_every_fault(transfer: impl Fn(&Fault, &Place) + Sync) {
    let (waiting, failed) = (Mutex::new(FAULTS.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some(fault) = waiting.lock().unwrap().next() else { return };
                    let place = Place::new(fault.config);
                    if catch_unwind(AssertUnwindSafe(|| transfer(fault, &place))).is_err() {
                        failed.lock().unwrap().push(fault.name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "not borne: {failed:?}; what each says is above");
}

/// A sandbox with one node, and somebody who is signed in to it.
struct Place {
    sealed: Sealed,
    sandbox: Sandbox,
}

impl Place {
    fn new(config: &str) -> Self {
        let sealed = Sealed::new();
        let sandbox = Sandbox::with_config(&sealed, Some(&format!("[[nodes]]\nname = \"web-1\"\n{config}")));
        Place { sealed, sandbox }
    }

    /// A file in the home of the node.
    fn on_node(&self, name: &str) -> std::path::PathBuf {
        let home = self.sandbox.dir.join("nodes/web-1");
        std::fs::create_dir_all(&home).unwrap();
        home.join(name)
    }

    /// Starts opsctl, to be talked to. It is killed when it takes too long.
    fn start(&self, args: &[&str]) -> Running {
        let mut command = self.sealed.command([&["--sandbox"], args].concat());
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let stderr = drain(child.stderr.take().unwrap());
        let (done, is_done) = std::sync::mpsc::channel();
        let pid = Pid::from_child(&child);
        std::thread::spawn(move || {
            if is_done.recv_timeout(LIMIT) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        Running { child, stdin, stdout, stderr, started: Instant::now(), _done: done }
    }
}

/// A program at work.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    stderr: JoinHandle<String>,
    started: Instant,
    _done: std::sync::mpsc::Sender<()>,
}

/// How it ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stderr: String,
    after: Duration,
}

impl Running {
    fn write(&mut self, bytes: &[u8]) {
        // One that has gone shows when reading.
        let _ = self.stdin.as_mut().unwrap().write_all(bytes);
    }

    /// The next bytes on stdout, or fewer at its end.
    fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        (&mut self.stdout).take(length as u64).read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Closes stdin and waits for the end.
    fn end(mut self) -> (Vec<u8>, Ended) {
        drop(self.stdin.take());
        let mut rest = Vec::new();
        self.stdout.read_to_end(&mut rest).unwrap();
        let code = self.child.wait().unwrap().code();
        let after = self.started.elapsed();
        (rest, Ended { code, stderr: self.stderr.join().unwrap(), after })
    }
}

fn drain(mut stderr: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

impl Fault {
    /// The connection was lost as often as it should be, and came back each time; the last may have come after the data.
    #[track_caller]
    fn expect_losses(&self, stderr: &str) {
        let (lost, resumed) = (stderr.matches(" lost (").count(), stderr.matches(" resumed").count());
        assert!(
            self.losses.contains(&lost) && (resumed..=resumed + 1).contains(&lost),
            "{}: {stderr}",
            self.name
        );
    }
}

impl Ended {
    #[track_caller]
    fn expect_borne(&self, fault: &Fault, code: i32) {
        assert_eq!(self.code, Some(code), "{}: {self:#?}", fault.name);
        fault.expect_losses(&self.stderr);
    }
}

/// Bytes of every value, which no two stretches have in common.
fn data(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// What is compared: a difference shows as such and not as a screen full of bytes.
fn hash(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} bytes, {hex}", bytes.len())
}
