//! Connections whose program has finished sending. Most such programs are gone, which TCP does not tell from one that
//! waits for its answer, so that all of them are kept for a while, but never many: of too many the one that has been
//! silent longest is given up. It must not know what carries them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::inbox::Inbox;

/// Far more than wait for an answer at a time, and far fewer than files that a process may have open.
const MOST: usize = 128;

pub struct HalfClosed {
    /// How long the far side may be silent.
    limit: Duration,
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    inbox: Arc<Inbox>,
    given_up: Arc<Notify>,
}

impl HalfClosed {
    pub fn new(limit: Duration) -> Arc<Self> {
        Arc::new(HalfClosed { limit, waiting: Mutex::default() })
    }

    /// Until nothing is to be expected for this connection any more.
    pub async fn wait(&self, inbox: &Arc<Inbox>) {
        let given_up = self.enter(inbox);
        let _leaves = Leaves { all: self, given_up: &given_up };
        tokio::select! {
            () = inbox.quiet(self.limit) => {}
            () = given_up.notified() => {}
        }
    }

    fn enter(&self, inbox: &Arc<Inbox>) -> Arc<Notify> {
        let given_up = Arc::new(Notify::new());
        let mut waiting = self.waiting();
        waiting.push(Waiting { inbox: Arc::clone(inbox), given_up: Arc::clone(&given_up) });
        if waiting.len() > MOST
            && let Some((at, _)) = waiting.iter().enumerate().min_by_key(|(_, one)| one.inbox.moved())
        {
            waiting.swap_remove(at).given_up.notify_one();
        }
        given_up
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// However the wait ends, it is not remembered.
struct Leaves<'a> {
    all: &'a HalfClosed,
    given_up: &'a Arc<Notify>,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.all.waiting().retain(|one| !Arc::ptr_eq(&one.given_up, self.given_up));
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::time::{Instant, sleep, timeout};

    use super::super::spool::{Budget, Limits};
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(3600);

    fn inbox(settled: &Arc<AtomicBool>) -> Arc<Inbox> {
        let budget = Budget::new(Limits { memory: 1 << 20, files: 0, folder: PathBuf::new() });
        Inbox::new(budget, Arc::new(Notify::new()), Arc::clone(settled))
    }

    #[tokio::test]
    async fn the_wait_begins_anew_with_whatever_comes() {
        let (all, inbox) = (HalfClosed::new(SHORT), inbox(&Arc::new(AtomicBool::new(true))));
        let start = Instant::now();
        let answering = async {
            for _ in 0..8 {
                inbox.deliver(b"answer").unwrap();
                let piece = inbox.next().await.unwrap().unwrap();
                inbox.written(piece.len());
                sleep(SHORT / 4).await;
            }
            std::future::pending().await
        };
        tokio::select! {
            () = all.wait(&inbox) => {}
            () = answering => {}
        }
        assert!(inbox.moved().elapsed() >= SHORT && start.elapsed() >= SHORT, "{:?}", start.elapsed());
        assert!(all.waiting().is_empty());
    }

    #[tokio::test]
    async fn what_is_not_written_yet_or_has_not_arrived_is_waited_for() {
        let settled = Arc::new(AtomicBool::new(false));
        let (all, inbox) = (HalfClosed::new(SHORT), inbox(&settled));
        let start = Instant::now();
        all.wait(&inbox).await;
        assert!(start.elapsed() >= 12 * SHORT, "even that has a limit: {:?}", start.elapsed());

        inbox.deliver(b"slowly taken").unwrap();
        settled.store(true, Ordering::Relaxed);
        assert!(timeout(20 * SHORT, all.wait(&inbox)).await.is_err(), "it was given up with data for it");
    }

    #[tokio::test]
    async fn of_too_many_the_one_that_is_silent_longest_is_given_up() {
        let settled = Arc::new(AtomicBool::new(true));
        let all = HalfClosed::new(LONG);
        let inboxes: Vec<_> = (0..=MOST).map(|_| inbox(&settled)).collect();
        // The first one is the one that has heard something last.
        inboxes[0].deliver(b"answer").unwrap();
        let waits = inboxes.iter().map(|inbox| {
            let (all, inbox) = (Arc::clone(&all), Arc::clone(inbox));
            tokio::spawn(async move { all.wait(&inbox).await })
        });
        let mut tasks: Vec<_> = waits.collect();
        tasks.remove(1).await.unwrap();
        assert!(tasks.iter().all(|task| !task.is_finished()));
        assert_eq!(all.waiting().len(), MOST);
    }
}
