//! What a bug looks like: the terminal whole again, one line that asks for a report, a crash log, exit code 70. It
//! must not panic itself.

use std::backtrace::Backtrace;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Report};
use crate::files;
use crate::logging::redact;
use crate::output::{Place, Reporter};
use crate::terminal;

/// The crash of the last bug; the one before is overwritten, so that a bug met by cron every minute fills no disk.
const CRASH_LOG: &str = "crash.log";

/// Reports every panic from here on. `words` name the command: what was typed besides them may be secret. The crash
/// log goes into `state` if there is such a folder.
pub fn report_to(reporter: Reporter, words: String, state: Option<PathBuf>) {
    std::panic::set_hook(Box::new(move |panic| {
        terminal::restore();
        let crash = Crash::new(panic, &words);
        let hint = match state.as_deref().and_then(|state| crash.log(state)) {
            Some(log) => format!("please report it with the command you typed and {}", log.display()),
            None => "please report it with the command you typed".to_owned(),
        };
        let message = format!("a bug in opsctl {} ({})", env!("CARGO_PKG_VERSION"), crash.place);
        let error = Error::new(Kind::Bug, message).because(crash.message).hint(hint);
        reporter.error(&Report::new(&error.into()), &Place::default());
    }));
}

/// Does the work; `Err` with the exit code when a bug ended it, which has been reported.
pub fn contain<T>(work: impl FnOnce() -> T) -> Result<T, u8> {
    let ended = catch_unwind(AssertUnwindSafe(work));
    terminal::restore();
    ended.map_err(|_| Kind::Bug.exit_code())
}

struct Crash<'a> {
    words: &'a str,
    place: String,
    message: String,
}

impl<'a> Crash<'a> {
    fn new(panic: &PanicHookInfo<'_>, words: &'a str) -> Self {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        let message = redact(panic.payload_as_str().unwrap_or("no message")).into_owned();
        Crash { words, place: place.unwrap_or_default(), message }
    }

    fn log(&self, state: &Path) -> Option<PathBuf> {
        let text = format!(
            "opsctl {} ({} {})\ncommand: opsctl {}\nplace: {}\nmessage: {}\n\n{}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            self.words,
            self.place,
            self.message,
            Backtrace::force_capture(),
        );
        let log = state.join(CRASH_LOG);
        files::make_private_folder(state).and_then(|()| files::write_private(&log, text.as_bytes())).ok()?;
        Some(log)
    }
}
