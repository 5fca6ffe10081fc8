//! The file of `--log-file`: added to, for its owner only from the first byte on. A log that cannot be written ends
//! nothing, but is told once.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::output::Reporter;

pub struct LogFile {
    path: PathBuf,
    file: File,
    failed: AtomicBool,
    reporter: Reporter,
}

impl LogFile {
    pub fn open(path: &Path, reporter: Reporter) -> Result<Self> {
        let file = open(path).map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "the folder of the file must exist",
                io::ErrorKind::IsADirectory => "--log-file names the file itself, such as opsctl.log in it",
                _ => "--log-file names a file that you may write to and that is yours",
            };
            Error::usage(format!("cannot log into {}", path.display())).because(error).hint(hint)
        })?;
        Ok(LogFile { path: path.to_owned(), file, failed: AtomicBool::new(false), reporter })
    }

    /// A whole line in one write: several programs may log into the same file.
    pub fn write(&self, line: &[u8]) {
        if let Err(error) = (&self.file).write_all(line)
            && !self.failed.swap(true, Ordering::Relaxed)
        {
            let path = self.path.display();
            self.reporter.warn(format_args!("the log in {path} is not whole: {error}"));
        }
    }
}

/// What is there already is made private before anything is added; what cannot be is refused. A pipe without a reader
/// would never be opened.
fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() && !found.file_type().is_char_device() => {
            return Err(io::Error::other("it is not a file"));
        }
        _ => {}
    }
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    let found = file.metadata()?;
    if found.is_file() && found.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}
