//! The types of machines as users write them.

use clap::ValueEnum;
use opsctl_engine::asl::definition::MachineType;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Type {
    #[default]
    Standard,
    Express,
}

impl Type {
    pub fn machine(self) -> MachineType {
        match self {
            Type::Standard => MachineType::Standard,
            Type::Express => MachineType::Express,
        }
    }

    /// As the service writes it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Standard => "STANDARD",
            Type::Express => "EXPRESS",
        }
    }

    /// The type of this name, which files write in capitals.
    pub fn named(name: &str) -> Option<Self> {
        Type::from_str(name, false).ok()
    }
}
