//! What a bug looks like: the terminal whole again, one line that asks for a report, exit code 70. It must not
//! panic itself.

use crate::error::{Error, Kind, Report};
use crate::output::{Place, Reporter};
use crate::terminal;

/// Reports every panic from here on.
pub fn report_to(reporter: Reporter) {
    std::panic::set_hook(Box::new(move |panic| {
        terminal::restore();
        let place =
            panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let error = Error::new(Kind::Bug, format!("a bug in opsctl {} ({place})", env!("CARGO_PKG_VERSION")))
            .because(panic.payload_as_str().unwrap_or("no message").to_owned())
            .hint("please report it with the command you typed");
        reporter.error(&Report::new(&error.into()), &Place::default());
    }));
}
