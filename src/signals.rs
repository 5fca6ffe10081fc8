//! What asks the program to end (SIGINT, SIGTERM, SIGHUP, the limit of `--timeout`) as values, one after the other, and
//! SIGWINCH. A thread of its own takes the signals, so that one which nobody takes up ends the program all the same.
//! Otherwise it must not decide what they end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::{Mutex as AsyncMutex, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, Kind, Result};
use crate::terminal;

/// How long the first signal may lie untaken: the program is stuck, in a write that nobody reads perhaps.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a later one may: who asks twice wants to leave at once, also while the program puts things in order.
const SHORT_PATIENCE: Duration = Duration::from_millis(100);
/// A wait that knows the limit ends by itself, in its own words, before it is ended.
const GRACE: Duration = Duration::from_millis(200);
const QUEUE: usize = 16;

/// What asks the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
    HangUp,
    /// The limit of `--timeout`.
    TimedOut,
}

impl Signal {
    pub const fn kind(self) -> Kind {
        match self {
            Signal::Interrupt => Kind::Interrupted,
            Signal::Terminate => Kind::Terminated,
            Signal::HangUp => Kind::HungUp,
            Signal::TimedOut => Kind::TimedOut,
        }
    }

    pub fn as_error(self) -> Error {
        let what = match self {
            Signal::Interrupt => "interrupted",
            Signal::Terminate => "terminated",
            Signal::HangUp => "the terminal was closed",
            Signal::TimedOut => "gave up at the limit of --timeout",
        };
        Error::new(self.kind(), what)
    }
}

/// Gives the signals of this process. All values share one queue: whoever asks next gets the next one.
#[derive(Debug)]
pub struct Signals {
    listener: Arc<Listener>,
}

/// While this lives the terminal belongs to a program that is waited for, a pager: a Ctrl-C is for that one.
#[derive(Debug)]
pub struct TerminalLent(());

static LENT: AtomicUsize = AtomicUsize::new(0);

impl TerminalLent {
    #[expect(clippy::new_without_default, reason = "a guard is no value")]
    pub fn new() -> Self {
        LENT.fetch_add(1, Ordering::Relaxed);
        TerminalLent(())
    }
}

impl Drop for TerminalLent {
    fn drop(&mut self) {
        LENT.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Listener {
    queue: AsyncMutex<mpsc::Receiver<Signal>>,
    deadline: watch::Sender<Option<Instant>>,
}

impl Signals {
    /// From here on signals end nothing by themselves.
    pub fn listen() -> Result<Self> {
        // Process-wide, as signals are.
        static LISTENER: Mutex<Option<Arc<Listener>>> = Mutex::new(None);
        let mut started = LISTENER.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = match &*started {
            Some(listener) => Arc::clone(listener),
            None => Arc::clone(started.insert(Listener::start()?)),
        };
        Ok(Signals { listener })
    }

    /// What `work` gives, unless a signal comes first: then `work` is dropped.
    pub async fn race<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            result = work => result,
            signal = self.next() => Err(signal.as_error().into()),
        }
    }

    /// Can be dropped and called again without losing a signal.
    pub async fn next(&mut self) -> Signal {
        match self.listener.queue.lock().await.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }

    /// Gives [`Signal::TimedOut`] then.
    pub fn end_at(&self, deadline: Instant) {
        self.listener.deadline.send_replace(Some(deadline));
    }
}

/// From here on a file that reaches the limit of `ulimit -f` is a write that fails, as on a full disk, and not the end of
/// the program. Programs that are started are ended by it as ever. Call it inside of a runtime.
pub fn outlive_the_limit_of_files() -> Result<()> {
    let limit = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    signal(limit).map(drop).map_err(|error| Error::failed("cannot listen for signals").because(error).into())
}

