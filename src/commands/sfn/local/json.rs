//! Files of limited size and the JSON in them, with the place of what is wrong.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Kind, Result};
use crate::input::Mistake;

/// Far more than any file that people write for a workflow.
const MOST_BYTES: u64 = 16 << 20;

/// The text of a file; `-` is stdin. `what` names it in errors.
pub async fn text(path: &Path, what: &str) -> Result<String> {
    let owned = path.to_owned();
    // A pipe may give its text late, or never, and a read cannot be given up.
    let read = tokio::task::spawn_blocking(move || blocking_text(&owned));
    let failed = |error| unreadable(path, what, error);
    Ok(read.await.map_err(|error| failed(error.into()))?.map_err(failed)?)
}

/// The same, for a thread of its own.
pub fn blocking_text(path: &Path) -> io::Result<String> {
    match path == Path::new("-") {
        true => limited(io::stdin()),
        false => std::fs::File::open(path).and_then(limited),
    }
}

fn limited(input: impl Read) -> io::Result<String> {
    let mut text = String::new();
    input.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is over {} MiB long", MOST_BYTES >> 20)));
    }
    Ok(text)
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

/// The value of a JSON text; what is none has one mistake.
pub fn parse(file: &str, text: &str) -> Result<Value, Mistake> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        Mistake::new(file, error.line().max(1), error.column().max(1), message)
    })
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
