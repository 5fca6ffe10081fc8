//! Files of JSON in a folder, one for each thing, private and never half written. What the things are is not known here.

use crate::files;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::{fs, io};

pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub fn new(folder: PathBuf) -> Self {
        Shelf { folder }
    }

    /// Everything that is there, in no order. A file that cannot be read is left alone, one that a sandbox which was
    /// killed left half written is removed.
    pub fn all<T: DeserializeOwned>(&self) -> Vec<T> {
        files::remove_half_written(&self.folder);
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
        // It is told of.
        let _ = self.try_keep(name, content);
    }

    /// For what must not be forgotten.
    pub fn try_keep(&self, name: &str, content: &impl Serialize) -> io::Result<()> {
        files::make_private_folder(&self.folder)
            .and_then(|()| files::write_private(&self.path(name), &serde_json::to_vec(content)?))
            .inspect_err(|error| {
                tracing::warn!(%error, path = %self.path(name).display(), "a file cannot be kept");
            })
    }

    pub fn remove(&self, name: &str) {
        // It may never have been written.
        let _ = fs::remove_file(self.path(name));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}

fn is_whole(path: &Path) -> bool {
    let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|extension| extension == "json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_half_written_goes_and_what_cannot_be_written_is_told() {
        let folder = std::env::temp_dir().join(format!("opsctl-shelf-{}", crate::random::hex(16).unwrap()));
        let shelf = Shelf::new(folder.clone());
        shelf.try_keep("a", &1).unwrap();
        let half = folder.join(".b.json.4711-0.new");
        fs::write(&half, "{").unwrap();
        assert_eq!(shelf.all::<u32>(), [1]);
        assert!(!half.exists());
        fs::remove_dir_all(&folder).unwrap();
        fs::write(&folder, "no folder").unwrap();
        assert!(shelf.try_keep("a", &1).is_err());
        fs::remove_file(folder).unwrap();
    }
}
