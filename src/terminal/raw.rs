//! Raw mode of the terminal on stdin, and its way back on every way out, a panic included.

use std::sync::Mutex;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// The settings from before raw mode. Process-wide, like the terminal itself.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// The terminal is raw as long as this lives.
#[derive(Debug)]
pub struct RawMode(());

impl RawMode {
    pub fn enter() -> std::io::Result<Self> {
        make_raw()?;
        Ok(RawMode(()))
    }

    /// Raw again, after the program was stopped or [`restore`] was called.
    pub fn again(&self) -> std::io::Result<()> {
        make_raw()
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        restore();
    }
}

fn make_raw() -> std::io::Result<()> {
    let stdin = std::io::stdin();
    let settings = tcgetattr(&stdin)?;
    if let Ok(mut before) = BEFORE.lock() {
        before.get_or_insert_with(|| settings.clone());
    }
    let mut raw = settings;
    raw.make_raw();
    tcsetattr(&stdin, OptionalActions::Now, &raw)?;
    Ok(())
}

/// Puts the terminal back as it was before raw mode; does nothing when it was never raw. Called by the
/// panic hook as well, so it must not panic itself.
pub fn restore() {
    let before = match BEFORE.lock() {
        Ok(mut before) => before.take(),
        Err(poisoned) => poisoned.into_inner().take(),
    };
    if let Some(settings) = before {
        // The terminal may be gone: there is nobody left to tell.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &settings);
    }
}
