//! An execution that goes on after its end: what was written down of it is run through once more, and then it is as if it
//! had never stopped.

use super::errands::Errands;
use super::run::Run;
use super::{Executions, Known, driver, replay};
use crate::sandbox::account::Account;
use jiff::Timestamp;
use opsctl_engine::asl::execution::{Entry, NotRedrivable, What};
use std::sync::{Arc, PoisonError};

/// Why an execution does not go on.
#[derive(Debug)]
pub enum NotRedriven {
    Not(NotRedrivable),
    /// What is on disk of it cannot be read, or no more be written.
    Unreadable,
}

impl Executions {
    /// Goes on with an execution that ended without success, and says since when. The same token is the same redrive.
    pub fn redrive(
        &self,
        account: &Arc<Account>,
        known: &Arc<Known>,
        token: Option<String>,
    ) -> Result<Timestamp, NotRedriven> {
        let _one = self.redriving.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = known.standing();
        if let Some(at) = standing.redriven
            && token.is_some()
            && *known.token() == token
        {
            return Ok(at);
        }
        known.check_redrive(Timestamp::now()).map_err(NotRedriven::Not)?;
        let (run, journal) = match known.run() {
            Some(run) => (run, None),
            None => {
                let journal = self.journal(&known.head);
                let story = self.story(known).ok_or(NotRedriven::Unreadable)?;
                let revision = account.states.machines.revision(&story.head.revision);
                let replayed = revision.and_then(|revision| replay::replay(&story, &revision, None));
                let replayed = replayed.ok_or(NotRedriven::Unreadable)?;
                (Arc::new(Run::new(story.input, replayed.execution)), Some(journal))
            }
        };
        let at = Timestamp::now().max(run.now());
        if let Some(journal) = &journal
            && let Err(error) = journal.redrive(at, token.as_deref())
        {
            tracing::warn!(%error, "an execution cannot be kept");
            return Err(NotRedriven::Unreadable);
        }
        run.receive(Entry { at, what: What::Redrive });
        *known.token() = token;
        known.put_run(Arc::clone(&run));
        known.standing.send_replace(standing.redriven_at(at));
        let errands = Errands::new(account, &run);
        self.drive(driver::drive(Arc::clone(account), Arc::clone(known), run, journal, errands));
        Ok(at)
    }
}
