//! Live candidates of the last minute, a file for each question in the cache folder of the user alone. An entry is
//! named by everything its candidates depend on, so that one account never sees the names of another. It is never
//! needed: whatever is wrong with it, the question is asked again.

use opsctl_engine::hex::hex;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use ring::digest;
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use crate::aws::Aws;
use crate::error::Result;
use crate::files;
use crate::settings::Environment;

const LIFETIME: Duration = Duration::from_secs(60);
/// A page of a thousand nodes is far smaller.
const LARGEST: u64 = 1 << 20;

/// What candidates depend on, as the name of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Signs in, which may take a call: there is no other way to know whose names they are.
    pub async fn new(name: &str, about: &str, aws: &Aws, env: &Environment) -> Result<Self> {
        let credentials = aws.credentials().await?;
        let mut parts = vec![
            name,
            about,
            aws.profile().map_or("", |profile| &profile.value),
            credentials.access_key_id(),
            &aws.region().value,
            aws.endpoint().unwrap_or_default(),
        ];
        // Services may have endpoints of their own.
        let endpoints = env.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)));
        for (name, value) in
            endpoints.filter(|(name, _)| name.starts_with("AWS_") && name.contains("ENDPOINT"))
        {
            parts.extend([name, value]);
        }
        Ok(Key::of(&parts))
    }

    fn of(parts: &[&str]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        for part in parts {
            hash.update(&part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        Key(hex(hash.finish().as_ref()))
    }
}

#[derive(Serialize, Deserialize)]
struct Entry {
    written: Timestamp,
    candidates: Vec<Candidate>,
}

/// None where there is no place for it.
pub struct Cache {
    folder: Option<PathBuf>,
    now: Timestamp,
}

impl Cache {
    pub fn new(folder: Option<PathBuf>, now: Timestamp) -> Self {
        Cache { folder: folder.map(|folder| folder.join("completion")), now }
    }

    pub fn read(&self, key: &Key) -> Option<Vec<Candidate>> {
        let mut text = Vec::new();
        let file = File::open(self.folder.as_ref()?.join(&key.0)).ok()?;
        file.take(LARGEST).read_to_end(&mut text).ok()?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        let age = Duration::try_from(self.now.duration_since(entry.written)).ok()?;
        (age < LIFETIME).then_some(entry.candidates)
    }

    /// Removes the old entries on the way.
    pub fn write(&self, key: &Key, candidates: &[Candidate]) {
        let Some(folder) = &self.folder else { return };
        // It is made again when it is next needed.
        let _ = self.try_write(folder, key, candidates);
        remove_old(folder);
    }

    fn try_write(&self, folder: &Path, key: &Key, candidates: &[Candidate]) -> std::io::Result<()> {
        files::make_private_folder(folder)?;
        if fs::metadata(folder)?.mode() & 0o077 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
        let entry = Entry { written: self.now, candidates: candidates.to_vec() };
        files::write_private(&folder.join(&key.0), &serde_json::to_vec(&entry)?)
    }
}

/// By the clock of the file system, whatever clock the entries were written by.
fn remove_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
        if age.is_some_and(|age| age > LIFETIME) {
            // Another process may have removed it first.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("opsctl-cache-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Folder(folder)
        }

        fn cache(&self, seconds: i64) -> Cache {
            Cache::new(Some(self.0.clone()), Timestamp::new(1_000_000 + seconds, 0).unwrap())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn candidates() -> Vec<Candidate> {
        vec![Candidate::new("web-1").described("Online"), Candidate::new("i-1").second_choice()]
    }

    #[test]
    fn an_entry_lives_for_a_minute_of_either_clock() {
        let folder = Folder::new("minute");
        let key = Key::of(&["nodes", "prod"]);
        folder.cache(0).write(&key, &candidates());
        for (seconds, found) in [(0, true), (59, true), (60, false), (-1, false), (100_000, false)] {
            let read = folder.cache(seconds).read(&key);
            assert_eq!(read, found.then(candidates), "{seconds}");
        }
    }

    #[test]
    fn old_entries_are_removed_and_the_folder_is_private() {
        let folder = Folder::new("old");
        let inside = folder.0.join("completion");
        fs::create_dir(&inside).unwrap();
        fs::set_permissions(&inside, fs::Permissions::from_mode(0o755)).unwrap();
        let old = inside.join("old");
        File::create(&old).unwrap().set_modified(SystemTime::now() - LIFETIME * 2).unwrap();
        let key = Key::of(&["nodes"]);
        folder.cache(0).write(&key, &candidates());
        let names = fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), [key.0.as_str()]);
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&inside), mode(&inside.join(&key.0))), (0o700, 0o600));
    }

    #[test]
    fn damaged_and_unwritable_entries_are_no_entries() {
        let folder = Folder::new("damaged");
        let key = Key::of(&["nodes"]);
        folder.cache(0).write(&key, &candidates());
        let file = folder.0.join("completion").join(&key.0);
        let whole = fs::read(&file).unwrap();
        for damaged in [
            &b""[..],
            b"{",
            b"[]",
            b"\xff\xfe",
            &whole[..whole.len() / 2],
            b"{\"written\":1,\"candidates\":[]}",
        ] {
            fs::write(&file, damaged).unwrap();
            assert_eq!(folder.cache(0).read(&key), None);
        }
        let nowhere = Cache::new(Some("/proc/nowhere".into()), Timestamp::UNIX_EPOCH);
        nowhere.write(&key, &candidates());
        assert_eq!(nowhere.read(&key), None);
        Cache::new(None, Timestamp::UNIX_EPOCH).write(&key, &candidates());
    }

    #[test]
    fn every_part_makes_another_entry() {
        let parts = ["nodes", "prod", "AKIA", "eu-west-1", "http://127.0.0.1:1"];
        let key = Key::of(&parts);
        for at in 0..parts.len() {
            let mut other = parts;
            other[at] = "other";
            assert_ne!(Key::of(&other), key, "{at}");
        }
        // Nothing moves from one part to the next.
        assert_ne!(Key::of(&["ab", "c"]), Key::of(&["a", "bc"]));
    }
}
