//! A file to which lines of JSON are added, one for each thing that is kept, and which is written anew when most of them
//! are of things that are gone. Knows nothing of what they are.

use crate::files;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

/// It may have so many lines more than twice what is kept.
const SLACK: usize = 10_000;

pub struct Lines {
    path: PathBuf,
    /// Open while lines are added.
    file: Option<File>,
    count: usize,
}

impl Lines {
    /// With each line that is there, oldest first. Half a line, of a sandbox that was killed, was told to nobody.
    pub fn open<T: DeserializeOwned>(path: PathBuf, mut take: impl FnMut(T)) -> Self {
        files::remove_half_written(path.parent().unwrap_or(&path));
        let mut lines = Lines { path, file: None, count: 0 };
        let Ok(file) = File::open(&lines.path) else { return lines };
        let (mut reader, mut line, mut whole) = (BufReader::new(file), Vec::new(), 0_u64);
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if line.ends_with(b"\n") {
                whole += line.len() as u64;
                lines.count += 1;
                match serde_json::from_slice(&line) {
                    Ok(one) => take(one),
                    Err(error) => {
                        tracing::warn!(%error, path = %lines.path.display(), "a line cannot be read")
                    }
                }
            }
            line.clear();
        }
        // What is written behind half a line would be lost with it.
        let cut = OpenOptions::new().write(true).open(&lines.path).and_then(|file| file.set_len(whole));
        if let Err(error) = cut {
            tracing::warn!(%error, path = %lines.path.display(), "half a line cannot be removed");
        }
        lines
    }

    /// What cannot be written is only forgotten at the sandbox's end.
    pub fn add<T: Serialize>(&mut self, items: &[T]) {
        if let Err(error) = self.try_add(items) {
            tracing::warn!(%error, path = %self.path.display(), "lines cannot be kept");
            self.file = None;
        }
    }

    /// Whether so many that are kept are few of those in the file.
    pub fn are_old(&self, kept: usize) -> bool {
        self.count > kept.saturating_mul(2).saturating_add(SLACK)
    }

    /// Writes the file anew.
    pub fn replace<T: Serialize>(&mut self, items: impl Iterator<Item = T>) {
        self.file = None;
        let mut text = Vec::new();
        let mut count = 0;
        for item in items {
            if let Err(error) = line(&mut text, &item) {
                tracing::warn!(%error, "a line cannot be written");
                return;
            }
            count += 1;
        }
        match files::write_private(&self.path, &text) {
            Ok(()) => self.count = count,
            Err(error) => tracing::warn!(%error, path = %self.path.display(), "lines cannot be written anew"),
        }
    }

    fn try_add<T: Serialize>(&mut self, items: &[T]) -> io::Result<()> {
        let mut text = Vec::new();
        items.iter().try_for_each(|item| line(&mut text, item))?;
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                if let Some(folder) = self.path.parent() {
                    files::make_private_folder(folder)?;
                }
                let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
                self.file.insert(file)
            }
        };
        file.write_all(&text)?;
        self.count += items.len();
        Ok(())
    }

    /// For tests: how many lines the file has.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        let text = std::fs::read(&self.path).unwrap_or_default();
        text.iter().filter(|byte| **byte == b'\n').count()
    }
}

fn line(text: &mut Vec<u8>, item: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *text, item)?;
    text.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn lines_are_there_again_and_half_a_line_is_not() {
        let folder = std::env::temp_dir().join(format!("opsctl-lines-{}", crate::random::hex(16).unwrap()));
        let path = folder.join("l.jsonl");
        let mut lines = Lines::open(path.clone(), |_: u32| panic!());
        lines.add(&[1, 2]);
        drop(lines);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"Num").unwrap();
        let mut read = Vec::new();
        let mut lines = Lines::open(path.clone(), |number: u32| read.push(number));
        lines.add(&[3]);
        drop(lines);
        let mut read_again = Vec::new();
        let mut lines = Lines::open(path.clone(), |number: u32| read_again.push(number));
        assert_eq!((read, read_again), (vec![1, 2], vec![1, 2, 3]));
        assert!(!lines.are_old(0));
        lines.add(&vec![9; SLACK]);
        assert!(lines.are_old(1));
        lines.replace([7].iter());
        lines.add(&[8]);
        assert_eq!(lines.count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
