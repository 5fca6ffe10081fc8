//! What a local execution is given: who it is, when it starts, where its functions find themselves.

use opsctl_engine::asl::execution::{Identity, MAX_EVENTS, Options};
use opsctl_engine::random::Random;

use super::super::machine_type::Type;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::functions::Place;
use crate::random;

/// No account has it.
pub const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// Of the region that is asked for, like what runs on AWS.
pub fn region(ctx: &Context) -> &str {
    ctx.global().region.as_deref().or_else(|| ctx.env().text("AWS_REGION")).unwrap_or(REGION)
}

pub fn place(ctx: &Context) -> Place {
    Place {
        path: ctx.env().get("PATH").map_or_else(|| "/usr/bin:/bin".into(), Into::into),
        user: ctx.env().text("USER").unwrap_or_default().to_owned(),
        region: region(ctx).to_owned(),
    }
}

/// Of a number, or of the system's randomness.
pub fn seed(number: Option<u64>) -> Result<[u8; 32]> {
    let Some(number) = number else {
        return Ok(
            random::bytes().map_err(|error| Error::failed("cannot run without a seed").because(error))?
        );
    };
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    Ok(seed)
}

/// What is drawn from this is not drawn again from the seed, nor from that of another number.
pub fn apart(mut seed: [u8; 32], number: u8) -> [u8; 32] {
    if let Some(last) = seed.last_mut() {
        *last ^= number;
    }
    seed
}

/// An execution of the machine called `name`.
pub fn execution(name: &str, region: &str, kind: Type, seed: [u8; 32], now: jiff::Timestamp) -> Options {
    let mut names = Random::new(apart(seed, 1));
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    Options {
        now,
        seed,
        identity: Identity::new(region, ACCOUNT, name, &names.uuid().to_string(), &role),
        express: kind == Type::Express,
        max_events: MAX_EVENTS,
        keep_history: false,
        keep_children: false,
        tell_of: None,
    }
}
