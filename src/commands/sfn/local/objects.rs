//! `--objects`: buckets as folders of one folder, for item readers and result writers. Keys stay inside of them.

use opsctl_engine::hex::hex;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use opsctl_engine::asl::execution::{ObjectRequest, WriteRequest};
use opsctl_engine::asl::history::Failure;
use serde_json::{Value, json};

use crate::files;

/// An object is read whole.
const MOST_BYTES: u64 = 1 << 30;

pub struct Objects {
    root: PathBuf,
    /// What was written, where that does not go into the folder.
    kept: Option<BTreeMap<(String, String), Bytes>>,
}

impl Objects {
    /// Writes go into the folder.
    pub fn new(root: &Path) -> Self {
        Objects { root: root.to_owned(), kept: None }
    }

    /// Writes are seen by this run alone.
    pub fn untouched(root: &Path) -> Self {
        Objects { root: root.to_owned(), kept: Some(BTreeMap::new()) }
    }

    pub fn read(&self, request: &ObjectRequest) -> Result<Bytes, Failure> {
        let (bucket, key) = (text(request, "Bucket"), text(request, "Key"));
        let kept = self.kept.as_ref().and_then(|kept| kept.get(&(bucket.to_owned(), key.to_owned())));
        if let Some(body) = kept {
            return Ok(body.clone());
        }
        let path = self.path(bucket, key)?;
        let found = std::fs::metadata(&path);
        if found.as_ref().is_ok_and(|found| found.len() > MOST_BYTES) {
            return Err(failure("S3.EntityTooLarge", format!("s3://{bucket}/{key} is over 1 GiB long")));
        }
        match std::fs::read(&path) {
            Ok(body) => Ok(Bytes::from(body)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.root.join(bucket).is_dir() => {
                Err(no_bucket(bucket))
            }
            Err(error) if is_missing(&error) => {
                Err(failure("S3.NoSuchKey", format!("The specified key does not exist: s3://{bucket}/{key}")))
            }
            Err(error) => Err(failure("S3.InternalError", format!("{}: {error}", path.display()))),
        }
    }

    /// As ListObjectsV2 gives them, by key.
    pub fn list(&self, request: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        let (bucket, prefix) = (text(request, "Bucket"), text(request, "Prefix"));
        let folder = self.path(bucket, "")?;
        if !folder.is_dir() {
            return Err(no_bucket(bucket));
        }
        let mut found = BTreeMap::new();
        let failed = |error: io::Error| failure("S3.InternalError", format!("{}: {error}", folder.display()));
        walk(&folder, "", prefix, &mut found).map_err(failed)?;
        for ((_, key), body) in self.kept.iter().flatten().filter(|((of, _), _)| of == bucket) {
            if key.starts_with(prefix) {
                found.insert(key.clone(), described(key, body, None));
            }
        }
        Ok(found.into_values().collect())
    }

    pub fn write(&mut self, request: &WriteRequest) -> Result<(), Failure> {
        let path = self.path(&request.bucket, &request.key)?;
        if let Some(kept) = &mut self.kept {
            kept.insert((request.bucket.clone(), request.key.clone()), request.body.clone());
            return Ok(());
        }
        if !self.root.join(&request.bucket).is_dir() {
            return Err(no_bucket(&request.bucket));
        }
        let folder = path.parent().unwrap_or(&self.root);
        let written = std::fs::create_dir_all(folder).and_then(|()| files::write(&path, &request.body));
        written.map_err(|error| failure("S3.InternalError", format!("{}: {error}", path.display())))
    }

    /// The file of an object. Names that lead out of the folder are refused.
    fn path(&self, bucket: &str, key: &str) -> Result<PathBuf, Failure> {
        let is_inside = |step: &str| !matches!(step, "" | "." | "..");
        if !is_inside(bucket) || bucket.contains(['/', '\0']) {
            return Err(failure(
                "S3.InvalidBucketName",
                format!("there is no bucket by the name {bucket:?}"),
            ));
        }
        let folder = self.root.join(bucket);
        if key.is_empty() {
            return Ok(folder);
        }
        if !key.split('/').all(is_inside) || key.contains('\0') {
            return Err(failure("S3.NoSuchKey", format!("the key {key:?} cannot be a file here")));
        }
        Ok(folder.join(key))
    }
}

fn walk(folder: &Path, above: &str, prefix: &str, found: &mut BTreeMap<String, Value>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let key = format!("{above}{name}");
        let kind = entry.file_type()?;
        // A link may lead anywhere, back up as well.
        if kind.is_symlink() && !std::fs::metadata(entry.path()).is_ok_and(|found| found.is_file()) {
            continue;
        }
        if kind.is_dir() {
            let inner = format!("{key}/");
            if inner.starts_with(prefix) || prefix.starts_with(&inner) {
                walk(&entry.path(), &inner, prefix, found)?;
            }
        } else if key.starts_with(prefix) {
            let modified = entry.metadata()?.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
            let body = std::fs::read(entry.path())?;
            let object = described(&key, &body, modified);
            found.insert(key, object);
        }
    }
    Ok(())
}

