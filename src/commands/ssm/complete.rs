//! Live candidates of the group: one page of a list, as its model has it, and what is offered of it.

use std::collections::HashMap;

use super::model::{Document, Node};
use super::{api, view};
use crate::completion::{self, ArgValueCompleter, Candidate};

/// Nodes by name and by id.
pub fn nodes() -> ArgValueCompleter {
    completion::live("ssm.nodes", async |aws| {
        let mut first = Vec::new();
        api::nodes(&aws.ssm(), &[], &mut |page| {
            first = page;
            Ok(false)
        })
        .await?;
        Ok(of_nodes(first))
    })
}

/// Session documents.
pub fn documents() -> ArgValueCompleter {
    completion::live("ssm.documents", async |aws| {
        let documents = api::session_documents(&aws.ssm()).await?.into_iter();
        Ok(documents.map(of_document).collect())
    })
}

/// Those that can be connected to first. An id is what is typed where a name is missing or means several nodes.
fn of_nodes(mut nodes: Vec<Node>) -> Vec<Candidate> {
    nodes.sort_by(|a, b| {
        (!a.is_online(), &a.name, &a.instance_id).cmp(&(!b.is_online(), &b.name, &b.instance_id))
    });
    let mut called: HashMap<String, usize> = HashMap::new();
    for name in nodes.iter().filter_map(|node| node.name.clone()) {
        *called.entry(name).or_default() += 1;
    }
    // What has the form of a tag is taken for one.
    let usable = |name: &&String| {
        called.get(*name) == Some(&1) && !name.contains('=') && Candidate::new(*name).is_usable()
    };
    let offered = nodes.iter().flat_map(|node| {
        let id = Candidate::new(&node.instance_id);
        match node.name.as_ref().filter(usable) {
            Some(name) => vec![
                Candidate::new(name).described(view::summary(node, &node.instance_id)),
                id.described(view::summary(node, name)).second_choice(),
            ],
            None => vec![id.described(view::summary(node, node.name.as_deref().unwrap_or_default()))],
        }
    });
    offered.collect()
}

fn of_document(document: Document) -> Candidate {
    let candidate = Candidate::new(document.name);
    match document.owner {
        Some(owner) => candidate.described(format!("of {owner}")),
        None => candidate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ssm::types::{InstanceProperty, PingStatus};

    fn node(id: &str, name: &str, ping: PingStatus) -> Node {
        let property = InstanceProperty::builder().instance_id(id).name(name).ping_status(ping);
        Node::try_from(property.platform_name("Debian").build()).unwrap()
    }

    #[test]
    fn a_node_is_offered_by_its_name_if_that_is_its_alone() {
        let found = of_nodes(vec![
            node("i-1", "web", PingStatus::Online),
            node("i-2", "off", PingStatus::ConnectionLost),
            node("i-3", "twin", PingStatus::Online),
            node("i-4", "twin", PingStatus::Online),
            node("i-5", "", PingStatus::Online),
            node("i-6", "a=b", PingStatus::Online),
        ]);
        let described = |value: &str, about: &str| Candidate::new(value).described(about);
        assert_eq!(
            found,
            [
                described("i-5", "Online, Debian"),
                described("i-6", "Online, a=b, Debian"),
                described("i-3", "Online, twin, Debian"),
                described("i-4", "Online, twin, Debian"),
                described("web", "Online, i-1, Debian"),
                described("i-1", "Online, web, Debian").second_choice(),
                described("off", "ConnectionLost, i-2, Debian"),
                described("i-2", "ConnectionLost, off, Debian").second_choice(),
            ]
        );
    }
}
