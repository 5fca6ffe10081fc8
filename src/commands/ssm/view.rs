//! How Systems Manager is shown: columns and details. Pure functions; no calls.

use super::model::{Node, Ping};
use crate::output::{Cell, Column, Tone};
use crate::terminal::Choice;

/// The columns of `ssm list`.
pub const NODES: &[Column<Node>] = &[
    Column::new("id", "ID", |node: &Node| node.instance_id.as_str().into()),
    Column::new("name", "NAME", |node: &Node| node.name.as_deref().into()).cut(),
    Column::new("ping", "PING", |node: &Node| {
        Cell::state(node.ping_status.as_str(), tone(&node.ping_status))
    }),
    Column::new("platform", "PLATFORM", |node: &Node| platform(node).into()).cut(),
    Column::new("agent", "AGENT", |node: &Node| node.agent_version.as_deref().into()).cut(),
    Column::new("ip", "IP", |node: &Node| node.ip_address.as_deref().into()),
    Column::new("age", "AGE", |node: &Node| node.start_time.into()),
    Column::new("host", "HOST", |node: &Node| node.computer_name.as_deref().into()).hidden().cut(),
    Column::new("type", "TYPE", |node: &Node| node.instance_type.as_deref().into()).hidden(),
    Column::new("state", "STATE", |node: &Node| node.instance_state.as_deref().into()).hidden(),
    Column::new("zone", "ZONE", |node: &Node| node.availability_zone.as_deref().into()).hidden(),
    Column::new("role", "ROLE", |node: &Node| node.iam_role.as_deref().into()).hidden().cut(),
    Column::new("last-ping", "LAST PING", |node: &Node| node.last_ping_time.into()).hidden(),
];

fn tone(ping: &Ping) -> Tone {
    match ping {
        Ping::Online => Tone::Good,
        Ping::ConnectionLost => Tone::Bad,
        Ping::Inactive => Tone::Muted,
        Ping::Unknown(_) => Tone::Plain,
    }
}

fn platform(node: &Node) -> Option<String> {
    match (&node.platform_name, &node.platform_version) {
        (Some(name), Some(version)) => Some(format!("{name} {version}")),
        (Some(name), None) => Some(name.clone()),
        (None, _) => node.platform_type.clone(),
    }
}

/// What is said of a node in completion, besides the name it is offered by.
pub fn summary(node: &Node, otherwise: &str) -> String {
    let parts =
        [node.ping_status.as_str().to_owned(), otherwise.to_owned()].into_iter().chain(platform(node));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// One line of the picker.
pub fn choice(node: &Node) -> Choice {
    let join = |parts: Vec<Option<String>>| parts.into_iter().flatten().collect::<Vec<_>>().join("  ");
    Choice {
        line: join(vec![node.name.clone(), Some(node.instance_id.clone()), node.ip_address.clone()]),
        preview: join(vec![
            platform(node),
            node.agent_version.as_ref().map(|version| format!("agent {version}")),
            node.instance_type.clone(),
            node.availability_zone.clone(),
            node.computer_name.clone(),
        ]),
    }
}
