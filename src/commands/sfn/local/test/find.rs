//! The files of tests: those below a folder whose names end as such, or one that is named.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::input::files;

const ENDINGS: &[&str] = &[".test.yaml", ".test.yml"];

/// In the order of their paths.
pub fn files(place: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    match std::fs::metadata(place) {
        Ok(metadata) if metadata.is_dir() => walk(place, &mut found).map_err(|error| {
            Error::failed(format!("cannot look for tests in {}", place.display())).because(error)
        })?,
        Ok(_) => found.push(place.to_owned()),
        Err(error) => {
            return Err(files::unreadable(place, "the tests", error).into());
        }
    }
    if found.is_empty() {
        let message = format!("there are no tests in {}", place.display());
        return Err(Error::not_found(message)
            .because(format!("their names end in {}", ENDINGS.join(" or ")))
            .into());
    }
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            let is_foreign = name.starts_with('.') || name == "node_modules" || name == "target";
            if !is_foreign {
                walk(&entry.path(), found)?;
            }
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            let path = entry.path();
            // Of the folder one is in nobody speaks.
            found.push(path.strip_prefix(".").map_or_else(|_| path.clone(), Path::to_owned));
        }
    }
    Ok(())
}