fn described(key: &str, body: &[u8], modified: Option<Timestamp>) -> Value {
    let etag = hex(&Md5::digest(body));
    json!({
        "Etag": format!("\"{etag}\""),
        "Key": key,
        "LastModified": modified.unwrap_or(Timestamp::UNIX_EPOCH).as_second(),
        "Size": body.len(),
        "StorageClass": "STANDARD",
    })
}

fn text<'a>(request: &'a ObjectRequest, field: &str) -> &'a str {
    request.arguments.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory
    )
}

fn no_bucket(bucket: &str) -> Failure {
    failure("S3.NoSuchBucket", format!("The specified bucket does not exist: {bucket}"))
}

fn failure(error: &str, cause: String) -> Failure {
    Failure { error: Some(Arc::from(error)), cause: Some(Arc::from(cause)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(arguments: Value) -> ObjectRequest {
        ObjectRequest { state: "Map".into(), arguments }
    }

    fn folder() -> PathBuf {
        let root = std::env::temp_dir().join(format!("opsctl-objects-{}", crate::random::hex(16).unwrap()));
        std::fs::create_dir_all(root.join("data/logs/a")).unwrap();
        std::fs::write(root.join("data/logs/a/1.txt"), "one").unwrap();
        std::fs::write(root.join("data/logs/b.txt"), "b").unwrap();
        std::fs::write(root.join("data/other"), "").unwrap();
        std::fs::write(root.join("secret"), "not an object").unwrap();
        root
    }

    #[test]
    fn keys_are_files_below_their_bucket_and_nowhere_else() {
        let root = folder();
        let objects = Objects::new(&root);
        let read = |bucket: &str, key: &str| {
            let read = objects.read(&request(json!({"Bucket": bucket, "Key": key})));
            read.map_err(|failure| failure.error.unwrap().to_string())
        };
        assert_eq!(read("data", "logs/a/1.txt").unwrap(), "one");
        for (bucket, key, error) in [
            ("data", "logs/none", "S3.NoSuchKey"),
            ("data", "logs", "S3.NoSuchKey"),
            ("data", "../secret", "S3.NoSuchKey"),
            ("data", "logs/../../secret", "S3.NoSuchKey"),
            ("data", "/etc/passwd", "S3.NoSuchKey"),
            ("..", "secret", "S3.InvalidBucketName"),
            ("", "secret", "S3.InvalidBucketName"),
            ("data/logs", "b.txt", "S3.InvalidBucketName"),
            ("none", "a", "S3.NoSuchBucket"),
        ] {
            assert_eq!(read(bucket, key), Err(error.to_owned()), "{bucket} {key}");
        }
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn listings_are_by_prefix_and_key() {
        let root = folder();
        let objects = Objects::new(&root);
        let keys = |prefix: &str| -> Vec<String> {
            let listed = objects.list(&request(json!({"Bucket": "data", "Prefix": prefix}))).unwrap();
            listed.iter().map(|object| object["Key"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(keys(""), ["logs/a/1.txt", "logs/b.txt", "other"]);
        assert_eq!(keys("logs/a"), ["logs/a/1.txt"]);
        assert_eq!(keys("lo"), ["logs/a/1.txt", "logs/b.txt"]);
        assert!(keys("x").is_empty());
        let listed = objects.list(&request(json!({"Bucket": "data", "Prefix": "logs/a/"}))).unwrap();
        assert_eq!(
            (&listed[0]["Size"], &listed[0]["Etag"]),
            (&json!(3), &json!("\"f97c5d29941bfb1b2fdab0874906ab82\""))
        );
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_is_written_goes_into_the_folder_or_is_kept_apart() {
        let root = folder();
        let write = |objects: &mut Objects, bucket: &str, key: &str| {
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            objects.write(&WriteRequest {
                state: "Map".into(),
                bucket,
                key,
                body: Bytes::from_static(b"new"),
            })
        };
        let get = request(json!({"Bucket": "data", "Key": "out/x/1.json"}));
        let mut apart = Objects::untouched(&root);
        write(&mut apart, "data", "out/x/1.json").unwrap();
        assert_eq!(apart.read(&get).unwrap(), "new");
        assert_eq!(apart.list(&request(json!({"Bucket": "data", "Prefix": "out/"}))).unwrap().len(), 1);
        assert!(!root.join("data/out").exists());
        let mut objects = Objects::new(&root);
        write(&mut objects, "data", "out/x/1.json").unwrap();
        assert_eq!(std::fs::read(root.join("data/out/x/1.json")).unwrap(), b"new");
        assert!(write(&mut objects, "data", "../escaped").is_err());
        assert!(write(&mut objects, "none", "a").is_err());
        std::fs::remove_dir_all(root).unwrap();
    }
}
