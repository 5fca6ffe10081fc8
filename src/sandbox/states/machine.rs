//! A machine with its versions, aliases and tags, and the rules by which they change. Knows no disk and no clock.

use super::tags::Tags;
use jiff::Timestamp;
use opsctl_engine::asl::definition::MachineType;
use serde::{Deserialize, Serialize};

/// Versions and aliases a machine may have.
pub const MOST_VERSIONS: usize = 1000;
pub const MOST_ALIASES: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    Standard,
    Express,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Standard => "STANDARD",
            Kind::Express => "EXPRESS",
        }
    }
}

impl From<Kind> for MachineType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Standard => MachineType::Standard,
            Kind::Express => MachineType::Express,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    /// Names its file; a machine that is made again under the same name is another one.
    pub id: String,
    pub name: String,
    pub kind: Kind,
    pub created: Timestamp,
    /// The key of its revision.
    pub revision: String,
    /// Oldest first; their numbers are never used again.
    pub versions: Vec<Version>,
    pub last_version: u64,
    /// Oldest first.
    pub aliases: Vec<Alias>,
    pub tags: Tags,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    pub number: u64,
    /// The key of its revision.
    pub revision: String,
    pub description: Option<String>,
    pub created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alias {
    pub name: String,
    pub description: Option<String>,
    pub routes: Vec<Route>,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// Where an alias leads, and how many of a hundred executions go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub version: u64,
    pub weight: u32,
}

impl Machine {
    pub fn version(&self, number: u64) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    pub fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().find(|alias| alias.name == name)
    }

    /// Makes a version of the present revision, unless the last one is of it already; `None` where there are too many.
    pub fn publish(&mut self, description: Option<String>, now: Timestamp) -> Option<u64> {
        if let Some(last) = self.versions.last().filter(|version| version.revision == self.revision) {
            return Some(last.number);
        }
        if self.versions.len() >= MOST_VERSIONS {
            return None;
        }
        self.last_version += 1;
        let (number, revision) = (self.last_version, self.revision.clone());
        self.versions.push(Version { number, revision, description, created: now });
        Some(number)
    }

    /// The aliases that lead to a version.
    pub fn aliases_of(&self, number: u64) -> impl Iterator<Item = &Alias> {
        self.aliases.iter().filter(move |alias| alias.routes.iter().any(|route| route.version == number))
    }
}

impl Alias {
    /// Where an execution goes; `draw` is below 100.
    pub fn route(&self, draw: u32) -> Option<u64> {
        let mut sum = 0;
        let drawn = self.routes.iter().find(|route| {
            sum += route.weight;
            draw < sum
        });
        drawn.or(self.routes.last()).map(|route| route.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            id: "1".into(),
            name: "m".into(),
            kind: Kind::Standard,
            created: Timestamp::UNIX_EPOCH,
            revision: "a".into(),
            versions: Vec::new(),
            last_version: 0,
            aliases: Vec::new(),
            tags: Tags::default(),
        }
    }

    #[test]
    fn a_revision_is_published_once_in_a_row_and_numbers_are_never_used_again() {
        let mut machine = machine();
        let mut publish = |revision: &str, drop_last: bool| {
            machine.revision = revision.to_owned();
            let number = machine.publish(None, Timestamp::UNIX_EPOCH);
            if drop_last {
                machine.versions.pop();
            }
            number
        };
        let published: Vec<_> = [("a", false), ("a", false), ("b", true), ("b", false), ("a", false)]
            .into_iter()
            .map(|(revision, drop_last)| publish(revision, drop_last))
            .collect();
        assert_eq!(published, [Some(1), Some(1), Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn weights_share_out_what_is_drawn() {
        let route = |version, weight| Route { version, weight };
        let alias = |routes: Vec<Route>| Alias {
            name: "a".into(),
            description: None,
            routes,
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
        };
        let canary = alias(vec![route(1, 90), route(2, 10)]);
        let drawn: Vec<_> = [0, 89, 90, 99].map(|draw| canary.route(draw)).into();
        assert_eq!(drawn, [Some(1), Some(1), Some(2), Some(2)]);
        assert_eq!(alias(vec![route(1, 0), route(2, 100)]).route(0), Some(2));
        assert_eq!(alias(vec![]).route(0), None);
    }
}
