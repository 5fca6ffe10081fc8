//! Waiting for something to become true, with a limit.

use std::time::{Duration, Instant};

/// Until `done` gives something.
#[track_caller]
pub fn until<T>(mut done: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(value) = done() {
            return value;
        }
        assert!(Instant::now() < end, "it never came to that");
        std::thread::yield_now();
    }
}
