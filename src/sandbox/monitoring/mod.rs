//! CloudWatch: what was published, the alarms on it with their history, and the clock by which they are evaluated. The
//! service in front of it reads requests; what an alarm makes of its metric is the engine's business.

mod actions;
pub mod alarms;
mod clock;
pub mod evaluator;
pub mod history;
mod lines;
pub mod metrics;
pub mod mutes;
mod own;
pub mod record;
pub mod transition;

pub use clock::Clock;
pub use own::Own;
pub use transition::Found;

use super::identity::Identity;
use alarms::Alarms;
use evaluator::Evaluator;
use history::History;
use metrics::Metrics;
use mutes::Mutes;
use std::path::Path;
use std::sync::Arc;

pub struct Monitoring {
    pub clock: Arc<Clock>,
    /// Given to the sandbox's own services.
    pub own: Own,
    pub metrics: Metrics,
    pub alarms: Alarms,
    pub history: History,
    pub mutes: Mutes,
    pub evaluator: Evaluator,
}

impl Monitoring {
    /// With what an earlier sandbox left in the folder.
    pub fn open(folder: &Path, identity: &Identity) -> Self {
        let folder = folder.join("monitoring");
        let clock = Arc::new(Clock::open(&folder));
        let (own, waiting) = Own::new(Arc::clone(&clock));
        Monitoring {
            metrics: Metrics::open(&folder, clock.now(), waiting),
            own,
            alarms: Alarms::open(&folder, identity),
            history: History::open(&folder),
            mutes: Mutes::open(&folder, identity),
            evaluator: Evaluator::default(),
            clock,
        }
    }
}
