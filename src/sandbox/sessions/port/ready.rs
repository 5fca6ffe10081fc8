//! Which of many connections can go on: each has a waker of its own, so that one that wakes costs the others nothing.
//! Knows ids only; what to do about one is its owner's business.

use futures_util::task::AtomicWaker;
use opsctl_engine::session::StreamId;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

#[derive(Default)]
pub struct ReadyList(Arc<Shared>);

#[derive(Default)]
struct Shared {
    ids: Mutex<VecDeque<StreamId>>,
    /// Of the task that works through the list.
    task: AtomicWaker,
}

/// Of one connection.
pub struct Alarm(Arc<Entry>);

struct Entry {
    id: StreamId,
    is_listed: AtomicBool,
    list: Arc<Shared>,
}

impl ReadyList {
    pub fn alarm(&self, id: StreamId) -> Alarm {
        Alarm(Arc::new(Entry { id, is_listed: AtomicBool::new(false), list: Arc::clone(&self.0) }))
    }

    /// The task that is woken from now on.
    pub fn register(&self, task: &Waker) {
        self.0.task.register(task);
    }

    pub fn len(&self) -> usize {
        self.0.ids().len()
    }

    pub fn next(&self) -> Option<StreamId> {
        self.0.ids().pop_front()
    }
}

impl Shared {
    fn ids(&self) -> MutexGuard<'_, VecDeque<StreamId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Alarm {
    /// Puts the connection on the list, once.
    pub fn ring(&self) {
        self.0.wake_by_ref();
    }

    /// It was taken off the list; what rings from now on puts it there again.
    pub fn waker(&self) -> Waker {
        self.0.is_listed.store(false, Ordering::SeqCst);
        Waker::from(Arc::clone(&self.0))
    }
}

impl Wake for Entry {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_listed.swap(true, Ordering::SeqCst) {
            self.list.ids().push_back(self.id);
            self.list.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsctl_engine::session::Mux;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn each_is_listed_once_until_it_is_looked_at() {
        let list = ReadyList::default();
        let woken = Arc::new(Count(AtomicUsize::new(0)));
        list.register(&Waker::from(Arc::clone(&woken)));
        let mut mux = Mux::client(false, Duration::ZERO);
        let ids = [mux.open().unwrap(), mux.open().unwrap()];
        let alarms = ids.map(|id| list.alarm(id));
        alarms[1].ring();
        alarms[0].ring();
        alarms[1].ring();
        assert_eq!(
            (list.len(), list.next(), list.next(), list.next()),
            (2, Some(ids[1]), Some(ids[0]), None)
        );
        assert_eq!(woken.0.load(Ordering::SeqCst), 1, "until it looks again");

        alarms[1].ring();
        assert_eq!(list.len(), 0, "nobody has looked at it since");
        let waker = alarms[1].waker();
        list.register(&Waker::from(Arc::clone(&woken)));
        waker.wake_by_ref();
        waker.wake();
        assert_eq!((list.next(), list.len()), (Some(ids[1]), 0));
        assert_eq!(woken.0.load(Ordering::SeqCst), 2);
    }
}
