//! The messages on disk, a line each, and in memory. There is room for some; the oldest makes it.

use super::channel::Channels;
use super::draft::Draft;
use super::message::{Message, Posted};
use crate::files;
use crate::random::{NoRandomness, uuid};
use jiff::{SignedDuration, Timestamp};
use opsctl_engine::hex::hex;
use ring::digest;
use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const MOST: usize = 10_000;
const MOST_BYTES: usize = 32 << 20;
/// The file may be twice as large as what is kept, and this.
const SLACK: usize = 1 << 20;
/// As much is given at once, and one message in any case.
const PAGE: usize = 1 << 20;
/// A channel that keeps the order takes nothing twice within this time.
const SAME: SignedDuration = SignedDuration::from_mins(5);

pub struct Messages {
    pub channels: Channels,
    path: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Oldest first.
    messages: VecDeque<Message>,
    bytes: usize,
    last: u64,
    /// Lines of the file and their bytes, those of messages that made room too.
    lines: usize,
    written: usize,
}

impl Messages {
    /// With what an earlier sandbox left in the folder.
    pub fn open(folder: &Path, channels: Channels) -> Self {
        let path = folder.join("messages.jsonl");
        let mut kept = Kept::default();
        for line in fs::read(&path).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
            kept.lines += 1;
            kept.written += line.len();
            // What a sandbox that was killed left half written nobody was told of.
            match serde_json::from_slice(line) {
                Ok(message) if line.ends_with(b"\n") => kept.add(message),
                _ => tracing::debug!("a message cannot be read"),
            }
        }
        let messages = Messages { channels, path, kept: Mutex::new(kept) };
        // Whatever stands behind half a line would be lost with it.
        messages.kept().rewrite(&messages.path);
        messages
    }

    /// Takes a message, unless it was taken before.
    pub fn post(&self, draft: Draft) -> Result<Posted, NoRandomness> {
        let now = Timestamp::now();
        let mut kept = self.kept();
        let deduplication = match draft.deduplication {
            None if draft.is_fifo => Some(fingerprint(&draft.message)),
            given => given,
        };
        let is_same = |message: &&Message| {
            draft.message_id.as_ref() == Some(&message.message_id)
                || (draft.is_fifo
                    && (message.service, &message.to) == (draft.service, &draft.to)
                    && message.deduplication == deduplication
                    && now.duration_since(message.time) < SAME)
        };
        if let Some(message) = kept.messages.iter().rev().find(is_same) {
            return Ok(message.posted());
        }
        let message_id = match draft.message_id {
            Some(id) => id,
            None => uuid()?,
        };
        let number = kept.last + 1;
        let message = Message {
            number,
            message_id,
            time: now,
            service: draft.service,
            to: draft.to,
            subject: draft.subject,
            message: draft.message,
            attributes: draft.attributes,
            group: draft.group,
            deduplication,
            sequence: draft
                .is_fifo
                .then(|| format!("{:020}", 10_000_000_000_000_000_000_u64.saturating_add(number))),
            sender: draft.sender,
        };
        let posted = message.posted();
        // What cannot be written is only forgotten at the sandbox's end.
        match append(&self.path, &message) {
            Ok(written) => {
                kept.lines += 1;
                kept.written += written;
            }
            Err(error) => tracing::warn!(%error, "a message cannot be kept"),
        }
        kept.add(message);
        if kept.lines > 2 * kept.messages.len() + 1000 || kept.written > 2 * kept.bytes + SLACK {
            kept.rewrite(&self.path);
        }
        Ok(posted)
    }

    /// Messages behind that of the number, oldest first: a page, and whether there are more.
    pub fn after(&self, number: u64) -> (Vec<Message>, bool) {
        let kept = self.kept();
        let start = kept.messages.partition_point(|message| message.number <= number);
        let mut left = PAGE;
        let mut page = Vec::new();
        for message in kept.messages.range(start..) {
            if message.size() > left && !page.is_empty() {
                return (page, true);
            }
            left = left.saturating_sub(message.size());
            page.push(message.clone());
        }
        (page, false)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn add(&mut self, message: Message) {
        self.last = self.last.max(message.number);
        self.bytes += message.size();
        self.messages.push_back(message);
        while self.messages.len() > MOST || (self.bytes > MOST_BYTES && self.messages.len() > 1) {
            let Some(oldest) = self.messages.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.size());
        }
    }

    fn rewrite(&mut self, path: &Path) {
        if self.lines == self.messages.len() {
            return;
        }
        let mut text = Vec::new();
        let written = self.messages.iter().try_for_each(|message| line(message, &mut text));
        match written.and_then(|()| files::write_private(path, &text)) {
            Ok(()) => {
                self.lines = self.messages.len();
                self.written = text.len();
            }
            Err(error) => tracing::warn!(%error, "the messages cannot be written anew"),
        }
    }
}