impl Listener {
    fn start() -> Result<Arc<Self>> {
        let failed = |error| Error::failed("cannot listen for signals").because(error);
        let (sender, queue) = mpsc::channel(QUEUE);
        let (deadline, changes) = watch::channel(None);
        let listener = Arc::new(Listener { queue: AsyncMutex::new(queue), deadline });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let streams = {
            let _inside = runtime.enter();
            Streams::open().map_err(failed)?
        };
        let shared = Arc::clone(&listener);
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(shared.forward(streams, sender, changes)))
            .map_err(failed)?;
        Ok(listener)
    }

    async fn forward(
        &self,
        mut streams: Streams,
        queue: mpsc::Sender<Signal>,
        mut deadline: watch::Receiver<Option<Instant>>,
    ) {
        let untaken = || queue.capacity() < queue.max_capacity();
        let mut first = None;
        // What may lie untaken, and until when.
        let mut lying: Option<(Signal, Instant)> = None;
        let mut hung_up = None;
        loop {
            let limit = *deadline.borrow_and_update();
            let signal = tokio::select! {
                signal = streams.next() => signal,
                () = until(limit.map(|limit| limit + GRACE)) => {
                    self.deadline.send_replace(None);
                    Signal::TimedOut
                }
                () = until(lying.map(|(_, until)| until)) => match lying.take() {
                    Some((signal, _)) if untaken() => leave(signal),
                    _ => continue,
                },
                _ = deadline.changed() => continue,
            };
            if signal == Signal::Interrupt && LENT.load(Ordering::Relaxed) > 0 {
                continue;
            }
            if signal == Signal::HangUp && is_echo(&mut hung_up, Instant::now()) {
                continue;
            }
            let until = Instant::now() + if first.is_some() { SHORT_PATIENCE } else { PATIENCE };
            // A limit that is reached while the program ends already is not the reason.
            let reason = if signal == Signal::TimedOut { first.unwrap_or(signal) } else { signal };
            lying = match lying {
                Some((earlier, earlier_until)) if untaken() => Some((earlier, until.min(earlier_until))),
                _ => Some((reason, until)),
            };
            first = first.or(Some(signal));
            // So many lie there that one more tells nothing.
            let _ = queue.try_send(signal);
        }
    }
}

/// Of a terminal that is closed both the kernel and the shell tell: that is no second wish to leave.
fn is_echo(hung_up: &mut Option<Instant>, now: Instant) -> bool {
    let last = hung_up.replace(now);
    last.is_some_and(|last| now.saturating_duration_since(last) < PATIENCE)
}

/// Leaves at once, whatever the program is at. Nothing is said: stderr may be what it is stuck at.
#[expect(clippy::exit, reason = "the thread that would return from main is the one that is stuck")]
fn leave(signal: Signal) -> ! {
    terminal::restore();
    std::process::exit(signal.kind().exit_code().into())
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

struct Streams {
    interrupt: Stream,
    terminate: Stream,
    /// `None` where it is ignored.
    hang_up: Option<Stream>,
}

impl Streams {
    fn open() -> std::io::Result<Self> {
        let ignored = is_ignored(SignalKind::hangup());
        Ok(Streams {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ignored { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    async fn next(&mut self) -> Signal {
        let Streams { interrupt, terminate, hang_up } = self;
        let hung_up = async {
            match hang_up {
                Some(stream) => stream.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
            _ = hung_up => Signal::HangUp,
        }
    }
}

/// Was the signal ignored when the program started, as `nohup` has it? Linux tells; elsewhere nothing does without
/// unsafe code, and it counts as not ignored.
fn is_ignored(kind: SignalKind) -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignored_in(&status, kind.as_raw_value()))
}

fn ignored_in(status: &str, number: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(number - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|mask| mask & 1 == 1)
}

/// Each time the program goes on after it was stopped.
pub fn continues() -> Result<Stream> {
    stream(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))
}

/// Changes of the terminal's size.
pub fn resizes() -> Result<Stream> {
    stream(SignalKind::window_change())
}

fn stream(kind: SignalKind) -> Result<Stream> {
    Ok(signal(kind).map_err(|error| Error::failed("cannot listen for signals").because(error))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_closes_hangs_up_once_however_many_tell() {
        let mut hung_up = None;
        let start = Instant::now();
        for (name, after, echo) in [
            ("the first", 0, false),
            ("the shell's", 3, true),
            ("the kernel's", 500, true),
            ("another", 10_000, false),
        ] {
            assert_eq!(is_echo(&mut hung_up, start + Duration::from_millis(after)), echo, "{name}");
        }
    }

    #[test]
    fn the_kernel_tells_which_signals_are_ignored() {
        for (name, status, number, expected) in [
            ("nohup", "Name:\topsctl\nSigIgn:\t0000000000000001\n", 1, true),
            ("nothing", "SigIgn:\t0000000000000000\n", 1, false),
            ("another", "SigIgn:\t0000000000001002\n", 1, false),
            ("that one", "SigIgn:\t0000000000001002\n", 2, true),
            ("no such line", "Name:\topsctl\n", 1, false),
            ("no number", "SigIgn:\tx\n", 1, false),
        ] {
            assert_eq!(ignored_in(status, number), expected, "{name}");
        }
    }
}
