//! A program on a terminal: a pty whose screen is read as text. The program's own hidden subcommand makes the
//! pty its controlling terminal, so job control and signals are real.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::sealed::{BINARY, Sealed};

/// Far beyond what anything here takes: reached only when a test fails.
const LIMIT: Duration = Duration::from_secs(30);

pub struct Terminal {
    master: File,
    slave: Option<File>,
    child: Child,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    reader: JoinHandle<()>,
    closing: Arc<AtomicBool>,
}

impl Terminal {
    /// Runs opsctl with these arguments on a terminal of its own.
    pub fn opsctl(sealed: &Sealed, size: (u16, u16), args: &[&str]) -> Self {
        Terminal::program(sealed, size, &[&[BINARY], args].concat())
    }

    /// Runs any program on a terminal of its own.
    pub fn program(sealed: &Sealed, (cols, rows): (u16, u16), command_line: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        sealed.seal(&mut command);
        command.arg("__node-shell").args(command_line);
        Terminal::spawn(command, cols, rows)
    }

    fn spawn(mut command: Command, cols: u16, rows: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, winsize(cols, rows)).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        command
            .stdin(Stdio::from(slave.try_clone().unwrap()))
            .stdout(Stdio::from(slave.try_clone().unwrap()))
            .stderr(Stdio::from(slave.try_clone().unwrap()));
        let child = command.spawn().unwrap();
        // Its copies of the slave would keep the terminal open after the program.
        drop(command);
        let master = File::from(master);
        let (sender, output) = channel();
        let closing = Arc::new(AtomicBool::new(false));
        let reader = std::thread::spawn({
            let (mut reader, closing) = (master.try_clone().unwrap(), Arc::clone(&closing));
            move || {
                while let Some(bytes) = read(&mut reader, &closing) {
                    if sender.send(bytes).is_err() {
                        return;
                    }
                }
            }
        });
        Terminal { master, slave: Some(slave), child, output, seen: Vec::new(), reader, closing }
    }

    pub fn type_text(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).unwrap();
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        tcsetwinsize(&self.master, winsize(cols, rows)).unwrap();
    }
    /// Everything that was shown until `text` was; what follows is kept for the next call.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(at) = find(&self.seen, text.as_bytes()) {
                let rest = self.seen.split_off(at + text.len());
                let shown = std::mem::replace(&mut self.seen, rest);
                return String::from_utf8_lossy(&shown).into_owned();
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.extend_from_slice(&bytes),
                Err(why) => {
                    let shown = String::from_utf8_lossy(&self.seen);
                    let why = if why == RecvTimeoutError::Timeout { "in time" } else { "before the end" };
                    panic!("{text:?} was not shown {why}; shown: {shown:?}");
                }
            }
        }
    }

    /// Is what is typed shown by the terminal itself, as before raw mode?
    pub fn echoes(&self) -> bool {
        tcgetattr(&self.master).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Waits for the program; what was shown meanwhile, how it ended, and whether the terminal echoes.
    pub fn end(mut self) -> (String, ExitStatus, bool) {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "still running; shown: {:?}",
                String::from_utf8_lossy(&self.seen)
            );
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.seen.extend_from_slice(&bytes);
            }
        };
        // The terminal outlives the program as long as this copy of its other side is open.
        let echoes = self.echoes();
        drop(self.slave.take());
        while let Ok(bytes) = self.output.recv() {
            self.seen.extend_from_slice(&bytes);
        }
        (String::from_utf8_lossy(&self.seen).into_owned(), status, echoes)
    }

    /// Closes the terminal window.
    pub fn hang_up(self) -> Child {
        self.closing.store(true, Ordering::Relaxed);
        self.reader.join().unwrap();
        self.child
    }
}

/// What is there to be read; `None` at the end.
fn read(master: &mut File, closing: &AtomicBool) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 4096];
    while !closing.load(Ordering::Relaxed) {
        let mut ready = [PollFd::new(master, PollFlags::IN)];
        let timeout = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        if poll(&mut ready, Some(&timeout)).unwrap() == 0 {
            continue;
        }
        let length = master.read(&mut buffer).ok().filter(|length| *length > 0)?;
        buffer.truncate(length);
        return Some(buffer);
    }
    None
}

fn winsize(cols: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
