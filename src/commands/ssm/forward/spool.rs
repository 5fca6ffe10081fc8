//! What has come for one connection and is not written yet: in memory first, under one budget for all connections,
//! then in files that have no name. In order, and never more than its limits. It must not know sockets.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};

use crate::files;

/// A piece is handed over whole when it has so many bytes.
const PIECE: usize = 64 * 1024;
/// What every connection may hold, however much the others do: without it a fast one would go through a file as soon
/// as a slow one has used up the budget.
const OWN: usize = 16 * 1024;
/// Of one file: what was read of it takes up the disk until all of it is.
const SEGMENT: u64 = 64 << 20;

/// What all connections may hold together.
#[derive(Debug)]
pub struct Limits {
    /// Bytes in memory.
    pub memory: usize,
    /// Bytes in the files of one connection.
    pub files: u64,
    /// Where the files are.
    pub folder: PathBuf,
}

#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    used: AtomicUsize,
}

impl Budget {
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Budget { limits, used: AtomicUsize::new(0) })
    }
}

/// Why a connection has to be given up.
#[derive(Debug, thiserror::Error)]
pub enum Overflow {
    #[error("it takes what comes too slowly: {} MiB wait for it", .0 >> 20)]
    Full(u64),
    #[error("what waits for it cannot be put into a file")]
    File(#[from] io::Error),
}

#[derive(Debug)]
pub struct Spool {
    budget: Arc<Budget>,
    pieces: VecDeque<Bytes>,
    last: BytesMut,
    /// In memory, what is handed out and not yet released too.
    held: usize,
    /// What follows the pieces in memory.
    segments: VecDeque<Segment>,
}

#[derive(Debug)]
struct Segment {
    file: File,
    read: u64,
    written: u64,
}

impl Spool {
    pub fn new(budget: Arc<Budget>) -> Self {
        Spool { budget, pieces: VecDeque::new(), last: BytesMut::new(), held: 0, segments: VecDeque::new() }
    }

    /// Bytes that are not released yet.
    pub fn len(&self) -> u64 {
        self.held as u64 + self.on_disk()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copied, so that a few bytes never keep the whole buffer of a socket alive. Files are written without waiting for
    /// the disk: the system's cache takes it.
    pub fn push(&mut self, data: &[u8]) -> Result<(), Overflow> {
        if self.segments.is_empty() && self.has_room(data.len()) {
            self.keep(data);
            return Ok(());
        }
        if self.on_disk() + data.len() as u64 > self.budget.limits.files {
            return Err(Overflow::Full(self.len()));
        }
        if self.segments.back().is_none_or(|last| last.written >= SEGMENT) {
            let file = files::open_unlinked(&self.budget.limits.folder)?;
            self.segments.push_back(Segment { file, read: 0, written: 0 });
        }
        let Some(segment) = self.segments.back_mut() else { return Ok(()) };
        segment.file.write_all_at(data, segment.written)?;
        segment.written += data.len() as u64;
        Ok(())
    }

    /// The next piece; it counts until it is released.
    pub fn pop(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Ok(Some(piece));
        }
        if !self.last.is_empty() {
            return Ok(Some(self.last.split().freeze()));
        }
        let Some(first) = self.segments.front_mut() else { return Ok(None) };
        let length = (first.written - first.read).min(PIECE as u64) as usize;
        let mut piece = vec![0; length];
        first.file.read_exact_at(&mut piece, first.read)?;
        first.read += length as u64;
        if first.read == first.written {
            self.segments.pop_front();
        }
        self.hold(length);
        Ok(Some(piece.into()))
    }

    /// So many bytes of what was popped are written.
    pub fn release(&mut self, bytes: usize) {
        let bytes = bytes.min(self.held);
        self.held -= bytes;
        self.budget.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn on_disk(&self) -> u64 {
        self.segments.iter().map(|segment| segment.written - segment.read).sum()
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.held + bytes <= OWN
            || self.budget.used.load(Ordering::Relaxed) + bytes <= self.budget.limits.memory
    }

    fn hold(&mut self, bytes: usize) {
        self.held += bytes;
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
    }

    fn keep(&mut self, data: &[u8]) {
        self.hold(data.len());
        self.last.extend_from_slice(data);
        if self.last.len() >= PIECE {
            self.pieces.push_back(self.last.split().freeze());
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        self.release(self.held);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn budget(memory: usize, files: u64) -> Arc<Budget> {
        Budget::new(Limits { memory, files, folder: std::env::temp_dir() })
    }

    fn drain(spool: &mut Spool) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(piece) = spool.pop().unwrap() {
            spool.release(piece.len());
            all.extend_from_slice(&piece);
        }
        all
    }

    #[test]
    fn beyond_the_budget_a_file_takes_it_and_beyond_the_file_nothing() {
        let budget = budget(100_000, 200_000);
        let mut spool = Spool::new(Arc::clone(&budget));
        let data: Vec<u8> = (0..300u32).flat_map(|number| vec![number as u8; 1000]).collect();
        for part in data.chunks(1000) {
            spool.push(part).unwrap();
        }
        assert_eq!((spool.len(), budget.used.load(Ordering::Relaxed)), (300_000, 100_000));
        assert!(matches!(spool.push(b"x"), Err(Overflow::Full(300_000))));
        assert_eq!(drain(&mut spool), data);
        assert_eq!((spool.is_empty(), budget.used.load(Ordering::Relaxed)), (true, 0));
        assert!(spool.segments.is_empty(), "the file is gone when it is read");
    }

    #[test]
    fn each_has_a_little_of_its_own_when_another_has_taken_all() {
        let budget = budget(50_000, 0);
        let (mut slow, mut fast) = (Spool::new(Arc::clone(&budget)), Spool::new(Arc::clone(&budget)));
        slow.push(&[0; 50_000]).unwrap();
        assert!(matches!(slow.push(b"x"), Err(Overflow::Full(_))));
        fast.push(&[0; OWN]).unwrap();
        assert!(matches!(fast.push(b"x"), Err(Overflow::Full(_))));
        drop(slow);
        fast.push(&[0; 30_000]).unwrap();
        drop(fast);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0, "what is dropped is given back");
    }

    #[test]
    fn without_a_folder_for_files_there_is_an_error() {
        let folder = PathBuf::from("/dev/null/none");
        let budget = Budget::new(Limits { memory: 0, files: 1 << 20, folder });
        let mut spool = Spool::new(budget);
        assert!(matches!(spool.push(&[0; OWN + 1]), Err(Overflow::File(_))));
    }

    proptest! {
        #[test]
        fn everything_comes_out_in_order(
            steps in proptest::collection::vec((0usize..40_000, 0usize..3), 1..40),
            memory in 0usize..200_000,
        ) {
            let budget = budget(memory, u64::MAX);
            let mut spool = Spool::new(Arc::clone(&budget));
            let (mut next, mut came) = (0u8, Vec::new());
            let mut put = Vec::new();
            for (length, pops) in steps {
                let data: Vec<u8> = (0..length).map(|_| { next = next.wrapping_mul(31).wrapping_add(7); next }).collect();
                spool.push(&data).unwrap();
                put.extend_from_slice(&data);
                prop_assert!(budget.used.load(Ordering::Relaxed) <= memory.max(OWN) + PIECE * pops.max(1));
                for _ in 0..pops {
                    if let Some(piece) = spool.pop().unwrap() {
                        spool.release(piece.len());
                        came.extend_from_slice(&piece);
                    }
                }
                prop_assert_eq!(spool.len(), (put.len() - came.len()) as u64);
            }
            came.extend(drain(&mut spool));
            prop_assert_eq!(came, put);
        }
    }
}
