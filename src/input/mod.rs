//! Files that users write for opsctl: read so that every mistake is found in one run, with its place. What the values
//! mean is their readers' business.

pub mod document;
pub mod files;
pub mod json;
pub mod toml;
pub mod yaml;

pub use self::toml::Mistake;
