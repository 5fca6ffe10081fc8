//! Ids of nodes: they look like those of AWS and follow from the name alone, so that a script that keeps one works
//! with every sandbox of the same file.

use super::config::NodeKind;
use ring::digest;

/// 32 bytes that follow from a name.
pub fn seed(name: &str) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, format!("opsctl sandbox node {name}").as_bytes());
    let mut seed = [0; 32];
    seed.iter_mut().zip(hash.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
    seed
}

pub fn node_id(kind: NodeKind, name: &str) -> String {
    let digits: String = seed(name).iter().skip(16).take(8).map(|byte| format!("{byte:02x}")).collect();
    match kind {
        NodeKind::Ec2 => format!("i-0{digits}"),
        NodeKind::Hybrid => format!("mi-0{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_kind_and_name() {
        let id = node_id(NodeKind::Ec2, "web-1");
        assert_eq!(id, node_id(NodeKind::Ec2, "web-1"));
        assert_ne!(id, node_id(NodeKind::Ec2, "web-2"));
        assert!(id.starts_with("i-0") && id.len() == 19);
        assert_eq!(node_id(NodeKind::Hybrid, "web-1"), format!("m{id}"));
    }
}
