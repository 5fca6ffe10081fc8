//! Which node is meant: an id, a name, a tag, an address or a host name becomes one node, or an error that
//! lists what it could have been.

use aws_sdk_ssm::Client;

use super::api;
use super::model::{Filter, Node, Tag};
use crate::error::{Error, Kind, Result};
use crate::output::nearest;

/// How many candidates an error names.
const CANDIDATES: usize = 10;

/// Is it the id of a node? Then no list call is needed to start a session.
pub fn is_node_id(text: &str) -> bool {
    let hex = |digits: &str, lengths: &[usize]| {
        lengths.contains(&digits.len())
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match text.split_once('-') {
        Some(("i", digits)) => hex(digits, &[8, 17]),
        Some(("mi", digits)) => hex(digits, &[17]),
        _ => false,
    }
}

/// A tag as KEY=VALUE or tag:KEY=VALUE.
pub fn tag(text: &str) -> Option<Tag> {
    let tag: Tag = text.parse().ok()?;
    let key = tag.key.strip_prefix("tag:").unwrap_or(&tag.key).to_owned();
    Some(Tag { key, ..tag })
}

/// Finds the one node that `text` names.
pub async fn find(client: &Client, text: &str) -> Result<Node> {
    Ok(match tag(text) {
        Some(tag) => {
            let nodes = api::all_nodes(client, &[Filter::tag(&tag)]).await?;
            only(text, nodes.iter().collect(), &[])
        }
        None => named(text, &api::all_nodes(client, &[]).await?),
    }?)
}

/// The one node of `all` that `text` names.
pub fn named(text: &str, all: &[Node]) -> Result<Node, Error> {
    only(text, all.iter().filter(|node| is_called(node, text)).collect(), all)
}

/// Whether `text` is the id, the name, an address or the host name of a node.
pub fn is_called(node: &Node, text: &str) -> bool {
    let host = node.computer_name.as_deref().unwrap_or_default();
    let short = host.split('.').next().unwrap_or_default();
    node.instance_id == text
        || node.name.as_deref() == Some(text)
        || node.ip_address.as_deref() == Some(text)
        || (!host.is_empty() && (host.eq_ignore_ascii_case(text) || short.eq_ignore_ascii_case(text)))
}

/// One node, or an error. A node that is not online cannot be meant while another with the same name is.
fn only(text: &str, named: Vec<&Node>, all: &[Node]) -> Result<Node, Error> {
    let online: Vec<&Node> = named.iter().copied().filter(|node| node.is_online()).collect();
    let candidates = if online.is_empty() { named } else { online };
    match candidates.as_slice() {
        [node] => Ok((*node).clone()),
        [] => Err(unknown(text, all)),
        several => {
            let mut labels: Vec<String> = several.iter().map(|node| node.label()).collect();
            labels.sort_unstable();
            let more = labels.len().saturating_sub(CANDIDATES);
            labels.truncate(CANDIDATES);
            if more > 0 {
                labels.push(format!("{more} more"));
            }
            Err(Error::usage(format!("{text} names {} nodes: {}", several.len(), labels.join(", ")))
                .hint("give the id of one of them"))
        }
    }
}

pub fn unknown(text: &str, all: &[Node]) -> Error {
    let error = Error::not_found(format!("no node is called {text}"));
    let names = all.iter().flat_map(|node| {
        [node.name.as_deref(), Some(node.instance_id.as_str()), node.computer_name.as_deref()]
            .into_iter()
            .flatten()
    });
    match nearest(text, names) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("opsctl ssm list --all"),
    }
}

/// AWS says "not connected" for nodes that are off, unknown or without an agent: say which.
pub async fn explain_not_connected(client: &Client, target: &str, error: Error) -> anyhow::Error {
    let Ok(nodes) = api::all_nodes(client, &[]).await else { return error.into() };
    match nodes.iter().find(|node| node.instance_id == target) {
        None => unknown(target, &nodes).because(error).into(),
        Some(node) if node.is_online() => {
            error.hint("the agent is reported online; try again in a moment").into()
        }
        Some(node) => {
            let status = node.ping_status.as_str();
            Error::new(
                Kind::Conflict,
                format!("cannot start a session on {}: the node is not connected", node.label()),
            )
            .because(error)
            .hint(format!("its ping status is {status}; opsctl ssm list shows the nodes that answer"))
            .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Ping;
    use super::*;
    use crate::error::Report;

    fn node(id: &str, name: &str, ip: &str, ping: Ping) -> Node {
        Node {
            instance_id: id.into(),
            name: Some(name.into()),
            computer_name: Some(format!("{name}.internal.example")),
            ping_status: ping,
            last_ping_time: None,
            platform_type: None,
            platform_name: None,
            platform_version: None,
            agent_version: None,
            ip_address: Some(ip.into()),
            resource_type: None,
            instance_type: None,
            instance_state: None,
            availability_zone: None,
            iam_role: None,
            start_time: None,
        }
    }

    #[test]
    fn ids_have_a_shape() {
        for good in ["i-0123456789abcdef0", "i-12345678", "mi-0123456789abcdef0"] {
            assert!(is_node_id(good), "{good}");
        }
        for bad in ["web-1", "i-xyz", "mi-12345678", "i-0123456789ABCDEF0", "i-", "i"] {
            assert!(!is_node_id(bad), "{bad}");
        }
    }

    #[test]
    fn every_name_of_a_node_finds_it() {
        let nodes =
            [node("i-1", "web-1", "10.0.0.1", Ping::Online), node("i-2", "web-2", "10.0.0.2", Ping::Online)];
        for text in ["web-1", "10.0.0.1", "web-1.internal.example", "WEB-1", "i-1"] {
            assert_eq!(named(text, &nodes).unwrap().instance_id, "i-1", "{text}");
        }
    }

    #[test]
    fn several_matches_list_the_candidates() {
        let nodes =
            [node("i-1", "web", "10.0.0.1", Ping::Online), node("i-2", "web", "10.0.0.2", Ping::Online)];
        let report = Report::new(&anyhow::Error::from(named("web", &nodes).unwrap_err()));
        assert_eq!(report.kind, Kind::Usage);
        assert_eq!(report.message, "web names 2 nodes: web (i-1), web (i-2)");
    }

    #[test]
    fn a_node_that_is_gone_does_not_make_a_name_ambiguous() {
        let nodes =
            [node("i-1", "web", "10.0.0.1", Ping::Inactive), node("i-2", "web", "10.0.0.2", Ping::Online)];
        assert_eq!(named("web", &nodes).unwrap().instance_id, "i-2");
    }

    #[test]
    fn an_unknown_name_gets_a_nearest() {
        let nodes = [node("i-1", "web-1", "10.0.0.1", Ping::Online)];
        let report = Report::new(&anyhow::Error::from(named("wbe-1", &nodes).unwrap_err()));
        assert_eq!((report.kind, report.hints), (Kind::NotFound, vec!["did you mean web-1?".to_owned()]));
    }
}
