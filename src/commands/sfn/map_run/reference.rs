//! How a map run is named on a command line: by its ARN alone.

use std::str::FromStr;

use opsctl_engine::asl::arn::{Named, StatesArn};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRunArn(pub StatesArn);

impl FromStr for MapRunArn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match StatesArn::parse(text) {
            Ok(arn) if matches!(arn.resource, Named::MapRun { .. }) => Ok(MapRunArn(arn)),
            _ => Err("a map run is named by its ARN, as opsctl sfn map-run list shows it".to_owned()),
        }
    }
}
