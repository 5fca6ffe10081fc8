//! Reading the files that are linted.

use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::error::{Error, Result};

/// Several times what a template or a definition may have.
const MOST_BYTES: u64 = 8 << 20;

/// What a file is called in findings.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

/// Blocks. Nothing where there is no such file; bytes that are no text stand as what replaces them, so that they are
/// found where they are.
pub fn read(path: &Path, name: &str) -> Result<Option<String>> {
    let cannot = |error: std::io::Error| Error::usage(format!("cannot read {name}")).because(error);
    let mut bytes = Vec::new();
    let length = if is_stdin(path) {
        std::io::stdin().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?
    } else {
        let file = match std::fs::File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(cannot)?,
        };
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?
    };
    if length as u64 > MOST_BYTES {
        return Err(Error::usage(format!(
            "{name} has more than {MOST_BYTES} bytes, which no definition has"
        ))
        .into());
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
