//! Files of JSON in a folder, one for each thing, private and never half written.

use crate::files;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub fn new(folder: PathBuf) -> Self {
        Shelf { folder }
    }

    /// Everything that is there, in no order. A file that cannot be read is left alone.
    pub fn all<T: DeserializeOwned>(&self) -> Vec<T> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut all = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| is_whole(path)) {
            let bytes = fs::read(&path).map_err(|error| error.to_string());
            match bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string())) {
                Ok(one) => all.push(one),
                Err(error) => tracing::warn!(error, path = %path.display(), "a file cannot be read"),
            }
        }
        all
    }

    /// What cannot be written is only forgotten at the sandbox's end.
    pub fn keep(&self, name: &str, content: &impl Serialize) {
        let written = files::make_private_folder(&self.folder)
            .and_then(|()| files::write_private(&self.path(name), &serde_json::to_vec(content)?));
        if let Err(error) = written {
            tracing::debug!(%error, name, "a file cannot be kept");
        }
    }

    pub fn remove(&self, name: &str) {
        // It may never have been written.
        let _ = fs::remove_file(self.path(name));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}

/// What a sandbox that was killed left half written begins with a dot.
fn is_whole(path: &Path) -> bool {
    let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|extension| extension == "json")
}
