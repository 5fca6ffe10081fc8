//! The bytes of objects: small ones in memory, larger ones in private files that go when nothing refers to them, and
//! some that are only pretended. Must not know what objects are.

use super::checksum::{Algorithm, Digest, Hasher};
use crate::files;
use crate::random;
use md5::Digest as _;
use md5::Md5;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Up to so many bytes are kept in memory.
const SMALL: usize = 4096;
/// Pieces that are read at once.
pub const CHUNK: usize = 128 << 10;

/// Where the files of one store are.
#[derive(Debug)]
pub struct Blobs {
    folder: PathBuf,
    /// What is dropped from now on stays on disk.
    closed: AtomicBool,
}

impl Blobs {
    pub fn new(folder: PathBuf) -> Arc<Self> {
        // Until everything is loaded that may refer to a file, nothing is removed.
        Arc::new(Blobs { folder, closed: AtomicBool::new(true) })
    }

    pub fn open(&self) {
        self.closed.store(false, Ordering::Release);
    }

    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// A file that is there already.
    pub fn adopt(self: &Arc<Self>, name: &str) -> Arc<Blob> {
        Arc::new(Blob { name: name.to_owned(), home: Some(Arc::clone(self)) })
    }

    /// Removes what a killed sandbox has left half written, or could not remove.
    pub fn remove_others(&self, kept: impl Fn(&str) -> bool) -> io::Result<()> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_str().is_none_or(|name| !kept(name)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn create(&self) -> io::Result<(String, File)> {
        files::make_private_folder(&self.folder)?;
        let name = random::hex(32).map_err(io::Error::other)?;
        let file = files::open_private(&self.folder.join(&name))?;
        Ok((name, file))
    }
}

/// Whether nothing is there, as in a folder that was never made.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A file of bytes. It is removed with the last that refers to it.
#[derive(Debug)]
pub struct Blob {
    name: String,
    /// None: it was read from a journal, and its store was not told to it yet.
    home: Option<Arc<Blobs>>,
}

impl Blob {
    pub fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<File> {
        match &self.home {
            Some(home) => File::open(home.folder.join(&self.name)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        if let Some(home) = self.home.as_ref().filter(|home| !home.closed.load(Ordering::Acquire)) {
            // What cannot be removed now is when the sandbox starts again.
            let _ = fs::remove_file(home.folder.join(&self.name));
        }
    }
}

/// Some bytes of a file, all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Piece {
    #[serde(serialize_with = "by_name", deserialize_with = "from_name")]
    pub blob: Arc<Blob>,
    pub size: u64,
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.blob.name == other.blob.name && self.size == other.size
    }
}

impl Eq for Piece {}

fn by_name<S: Serializer>(blob: &Arc<Blob>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&blob.name)
}

fn from_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Blob>, D::Error> {
    Ok(Arc::new(Blob { name: String::deserialize(deserializer)?, home: None }))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    #[serde(with = "text")]
    Small(Arc<[u8]>),
    /// One after the other, as the parts of an upload.
    #[serde(with = "list")]
    Files(Arc<[Piece]>),
    /// So many zeros that nobody has written.
    Zeros(u64),
}

/// Bytes as text in a journal.
mod text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(bytes: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Arc::from).map_err(D::Error::custom)
    }
}

/// The pieces of a content as they are in a journal.
mod list {
    use super::Piece;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(pieces: &Arc<[Piece]>, serializer: S) -> Result<S::Ok, S::Error> {
        pieces.as_ref().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[Piece]>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into())
    }
}

impl Content {
    pub fn size(&self) -> u64 {
        match self {
            Content::Small(bytes) => bytes.len() as u64,
            Content::Files(pieces) => pieces.iter().map(|piece| piece.size).sum(),
            Content::Zeros(size) => *size,
        }
    }

    /// The bytes from `start`, up to `size` of them. The files are opened now, so they may be removed meanwhile.
    pub fn reader(&self, start: u64, size: u64) -> io::Result<Reader> {
        let end = start.saturating_add(size).min(self.size());
        let source = match self {
            Content::Small(bytes) => Source::Memory(Arc::clone(bytes)),
            Content::Files(pieces) => {
                let mut files = Vec::new();
                let mut at = 0;
                for piece in pieces.iter() {
                    let next = at + piece.size;
                    if next > start && at < end {
                        files.push((at, next, piece.blob.open()?));
                    }
                    at = next;
                }
                Source::Files(files)
            }
            Content::Zeros(_) => Source::Zeros,
        };
        Ok(Reader { source, at: start.min(end), end })
    }

