//! What CloudWatch does with alarms and metrics: when alarms change their state, and why. Pure: times come in as
//! arguments, nothing is fetched and nothing is sent.

mod state;
mod zone;

pub use state::{StateValue, UnknownState};
pub use zone::{UnknownZone, Zone};
