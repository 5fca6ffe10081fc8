//! The files themselves: texts of limited size, what they are called in messages, and how all that is wrong in one is told.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::Mistake;
use crate::error::{Error, Kind, Result};

/// Far more than any file that people write.
const MOST_BYTES: u64 = 16 << 20;

/// The text of a file; `-` is stdin. `what` names it in errors.
pub async fn text(path: &Path, what: &str) -> Result<String> {
    let owned = path.to_owned();
    let read = apart("read a file", move || Ok(blocking_text(&owned))).await?;
    Ok(read.map_err(|error| unreadable(path, what, error))?)
}

/// Runs what blocks on a thread of its own: a pipe may give its text late, or never, and a read cannot be given up.
pub async fn apart<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.map_err(|error| Error::failed(format!("cannot {what}")).because(error))?
}

/// The text of a file, for a thread of its own. The mark that some editors begin a text with is no part of it.
pub fn blocking_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    match path == Path::new("-") {
        true => io::stdin().take(MOST_BYTES + 1).read_to_end(&mut bytes)?,
        false => std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?,
    };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is over {} MiB long", MOST_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        io::Error::other(format!("it is not UTF-8 on line {line}"))
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

pub fn unreadable(path: &Path, what: &str, error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => Kind::NotFound,
        _ => Kind::Usage,
    };
    Error::new(kind, format!("cannot read {what} {}", named(path))).because(error)
}

/// What a file is called in messages.
pub fn named(path: &Path) -> String {
    match path == Path::new("-") {
        true => "stdin".to_owned(),
        false => path.display().to_string(),
    }
}

/// `message` with each mistake as a cause of its own.
pub fn mistaken(message: impl Into<String>, mistakes: Vec<Mistake>) -> Error {
    let error = Error::usage(message);
    match Mistake::chain(mistakes) {
        Some(first) => error.because(first),
        None => error,
    }
}

/// A path that a file names: relative ones are beside it. Two ways to one file are the same path where that can be told.
pub fn beside(file: &Path, path: &str) -> PathBuf {
    let joined = file.parent().unwrap_or(Path::new("")).join(path);
    let mut plain = PathBuf::new();
    for step in joined.components() {
        let is_back = step == Component::ParentDir;
        if !(is_back && matches!(plain.components().next_back(), Some(Component::Normal(_))) && plain.pop()) {
            plain.push(step);
        }
    }
    // Through a link, back again is elsewhere.
    match (std::fs::canonicalize(&joined), std::fs::canonicalize(&plain)) {
        (Ok(whole), Ok(short)) if whole == short => plain,
        _ => joined,
    }
}
