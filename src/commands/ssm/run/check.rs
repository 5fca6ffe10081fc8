//! Whether a document can be sent to some nodes with some parameters: everything that Run Command would refuse, told
//! before it is asked and all at once. Pure.

use std::collections::BTreeMap;

use super::super::model::Node;
use super::model::{Document, DocumentParameter};
use super::payload::{Payload, SHELL_DOCUMENT};
use crate::error::Error;
use crate::output::nearest;

/// What is known of the usual document without asking.
pub fn shell_document() -> Document {
    let parameter =
        |name: &str, is_list, is_required| DocumentParameter { name: name.to_owned(), is_list, is_required };
    Document {
        name: SHELL_DOCUMENT.to_owned(),
        kind: "Command".to_owned(),
        platforms: vec!["Linux".to_owned(), "MacOS".to_owned()],
        parameters: vec![
            parameter("commands", true, true),
            parameter("workingDirectory", false, false),
            parameter("executionTimeout", false, false),
        ],
    }
}

/// `nodes`: those that would get it.
pub fn check(document: &Document, payload: &Payload, nodes: &[Node]) -> Result<(), Error> {
    let name = &document.name;
    if !document.kind.is_empty() && document.kind != "Command" {
        return Err(Error::usage(format!("{name} is a document of type {}, not Command", document.kind))
            .hint("opsctl ssm run --document takes documents of type Command"));
    }
    let other = |node: &&Node| {
        let platform = node.platform_type.as_deref();
        platform.is_some_and(|platform| !document.platforms.iter().any(|known| known == platform))
    };
    let others: Vec<String> = nodes.iter().filter(other).map(labelled).collect();
    if !document.platforms.is_empty() && !others.is_empty() {
        let platforms = document.platforms.join(" and ");
        let error = Error::usage(format!("{name} is for {platforms}, not for {}", some(&others)));
        return Err(match name == SHELL_DOCUMENT {
            true => error.hint("for Windows: --document AWS-RunPowerShellScript --parameter commands=..."),
            false => error.hint("name other nodes, or another --document"),
        });
    }
    let faults = parameter_faults(&document.parameters, &payload.parameters);
    if faults.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = document.parameters.iter().map(|known| known.name.as_str()).collect();
    let takes = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Error::usage(format!("the parameters do not fit {name}: {}", faults.join("; ")))
        .hint(format!("its parameters: {takes}")))
}

fn parameter_faults(known: &[DocumentParameter], given: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, values) in given {
        match known.iter().find(|parameter| parameter.name == *name) {
            None => {
                let free = known.iter().filter(|parameter| !given.contains_key(&parameter.name));
                let near = nearest(name, free.map(|parameter| parameter.name.as_str()));
                let advice = near.map(|near| format!(", did you mean {near}?")).unwrap_or_default();
                faults.push(format!("there is no {name}{advice}"));
            }
            Some(parameter) if !parameter.is_list && values.len() > 1 => {
                faults.push(format!("{name} takes one value, not {}", values.len()));
            }
            Some(_) => {}
        }
    }
    let missing =
        known.iter().filter(|parameter| parameter.is_required && !given.contains_key(&parameter.name));
    faults.extend(missing.map(|parameter| format!("{} is missing", parameter.name)));
    faults
}

fn labelled(node: &Node) -> String {
    match &node.platform_type {
        Some(platform) => format!("{} of {platform}", node.label()),
        None => node.label(),
    }
}

/// How many things an error names.
const NAMED: usize = 10;

/// The first of them, and how many more there are.
pub fn some(labels: &[String]) -> String {
    let mut named: Vec<String> = labels.iter().take(NAMED).cloned().collect();
    if let Some(more @ 1..) = labels.len().checked_sub(NAMED) {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ssm::types::{InstanceProperty, PlatformType};

    fn node(name: &str, platform: PlatformType) -> Node {
        let node = InstanceProperty::builder().instance_id(format!("i-{name}")).name(name);
        Node::try_from(node.platform_type(platform).build()).unwrap()
    }

    fn checked(parameters: &[(&str, &[&str])], nodes: &[Node]) -> Result<(), String> {
        let owned = |(name, values): &(&str, &[&str])| {
            ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        };
        let payload = Payload {
            document: SHELL_DOCUMENT.to_owned(),
            parameters: parameters.iter().map(owned).collect(),
        };
        check(&shell_document(), &payload, nodes).map_err(|error| error.to_string())
    }

    #[test]
    fn all_faults_of_the_parameters_are_told_at_once() {
        assert_eq!(checked(&[("commands", &["a", "b"])], &[]), Ok(()));
        assert_eq!(
            checked(&[("comands", &["a"]), ("workingDirectory", &["a", "b"]), ("zzz", &["1"])], &[])
                .unwrap_err(),
            "the parameters do not fit AWS-RunShellScript: there is no comands, did you mean commands?; \
             workingDirectory takes one value, not 2; there is no zzz; commands is missing"
        );
    }

    #[test]
    fn nodes_of_another_platform_are_named() {
        let nodes = [node("web-1", PlatformType::Linux), node("win-1", PlatformType::Windows)];
        assert_eq!(
            checked(&[("commands", &["a"])], &nodes).unwrap_err(),
            "AWS-RunShellScript is for Linux and MacOS, not for win-1 (i-win-1) of Windows"
        );
        assert_eq!(checked(&[("commands", &["a"])], &nodes[..1]), Ok(()));
    }

    #[test]
    fn a_document_of_another_type_is_none_to_run() {
        let document = Document { kind: "Session".into(), ..shell_document() };
        let payload = Payload { document: document.name.clone(), parameters: BTreeMap::new() };
        let error = check(&document, &payload, &[]).unwrap_err();
        assert_eq!(error.to_string(), "AWS-RunShellScript is a document of type Session, not Command");
    }
}