fn line(message: &Message, text: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *text, message)?;
    text.push(b'\n');
    Ok(())
}

/// How many bytes were written.
fn append(path: &Path, message: &Message) -> io::Result<usize> {
    let mut text = Vec::new();
    line(message, &mut text)?;
    if let Some(folder) = path.parent() {
        files::make_private_folder(folder)?;
    }
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(&text)?;
    Ok(text.len())
}

/// Messages of the same content are the same to a channel that keeps the order.
fn fingerprint(message: &str) -> String {
    let hash = digest::digest(&digest::SHA256, message.as_bytes());
    hex(hash.as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::draft::Said;
    use super::*;
    use crate::sandbox::services::testing;

    fn open(folder: &Path) -> Messages {
        Messages::open(folder, Channels::new(&testing::account("").identity, None, None))
    }

    fn draft(messages: &Messages, queue: &str, message: &str) -> Draft {
        let queue = messages.channels.queue_named(queue).unwrap();
        let group = queue.is_fifo().then(|| "g".to_owned());
        let said = Said { message: Some(message.to_owned()), group, ..Said::default() };
        Draft::to_queue(&queue, said).unwrap().from("arn")
    }

    fn texts(messages: &Messages, after: u64) -> Vec<String> {
        messages.after(after).0.into_iter().map(|message| message.message).collect()
    }

    #[test]
    fn messages_are_there_after_a_restart_and_half_a_line_is_not() {
        let folder =
            std::env::temp_dir().join(format!("opsctl-messages-{}", crate::random::hex(16).unwrap()));
        let messages = open(&folder);
        for text in ["one", "two"] {
            messages.post(draft(&messages, "q", text)).unwrap();
        }
        drop(messages);
        OpenOptions::new()
            .append(true)
            .open(folder.join("messages.jsonl"))
            .unwrap()
            .write_all(b"{\"Num")
            .unwrap();
        let messages = open(&folder);
        messages.post(draft(&messages, "q", "three")).unwrap();
        drop(messages);
        let messages = open(&folder);
        assert_eq!(texts(&messages, 0), ["one", "two", "three"]);
        assert_eq!(texts(&messages, 2), ["three"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_same_message_is_taken_once() {
        let folder =
            std::env::temp_dir().join(format!("opsctl-messages-{}", crate::random::hex(16).unwrap()));
        let messages = open(&folder);
        let named = |text: &str| Draft { message_id: Some("id-1".into()), ..draft(&messages, "q", text) };
        assert_eq!(messages.post(named("a")), messages.post(named("a")));
        let ordered = messages.post(draft(&messages, "q.fifo", "b")).unwrap();
        assert!(ordered.sequence.is_some());
        assert_eq!(messages.post(draft(&messages, "q.fifo", "b")).unwrap(), ordered);
        assert_ne!(messages.post(draft(&messages, "r.fifo", "b")).unwrap(), ordered);
        messages.post(draft(&messages, "q", "a")).unwrap();
        assert_eq!(texts(&messages, 0), ["a", "b", "b", "a"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_oldest_makes_room_on_disk_too() {
        let folder =
            std::env::temp_dir().join(format!("opsctl-messages-{}", crate::random::hex(16).unwrap()));
        let messages = open(&folder);
        let large = "x".repeat(1 << 20);
        let most = MOST_BYTES >> 20;
        let path = folder.join("messages.jsonl");
        let mut largest = 0;
        for _ in 0..2 * most + 3 {
            messages.post(draft(&messages, "q", &large)).unwrap();
            largest = largest.max(fs::metadata(&path).unwrap().len());
        }
        // It is written anew before a few large messages fill the disk.
        assert!((MOST_BYTES as u64..2 * MOST_BYTES as u64 + (2 << 20)).contains(&largest), "{largest}");
        let (page, has_more) = messages.after(0);
        let first = page[0].number;
        assert_eq!((page.len(), has_more), (1, true));
        drop(messages);
        let messages = open(&folder);
        assert_eq!(messages.after(0).0[0].number, first);
        let lines = fs::read(&path).unwrap().split(|byte| *byte == b'\n').count();
        assert_eq!(lines, most + 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
