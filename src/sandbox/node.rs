//! A node of the sandbox: what `DescribeInstanceInformation` tells about it and where its shell lives.
//! Owns no behaviour; it is filled from the sandbox's configuration.

use super::sessions::Throttle;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// `i-…` or `mi-…`.
    pub id: String,
    pub name: String,
    pub tags: BTreeMap<String, String>,
    pub ip: String,
    pub host_name: String,
    pub agent_version: String,
    pub online: bool,
    /// HOME and first folder of its shells; made (0700) when the first one starts.
    pub home: PathBuf,
    /// The program of a session without a document, found on PATH.
    pub shell: String,
    /// The pace of what its sessions send.
    pub throttle: Throttle,
}
