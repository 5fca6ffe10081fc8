//! stand-in
use crate::context::Context;
use crate::error::{Outcome, Result};
#[derive(Debug, clap::Args)]
pub struct ConnectArgs {}
pub async fn run(_c: &ConnectArgs, _ctx: &Context) -> Result<Outcome> {
    Ok(Outcome::Done)
}
