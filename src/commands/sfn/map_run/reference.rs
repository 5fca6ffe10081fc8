//! How a map run is named on a command line: by its ARN, or by the execution that has no other one.

use std::str::FromStr;

use opsctl_engine::asl::arn::{Named, StatesArn};

use crate::commands::sfn::api::Sfn;
use crate::commands::sfn::execution::ExecutionName;
use crate::context::Context;
use crate::error::{Error, Result};

/// A map run as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MapRunName {
    Arn(StatesArn),
    Of(ExecutionName),
}

impl FromStr for MapRunName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match StatesArn::parse(text) {
            Ok(arn) if matches!(arn.resource, Named::MapRun { .. }) => Ok(MapRunName::Arn(arn)),
            _ => text.parse().map(MapRunName::Of),
        }
    }
}

impl MapRunName {
    pub async fn find(&self, sfn: &Sfn, ctx: &Context) -> Result<StatesArn> {
        let execution = match self {
            MapRunName::Arn(arn) => {
                sfn.check_region(arn)?;
                return Ok(arn.clone());
            }
            MapRunName::Of(execution) => execution.find(None, sfn, ctx).await?,
        };
        let mut arns = Vec::new();
        sfn.map_runs(&execution, &mut |page| {
            arns.extend(page.into_iter().map(|map_run| map_run.map_run_arn));
            Ok(true)
        })
        .await?;
        match arns.as_slice() {
            [only] => StatesArn::parse(only).map_err(|error| {
                Error::failed(format!("the ARN of the map run {only} cannot be read")).because(error).into()
            }),
            [] => Err(Error::not_found(format!("{execution} has no map run")).into()),
            several => Err(Error::usage(format!("{execution} has {} map runs", several.len()))
                .because("which one is meant is said by its ARN")
                .hint(format!("opsctl sfn map-run list {execution}"))
                .into()),
        }
    }
}