    /// The same, known to the store that keeps its files.
    pub fn adopted(self, adopt: &mut impl FnMut(&str) -> Arc<Blob>) -> Self {
        match self {
            Content::Files(pieces) => {
                let adopted =
                    pieces.iter().map(|piece| Piece { blob: adopt(piece.blob.name()), size: piece.size });
                Content::Files(adopted.collect())
            }
            content => content,
        }
    }

    /// One after the other.
    pub fn join(parts: impl Iterator<Item = Content>, blobs: &Arc<Blobs>) -> io::Result<Self> {
        let mut pieces = Vec::new();
        for part in parts {
            match part {
                Content::Files(of_part) => pieces.extend(of_part.iter().cloned()),
                Content::Small(bytes) if bytes.is_empty() => {}
                content => pieces.push(written(&content, blobs)?),
            }
        }
        Ok(Content::Files(pieces.into()))
    }
}

/// The content in a file.
fn written(content: &Content, blobs: &Arc<Blobs>) -> io::Result<Piece> {
    let (name, mut file) = blobs.create()?;
    let blob = blobs.adopt(&name);
    let mut reader = content.reader(0, u64::MAX)?;
    while let Some(bytes) = reader.next_chunk()? {
        file.write_all(&bytes)?;
    }
    Ok(Piece { blob, size: content.size() })
}

enum Source {
    Memory(Arc<[u8]>),
    /// First byte, byte behind the last, file.
    Files(Vec<(u64, u64, File)>),
    Zeros,
}

/// Bytes of a content, a chunk at a time.
pub struct Reader {
    source: Source,
    at: u64,
    end: u64,
}

impl Reader {
    pub fn remaining(&self) -> u64 {
        self.end - self.at
    }

    /// None: that was all.
    pub fn next_chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = usize::try_from(self.remaining()).unwrap_or(CHUNK).min(CHUNK);
        if size == 0 {
            return Ok(None);
        }
        let bytes = match &self.source {
            Source::Memory(bytes) => {
                let at = usize::try_from(self.at).unwrap_or(usize::MAX);
                bytes.get(at..).and_then(|rest| rest.get(..size)).map(<[u8]>::to_vec)
            }
            Source::Files(files) => {
                let here = files.iter().find(|(first, behind, _)| (*first..*behind).contains(&self.at));
                match here {
                    None => None,
                    Some((first, behind, file)) => {
                        let in_file = usize::try_from(behind - self.at).unwrap_or(size);
                        let mut bytes = vec![0; size.min(in_file)];
                        file.read_exact_at(&mut bytes, self.at - first)?;
                        Some(bytes)
                    }
                }
            }
            Source::Zeros => Some(vec![0; size]),
        };
        let bytes = bytes.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.at += bytes.len() as u64;
        Ok(Some(bytes))
    }
}

/// Takes bytes as they come, and says in the end what they were.
pub struct Writer {
    blobs: Arc<Blobs>,
    small: Vec<u8>,
    file: Option<(Arc<Blob>, File)>,
    size: u64,
    md5: Md5,
    hasher: Hasher,
}

/// Bytes that are in the store, but of no object yet.
#[derive(Debug, Clone)]
pub struct Written {
    pub content: Content,
    pub md5: [u8; 16],
    pub digest: Digest,
}

impl Writer {
    pub fn new(blobs: Arc<Blobs>, algorithm: Algorithm) -> Self {
        Writer {
            blobs,
            small: Vec::new(),
            file: None,
            size: 0,
            md5: Md5::new(),
            hasher: Hasher::new(algorithm),
        }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        if self.file.is_none() {
            self.small.extend_from_slice(bytes);
            if self.small.len() <= SMALL {
                return Ok(());
            }
            let (name, mut file) = self.blobs.create()?;
            let blob = self.blobs.adopt(&name);
            file.write_all(&self.small)?;
            self.small = Vec::new();
            self.file = Some((blob, file));
            return Ok(());
        }
        match &mut self.file {
            Some((_, file)) => file.write_all(bytes),
            None => Ok(()),
        }
    }

    pub fn finish(self) -> Written {
        let content = match self.file {
            Some((blob, _)) => Content::Files(Arc::new([Piece { blob, size: self.size }])),
            None => Content::Small(self.small.into()),
        };
        Written { content, md5: self.md5.finalize().into(), digest: self.hasher.finish() }
    }
}
