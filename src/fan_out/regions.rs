//! Which regions are meant: those of `--regions`, or that of each profile.

use crate::aws;
use crate::context::Context;
use crate::error::Result;
use crate::settings::{Origin, Setting};

/// Of the partition of most accounts, and open to all of them.
const FIRST: &str = "us-east-1";

pub enum Regions {
    /// The one that a profile is in.
    Own,
    Named(Vec<Setting<String>>),
    /// Those of the partition.
    All(Origin),
}

impl Regions {
    /// Refuses what cannot be a region; what is none that is known may be new, and is warned of.
    pub fn of(ctx: &Context) -> Result<Self> {
        let asked = ctx.origins().setting("regions", ctx.global().regions.clone());
        let Some(Setting { value, origin }) = asked else { return Ok(Regions::Own) };
        let mut named: Vec<Setting<String>> = Vec::new();
        for region in value {
            if region == aws::ALL_REGIONS {
                return Ok(Regions::All(origin));
            }
            let region = aws::checked_region(Setting::new(region, origin.clone()))?;
            if !named.contains(&region) {
                named.push(region);
            }
        }
        for doubt in named.iter().filter_map(|region| aws::doubt_of_region(&region.value)) {
            ctx.reporter().warn(doubt);
        }
        Ok(Regions::Named(named))
    }

    /// The one to sign in at where the profile names none: rather one that answers everybody.
    pub fn first(&self) -> Option<Setting<String>> {
        match self {
            Regions::Own => None,
            Regions::All(origin) => Some(Setting::new(FIRST.to_owned(), origin.clone())),
            Regions::Named(named) => {
                let open = named.iter().find(|region| aws::is_open_to_all(&region.value));
                open.or(named.first()).cloned()
            }
        }
    }

    /// Those of a profile that has signed in at `own`.
    pub fn from(&self, own: &Setting<String>) -> Vec<Setting<String>> {
        match self {
            Regions::Own => vec![own.clone()],
            Regions::Named(named) => named.clone(),
            Regions::All(origin) => aws::of_partition(&own.value)
                .map(|region| Setting::new(region.to_owned(), origin.clone()))
                .collect(),
        }
    }

    /// Whether a region was not named, and need not be enabled.
    pub fn are_all(&self) -> bool {
        matches!(self, Regions::All(_))
    }
}
