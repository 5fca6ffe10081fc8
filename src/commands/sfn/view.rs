//! How machines and executions are shown: columns of lists and of one of them. Pure functions; no calls.

use super::model::MachineSummary;
use crate::output::Column;

/// The columns of `sfn list`.
pub const MACHINES: &[Column<MachineSummary>] = &[
    Column::new("name", "NAME", |machine: &MachineSummary| machine.name.as_str().into()),
    Column::new("type", "TYPE", |machine: &MachineSummary| machine.machine_type.as_str().into()),
    Column::new("created", "CREATED", |machine: &MachineSummary| machine.created.into()),
    Column::new("arn", "ARN", |machine: &MachineSummary| machine.state_machine_arn.as_str().into()).hidden(),
];
