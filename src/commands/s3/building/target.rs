//! Where a manifest is written: beside a file and then renamed, into an object by an upload in parts, to stdout, or into
//! a spool until its name is known. Owns that nobody ever sees half a manifest in a file or an object.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use opsctl_engine::manifest::Location;

use super::spool::{Spool, Spooled};
use super::upload::Parts;
use crate::commands::s3::bucket::{self, Bucket};
use crate::commands::s3::source::Place;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::files::{self, Beside};
use crate::output::RawOutput;

/// What `--to` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct To(pub Place);

impl FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse()? {
            Place::Object(location) if location.key.is_empty() || location.key.ends_with('/') => {
                Err(format!("`{text}` names no object: {location}manifest.csv"))
            }
            // The shell's word for it: a link, which nothing may take the place of.
            Place::File(path) if path == Path::new("/dev/stdout") => Ok(To(Place::Stdin)),
            place => Ok(To(place)),
        }
    }
}

/// That the folder of a file is there is known before hours are spent on what goes into it.
pub fn look(path: &Path) -> Result<()> {
    let followed = files::followed(path).map_err(|error| unwritable(path, error))?;
    let folder = followed.parent().filter(|folder| !folder.as_os_str().is_empty());
    let looked = fs::metadata(folder.unwrap_or(Path::new("."))).and_then(|found| match found.is_dir() {
        true if path.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        true => Ok(()),
        false => Err(io::Error::from(io::ErrorKind::NotADirectory)),
    });
    looked.map_err(|error| unwritable(path, error).into())
}

/// That the bucket of an object is there, and within reach. Who may not look at it may write to it.
pub async fn look_in_s3(to: &Location, ctx: &Context) -> Result<()> {
    let aws = ctx.aws().await?;
    let here = &aws.region().value;
    match bucket::look_up(&aws.s3(), &to.bucket).await {
        Ok(Bucket::Missing) => {
            Err(Error::not_found(format!("there is no bucket {} for {to}", to.bucket)).into())
        }
        Ok(found) => match found.region().filter(|region| *region != here.as_str()) {
            Some(region) => Err(Error::failed(format!("{to} is in {region}, and {here} is written to"))
                .hint(format!("--region {region}: what is listed may be anywhere"))
                .into()),
            None => Ok(()),
        },
        // What is wrong is told by what follows.
        Err(_) => Ok(()),
    }
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::failed(format!("cannot write {}", path.display())).because(error)
}

/// A file that has its name when it is finished, and is gone when it is not; a device or a pipe is written to as it is.
pub struct NewFile<'a> {
    file: Beside,
    path: &'a Path,
}

impl<'a> NewFile<'a> {
    pub fn create(path: &'a Path) -> Result<Self> {
        let file = Beside::create(path).map_err(|error| unwritable(path, error))?;
        Ok(NewFile { file, path })
    }

    /// For a thread that may be left behind.
    pub fn writer(&self) -> Result<File> {
        Ok(self.file.writer().map_err(|error| unwritable(self.path, error))?)
    }

    pub fn finish(self) -> Result<()> {
        Ok(self.file.finish().map_err(|error| unwritable(self.path, error))?)
    }
}

/// A target as what writes rows sees it. Blocks.
pub enum Target {
    File(File),
    Stdout(RawOutput),
    Upload(Parts),
    Spool(Spool),
}

impl Target {
    /// The manifest is whole. What was spooled is still to be sent.
    pub fn finish(self) -> io::Result<Option<Spooled>> {
        match self {
            Target::File(_) | Target::Stdout(_) => Ok(None),
            Target::Upload(parts) => parts.finish().map(|()| None),
            Target::Spool(spool) => Ok(Some(spool.finish())),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::File(file) => file.write(bytes),
            Target::Upload(parts) => parts.write(bytes),
            Target::Spool(spool) => spool.write(bytes),
            Target::Stdout(out) => match out.write(bytes) {
                Ok(flow) if flow.is_continue() => Ok(bytes.len()),
                Ok(_) => Err(io::ErrorKind::BrokenPipe.into()),
                Err(error) => Err(io::Error::other(error)),
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::File(file) => file.flush(),
            Target::Upload(_) | Target::Stdout(_) | Target::Spool(_) => Ok(()),
        }
    }
}
