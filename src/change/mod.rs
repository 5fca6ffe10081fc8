//! Changing things, the same for every verb: the plan is shown and agreed to, sent step by step, waited for. A verb
//! says what its plan is and how one step is sent and looked at; it asks, counts and polls nothing itself.

mod again;
mod apply;
mod consent;
mod guard;
mod pace;
mod plan;
mod token;
mod wait;

pub use again::{again, placed};
pub use apply::{Applied, apply, apply_in_batches};
pub use consent::Consent;
pub use guard::{Changes, allowed};
pub use pace::Pace;
pub use plan::{Plan, Step, Weight, Words};
pub use token::Token;
pub use wait::{Wait, until, until_at};

use crate::context::Context;

/// Whether a change is answered on stdout too. What is done is told on stderr; a document is for who asks for one, so
/// that a job of cron which changes something is silent with `--quiet`.
pub fn is_answered(ctx: &Context) -> bool {
    ctx.global().output.is_some() || ctx.global().query.is_some()
}
