//! How aliases are shown.

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::sfn::deployed::{Alias, Route, routes_told};
use crate::output::Column;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    pub name: String,
    /// Absent where they were not asked for: each takes a call.
    pub routes: Option<Vec<Route>>,
    pub description: Option<String>,
    pub created: Option<Timestamp>,
    pub state_machine_alias_arn: String,
}

const NAME: Column<Listed> = Column::new("name", "NAME", |it: &Listed| it.name.as_str().into());
const VERSIONS: Column<Listed> =
    Column::new("versions", "VERSIONS", |it: &Listed| it.routes.as_deref().map(routes_told).into());
const CREATED: Column<Listed> = Column::new("created", "CREATED", |it: &Listed| it.created.into());
const DESCRIPTION: Column<Listed> =
    Column::new("description", "DESCRIPTION", |it: &Listed| it.description.as_deref().into()).hidden();
const ARN: Column<Listed> =
    Column::new("arn", "ARN", |it: &Listed| it.state_machine_alias_arn.as_str().into()).hidden();

pub const ALIASES: &[Column<Listed>] = &[NAME, VERSIONS, CREATED, DESCRIPTION, ARN];

/// Where it was not asked which versions they lead to.
pub const UNROUTED: &[Column<Listed>] = &[NAME, VERSIONS.hidden(), CREATED, DESCRIPTION, ARN];

pub const ALIAS: &[Column<Alias>] = &[
    Column::new("name", "Alias", |it: &Alias| it.name.as_str().into()),
    Column::new("versions", "Versions", |it: &Alias| routes_told(&it.routes).into()),
    Column::new("description", "Description", |it: &Alias| it.description.as_deref().into()),
    Column::new("created", "Created", |it: &Alias| it.created.into()),
    Column::new("updated", "Updated", |it: &Alias| it.updated.into()),
    Column::new("arn", "ARN", |it: &Alias| it.state_machine_alias_arn.as_str().into()),
];
