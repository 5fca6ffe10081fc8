//! Which nodes are meant by verbs that take several: by names, by tags, or all of them, found with one listing.

use aws_sdk_ssm::Client;
use clap::Args;

use super::model::{Filter, Node, Tag};
use super::open::Target;
use super::{api, complete, target};
use crate::aws::Aws;
use crate::error::{Error, Kind, Result};

#[derive(Debug, Clone, Args)]
pub struct FleetArgs {
    /// The nodes: id, name, KEY=VALUE tag, address or host name
    #[arg(value_name = "TARGET", add = complete::nodes())]
    pub targets: Vec<String>,

    /// The nodes with this tag; given several times, with all of them
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "targets", help_heading = "Target")]
    pub tag: Vec<Tag>,

    /// Every node that is online
    #[arg(long, conflicts_with_all = ["targets", "tag"], help_heading = "Target")]
    pub all: bool,
}

impl FleetArgs {
    /// Nothing says which nodes are meant.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.tag.is_empty() && !self.all
    }

    /// The nodes for sessions, each once. Ids alone need no listing; of a choice by tag those that are online are meant.
    pub async fn targets(&self, aws: &Aws) -> Result<Vec<Target>> {
        if !self.targets.is_empty() && self.targets.iter().all(|text| target::is_node_id(text)) {
            let mut targets: Vec<Target> = Vec::new();
            for id in &self.targets {
                if targets.iter().all(|target| target.instance_id != *id) {
                    targets.push(Target::of_id(id));
                }
            }
            return Ok(targets);
        }
        let mut nodes = self.nodes(&aws.ssm()).await?;
        nodes.retain(|node| node.is_online() || self.names(node));
        if nodes.is_empty() {
            return Err(self.none_online().into());
        }
        Ok(nodes.into_iter().map(Target::from).collect())
    }

    /// The nodes as the listing knows them, each once, in the order they were named or by name; online or not, unless all
    /// are meant. All names that mean no node, or several, are told at once.
    pub async fn nodes(&self, client: &Client) -> Result<Vec<Node>> {
        if !self.targets.is_empty() {
            return named(client, &self.targets).await;
        }
        let filters: Vec<Filter> = self.tag.iter().map(Filter::tag).collect();
        let mut all = api::all_nodes(client, &filters).await?;
        all.sort_by(|a, b| (&a.name, &a.instance_id).cmp(&(&b.name, &b.instance_id)));
        if all.is_empty() {
            let which = if self.tag.is_empty() { " at all".to_owned() } else { self.tagged() };
            return Err(Error::not_found(format!("there is no node{which}"))
                .hint("opsctl ssm list --all")
                .into());
        }
        if self.all {
            all.retain(Node::is_online);
            if all.is_empty() {
                return Err(self.none_online().into());
            }
        }
        Ok(all)
    }

    /// Whether a node is meant by itself, and not only as one of those with a tag.
    pub fn names(&self, node: &Node) -> bool {
        self.targets.iter().any(|text| target::tag(text).is_none() && target::is_called(node, text))
    }

    /// There are nodes, but none that can do anything now.
    fn none_online(&self) -> Error {
        Error::new(Kind::Conflict, format!("no node{} is online", self.tagged()))
            .hint("opsctl ssm list --all")
    }

    /// What `--tag` says, behind a blank.
    fn tagged(&self) -> String {
        let tags: Vec<String> = self.tag.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
        if tags.is_empty() { String::new() } else { format!(" with the tag {}", tags.join(" and ")) }
    }
}

async fn named(client: &Client, texts: &[String]) -> Result<Vec<Node>> {
    let mut listing: Option<Vec<Node>> = None;
    let (mut nodes, mut faults): (Vec<Node>, Vec<Error>) = (Vec::new(), Vec::new());
    for text in texts {
        let found = match target::tag(text) {
            Some(tag) => {
                let found = api::all_nodes(client, &[Filter::tag(&tag)]).await?;
                if found.is_empty() { Err(target::unknown(text, &[])) } else { Ok(found) }
            }
            None => {
                if listing.is_none() {
                    listing = Some(api::all_nodes(client, &[]).await?);
                }
                target::named(text, listing.as_deref().unwrap_or_default()).map(|node| vec![node])
            }
        };
        match found {
            Ok(found) => {
                for node in found {
                    if nodes.iter().all(|other| other.instance_id != node.instance_id) {
                        nodes.push(node);
                    }
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    match faults.len() {
        0 => Ok(nodes),
        1 => Err(faults.remove(0).into()),
        _ => {
            let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Err(Error::new(faults[0].kind(), texts.join("; ")).hint("opsctl ssm list --all").into())
        }
    }
}
