//! Which files are meant, and where each of them goes.

use std::fs;
use std::path::{Path, PathBuf};

use opsctl_engine::manifest::Location;

use crate::error::{Error, Result};

#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub target: Location,
}

/// In the order of their names.
pub fn found(path: &Path, target: &Location) -> Result<Vec<Found>> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if metadata.is_dir() {
        let mut prefix = target.key.clone();
        if !prefix.is_empty() && !prefix.ends_with('/') {
            prefix.push('/');
        }
        let mut files = Vec::new();
        walk(path, &prefix, &target.bucket, &mut files)?;
        if files.is_empty() {
            return Err(Error::usage(format!("there are no files in {}", path.display())).into());
        }
        return Ok(files);
    }
    let mut target = target.clone();
    if target.key.is_empty() || target.key.ends_with('/') {
        target.key.push_str(name(path)?);
    }
    Ok(vec![Found { path: path.to_owned(), target }])
}

fn walk(folder: &Path, prefix: &str, bucket: &str, files: &mut Vec<Found>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| unreadable(folder, error))?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let key = format!("{prefix}{}", name(&path)?);
        let is_link = path.is_symlink();
        let metadata = fs::metadata(&path).map_err(|error| unreadable(&path, error))?;
        if metadata.is_dir() && !is_link {
            walk(&path, &format!("{key}/"), bucket, files)?;
        } else if metadata.is_file() {
            files.push(Found { path, target: Location { bucket: bucket.to_owned(), key } });
        }
    }
    Ok(())
}

fn name(path: &Path) -> Result<&str> {
    let name = path.file_name().and_then(|name| name.to_str());
    let unusable = || Error::usage(format!("{} has no name that could be a key: not UTF-8", path.display()));
    Ok(name.ok_or_else(unusable)?)
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let message = format!("cannot read {}", path.display());
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::usage(message).because(error),
        _ => Error::failed(message).because(error),
    }
}
