//! Uploads in parts that have begun and are not over: one is told of in a private file of the state folder, which is held
//! locked while the upload lives. Of one that has ended without a word, killed or left, the next upload in the same place
//! has S3 drop the parts. Owns these files; what is uploaded is not its affair.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use opsctl_engine::manifest::Location;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::{Kind, Report, Result};
use crate::{aws, files, random};

/// Of a file, and of what is cleared away by one upload.
const MOST_BYTES: u64 = 64 << 10;
const MOST: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    /// The endpoint or the region: another one does not know the upload.
    place: String,
    bucket: String,
    key: String,
    upload_id: String,
}

/// The file of an upload. Its lock goes with the value, and with the process; the file does not.
pub struct Note {
    begun: Begun,
    path: Option<PathBuf>,
    _lock: Option<File>,
}

impl Note {
    /// Without a file, where none can be written, the upload is as good: only a kill would leave its parts.
    pub async fn new(to: &Location, upload_id: &str, ctx: &Context) -> Result<Self> {
        let Location { bucket, key } = to.clone();
        let begun = Begun { place: place(ctx).await?, bucket, key, upload_id: upload_id.to_owned() };
        let written = folder(ctx).and_then(|folder| write(&folder, &begun).ok());
        let (path, lock) = written.unzip();
        Ok(Note { begun, path, _lock: lock })
    }

    /// Nothing is left of the upload but its object.
    pub fn done(&self) {
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }

    /// Has S3 drop the parts; if it does not, says so.
    pub async fn abort(&self, client: &Client, ctx: &Context) {
        let Begun { bucket, key, upload_id, .. } = &self.begun;
        let abort = client.abort_multipart_upload().bucket(bucket).key(key).upload_id(upload_id);
        let Err(error) = abort.send().await else { return self.done() };
        let failure = aws::failure(&error, "they were not dropped");
        let is_gone = error.raw_response().is_some_and(|raw| raw.status().as_u16() == 404);
        if is_gone || failure.kind() != Kind::Temporary {
            self.done();
        }
        if !is_gone {
            let to = Location { bucket: bucket.clone(), key: key.clone() };
            let why = Report::new(&failure.into()).line();
            ctx.reporter()
                .warn(format_args!("parts of an upload to {to} that was broken off are still in S3: {why}"));
            ctx.reporter().hint("a lifecycle rule with AbortIncompleteMultipartUpload drops them");
        }
    }
}

/// Has S3 drop what uploads have left that nobody goes on with.
pub async fn clear(client: &Client, ctx: &Context) -> Result<()> {
    let Some(folder) = folder(ctx).filter(|folder| folder.is_dir()) else { return Ok(()) };
    let place = place(ctx).await?;
    for note in left(&folder).filter(|note| note.begun.place == place).take(MOST) {
        note.abort(client, ctx).await;
    }
    Ok(())
}

async fn place(ctx: &Context) -> Result<String> {
    let aws = ctx.aws().await?;
    Ok(aws.endpoint().unwrap_or(&aws.region().value).to_owned())
}

fn folder(ctx: &Context) -> Option<PathBuf> {
    Some(ctx.state_dir().ok()?.join("builds"))
}

/// It has its name when it is whole and locked: nobody takes it for one that was left.
fn write(folder: &Path, begun: &Begun) -> io::Result<(PathBuf, File)> {
    files::make_private_folder(folder)?;
    let name = random::hex(16).map_err(io::Error::other)?;
    let (beside, path) = (folder.join(format!("{name}.new")), folder.join(format!("{name}.upload")));
    let mut file = files::open_private(&beside)?;
    let written = file.try_lock().map_err(io::Error::from).and_then(|()| {
        file.write_all(&serde_json::to_vec(begun)?)?;
        fs::rename(&beside, &path)
    });
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    Ok((path, file))
}

/// Of uploads that are over without having said so.
fn left(folder: &Path) -> impl Iterator<Item = Note> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "upload")).filter_map(|path| {
        let file = File::open(&path).ok()?;
        file.try_lock().ok()?;
        let mut text = String::new();
        (&file).take(MOST_BYTES).read_to_string(&mut text).ok()?;
        let begun = serde_json::from_str(&text).ok()?;
        Some(Note { begun, path: Some(path), _lock: Some(file) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_nobody_holds() {
        let folder = std::env::temp_dir().join(format!("opsctl-begun-{}", std::process::id()));
        let begun = |key: &str| Begun {
            place: "eu-west-1".into(),
            bucket: "lists-1".into(),
            key: key.into(),
            upload_id: "u".into(),
        };
        let (_, held) = write(&folder, &begun("held")).unwrap();
        drop(write(&folder, &begun("left")).unwrap());
        fs::write(folder.join("torn.upload"), "{\"place\": ").unwrap();
        let found = |folder: &Path| left(folder).map(|note| note.begun.key).collect::<Vec<_>>();
        assert_eq!(found(&folder), ["left"]);
        drop(held);
        let mut both = found(&folder);
        both.sort();
        assert_eq!(both, ["held", "left"]);
        left(&folder).for_each(|note| note.done());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found(&folder), [""; 0]);
    }
}
