//! Moves one execution from where it stands to its end, by the wall's clock. Whatever comes to it is written down before
//! it is taken.

use super::errands::Errands;
use super::journal::Journal;
use super::replay::{Open, is_last};
use super::run::{Come, Run};
use super::{Executions, Known};
use crate::sandbox::account::Account;
use jiff::Timestamp;
use opsctl_engine::asl::execution::{Entry, What};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The clock is looked at so often at least, though nothing happens: it may have been set.
const LOOK: Duration = Duration::from_secs(60);

pub async fn drive(
    account: Arc<Account>,
    known: Arc<Known>,
    run: Arc<Run>,
    journal: Option<Journal>,
    mut errands: Errands,
) {
    let executions = &account.states.executions;
    let mut writer = Writer { journal };
    let mut map_runs = 0;
    loop {
        let settled = run.settle_down();
        if settled.map_runs > map_runs {
            map_runs = settled.map_runs;
            executions.note_map_runs(&known, &run);
        }
        for demand in settled.demands {
            errands.begin(Open { demand, before: Vec::new(), is_left: false });
        }
        if settled.has_ended {
            break;
        }
        let Come { what, taken } = match settled.next {
            Some(next) if next <= Timestamp::now() => {
                // What has come by now was in time.
                let waits = tokio::time::timeout(Duration::ZERO, run.next());
                waits.await.unwrap_or(Come { what: What::Time, taken: None })
            }
            Some(next) => {
                let left = Timestamp::now().duration_until(next);
                let left = Duration::try_from(left).unwrap_or_default().min(LOOK);
                match tokio::time::timeout(left, run.next()).await {
                    Ok(come) => come,
                    Err(_) => continue,
                }
            }
            None => run.next().await,
        };
        if let What::Answer(number, answer) = &what
            && is_last(answer)
        {
            errands.end(*number);
        }
        let entry = Entry { at: Timestamp::now().max(run.now()), what };
        writer.write(|journal| journal.entry(&entry));
        run.receive(entry);
        drop(taken);
    }
    errands.cancel_all();
    run.close();
    finish(&account, &known, &run, writer);
}

fn finish(account: &Account, known: &Known, run: &Run, mut writer: Writer) {
    let Some(ended) = run.ended() else { return };
    let data = run.data();
    let map_runs = run.look(|_, reports| reports.iter().map(Executions::map_run_id).collect());
    writer.write(|journal| journal.end(ended, map_runs, data.output.as_ref(), &data.failure));
    // What is on disk need not be in memory.
    if writer.journal.is_some() {
        known.forget_run();
    }
    let took = ended.at.duration_since(known.standing().redriven.unwrap_or(known.head.started));
    let took = Duration::try_from(took).unwrap_or_default();
    account.monitoring.own.execution_ended(&known.head.machine_arn, ended.status, took);
    account.states.executions.ended(known, ended);
}

/// Writes as long as that works: an execution whose journal has a hole is kept in memory alone.
struct Writer {
    journal: Option<Journal>,
}

impl Writer {
    fn write(&mut self, write: impl FnOnce(&Journal) -> io::Result<()>) {
        let Some(journal) = &self.journal else { return };
        if let Err(error) = write(journal) {
            tracing::warn!(%error, "an execution cannot be kept");
            self.journal = None;
        }
    }
}
