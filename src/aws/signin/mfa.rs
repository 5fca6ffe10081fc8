//! The code of a device, asked of whoever sits at the terminal. Once it was asked in vain it is not asked again: the
//! clients that wait for the same credentials would ask one after the other.

use std::fmt;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::output::Reporter;
use crate::terminal::{Prompter, Terminals};

/// How often a code may be wrong.
const TRIES: usize = 3;

/// Who asks, and where.
pub struct Asker {
    reporter: Reporter,
    terminals: Terminals,
    no_input: bool,
    in_vain: OnceLock<Error>,
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asker")
    }
}

impl Asker {
    pub fn new(reporter: &Reporter, terminals: Terminals, no_input: bool) -> Self {
        Asker { reporter: reporter.clone(), terminals, no_input, in_vain: OnceLock::new() }
    }

    pub fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// The device of a profile; refuses where nobody can be asked for its codes.
    pub fn device<'a>(&'a self, profile: &'a str, serial: &'a str) -> Result<Device<'a>, Error> {
        if let Some(error) = self.in_vain.get() {
            return Err(error.retold());
        }
        let device = |prompter| Device { asker: self, prompter, profile, serial, tries: 0 };
        let prompter = Prompter::new(&self.reporter, self.terminals, self.no_input, "no code is given", "");
        prompter.map(device).map_err(|_| {
            let why =
                if self.no_input { "--no-input forbids to ask" } else { "there is no terminal to ask on" };
            let message = format!("the profile {profile} needs an MFA code of {serial}, and {why}");
            self.in_vain(Error::new(Kind::Credentials, message).hint(format!(
                "opsctl whoami --profile {profile} on a terminal asks for it once, for every command after it"
            )))
        })
    }

    fn in_vain(&self, error: Error) -> Error {
        let _ = self.in_vain.set(error.retold());
        error
    }
}

/// What shows codes, in the hand of somebody.
pub struct Device<'a> {
    asker: &'a Asker,
    prompter: Prompter,
    profile: &'a str,
    serial: &'a str,
    tries: usize,
}

impl Device<'_> {
    /// A code of six digits; fails when there were too many that are none, or wrong.
    pub async fn code(&mut self) -> Result<Zeroizing<String>, Error> {
        while self.tries < TRIES {
            self.tries += 1;
            let question = format!("MFA code of {} for the profile {}:", self.serial, self.profile);
            let answer =
                self.prompter.secret(&question).await.map_err(|error| self.asker.in_vain(own(error)))?;
            let Some(answer) = answer else {
                let message = format!("no MFA code is given for the profile {}", self.profile);
                return Err(self.asker.in_vain(Error::new(Kind::Credentials, message)));
            };
            let code = Zeroizing::new(answer.trim().to_owned());
            if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
                return Ok(code);
            }
            self.say("a code is 6 digits");
        }
        let message = format!("{TRIES} MFA codes were wrong for the profile {}", self.profile);
        Err(self.asker.in_vain(
            Error::new(Kind::Credentials, message)
                .hint(format!("mfa_serial of the profile says which device shows them: {}", self.serial)),
        ))
    }

    pub fn code_was_refused(&self) {
        self.say("the code was refused; one that was used is none any more");
    }

    /// Nothing before the failure, which says it.
    fn say(&self, why: &str) {
        if self.tries < TRIES {
            self.prompter.tell(why);
        }
    }
}

fn own(error: anyhow::Error) -> Error {
    error.downcast().unwrap_or_else(|error| Error::failed(error.to_string()))
}
