//! Ids of nodes: they look like those of AWS and follow from name and place alone, so that a script that keeps one works
//! with every sandbox of the same file.

use super::config::{NodeKind, NodeSettings};
use opsctl_engine::hex::hex;
use ring::digest;

/// 32 bytes that follow from a name.
pub fn seed(name: &str) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, format!("opsctl sandbox node {name}").as_bytes());
    let mut seed = [0; 32];
    seed.iter_mut().zip(hash.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
    seed
}

/// Nodes of one name in several places have several ids.
pub fn node_id(node: &NodeSettings) -> String {
    let place = [&node.account, &node.region].map(|part| part.as_deref().unwrap_or_default());
    let name =
        if place == ["", ""] { node.name.clone() } else { format!("{}/{}", place.join("/"), node.name) };
    let digits = hex(seed(&name).iter().skip(16).take(8));
    match node.kind {
        NodeKind::Ec2 => format!("i-0{digits}"),
        NodeKind::Hybrid => format!("mi-0{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_kind_name_and_place() {
        let node = |name: &str| NodeSettings::named(name);
        let id = node_id(&node("web-1"));
        assert_eq!(id, node_id(&node("web-1")));
        assert_ne!(id, node_id(&node("web-2")));
        assert!(id.starts_with("i-0") && id.len() == 19);
        assert_eq!(node_id(&NodeSettings { kind: NodeKind::Hybrid, ..node("web-1") }), format!("m{id}"));
        let region = NodeSettings { region: Some("x".into()), ..node("web-1") };
        let account = NodeSettings { account: Some("x".into()), ..node("web-1") };
        assert!(![&node_id(&region), &node_id(&account)].contains(&&id));
        assert_ne!(node_id(&region), node_id(&account));
    }
}
