//! Files that opsctl makes: written beside and then renamed, so that nobody ever reads half of one; private ones are
//! for their owner only. It must not know what is in them, nor which folder they belong into.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

const PRIVATE: u32 = 0o600;
/// As many as Linux follows.
const LINKS: usize = 40;
const PRIVATE_FOLDER: u32 = 0o700;

/// Writes a file that is the user's own: with the mode it had, or the one the user gives to new files.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = &followed(path)?;
    replace(path, content, |beside| {
        let file = OpenOptions::new().write(true).create_new(true).open(beside)?;
        if let Ok(before) = fs::metadata(path) {
            file.set_permissions(before.permissions())?;
        }
        Ok(file)
    })
}

/// What a path leads to when it is a chain of links: what is written there takes the place of no link. Descriptors of the
/// process, as `/dev/stdout`, are ends by themselves.
pub fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink());
        if !is_link || is_descriptor(&path) {
            return Ok(path);
        }
        // One that is not absolute is told from the folder of the link.
        path = path.parent().unwrap_or(Path::new("")).join(fs::read_link(&path)?);
    }
    Err(io::Error::other("there are too many links in a row"))
}

fn is_descriptor(path: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr", "/dev/stdin"].iter().any(|name| path == Path::new(name))
        || path.starts_with("/dev/fd")
        || path.starts_with("/proc")
}

/// Writes a file that only its owner may read, from its first byte on.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, |beside| {
        OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(beside)
    })
}

/// Opens a private file for reading and writing, in place; makes it if need be.
pub fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(PRIVATE).open(path)
}

/// A private file in `folder` that nobody can find, and that is gone when it is closed.
pub fn open_unlinked(folder: &Path) -> io::Result<File> {
    let beside = beside(&folder.join("opsctl"))?;
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(PRIVATE).open(&beside)?;
    fs::remove_file(&beside)?;
    Ok(file)
}

/// Makes a folder that only its owner may enter, and those above it; one that is there is left as it is.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(PRIVATE_FOLDER).create(path)
}

/// A file that is written bit by bit beside the one it will replace; dropped before it is finished, it is gone. What is no
/// file, a device or a pipe, is written to as it is.
#[derive(Debug)]
pub struct Beside {
    file: File,
    /// What it is called until it is finished, and then.
    names: Option<(PathBuf, PathBuf)>,
}

impl Beside {
    /// With the mode that the file had, or the one the user gives to new files.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = &followed(path)?;
        match fs::metadata(path) {
            // Somebody else has it open, and is to find there what was written.
            Ok(_) if is_descriptor(path) => {
                Ok(Beside { file: OpenOptions::new().append(true).open(path)?, names: None })
            }
            Ok(before) if before.is_file() => {
                let beside = Beside::new(path)?;
                beside.file.set_permissions(before.permissions())?;
                Ok(beside)
            }
            Ok(_) => Ok(Beside { file: OpenOptions::new().write(true).open(path)?, names: None }),
            Err(_) => Beside::new(path),
        }
    }

    fn new(path: &Path) -> io::Result<Self> {
        let (file, beside) = begin(path)?;
        Ok(Beside { file, names: Some((beside, path.to_owned())) })
    }

    /// What is written to; a thread may have it while this value stays with who may be left early.
    pub fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// From here on it is there.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        if let Some((beside, path)) = &self.names {
            fs::rename(beside, path)?;
        }
        self.names = None;
        Ok(())
    }
}

impl io::Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.names {
            let _ = fs::remove_file(beside);
        }
    }
}

fn replace(path: &Path, content: &[u8], create: impl FnOnce(&Path) -> io::Result<File>) -> io::Result<()> {
    let beside = beside(path)?;
    let written =
        create(&beside).and_then(|mut file| file.write_all(content)).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The failure that is told is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file beside, which takes long enough to write that somebody may be killed over it: it is held locked meanwhile, and
/// those that were left so are removed first.
fn begin(path: &Path) -> io::Result<(File, PathBuf)> {
    let beside = beside(path)?;
    remove_left(path);
    let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    // Where files cannot be locked, nothing that is left is removed.
    let _ = file.try_lock();
    Ok((file, beside))
}

/// What writes of this file have left whose process is gone. A number can be another machine's: nobody may hold the file.
fn remove_left(path: &Path) {
    let (Some(name), Some(folder)) = (path.file_name().and_then(|name| name.to_str()), path.parent()) else {
        return;
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_str().is_some_and(|of| is_left(of, name))) {
        let file = OpenOptions::new().write(true).open(entry.path());
        if file.is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether `of` is what [`beside`] calls a file of this name, for a process that is gone.
fn is_left(of: &str, name: &str) -> bool {
    let rest =
        of.strip_prefix('.').and_then(|of| of.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".new"));
    let Some((process, count)) = rest.and_then(|rest| rest.split_once('-')) else { return false };
    let is_count = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let process = process.parse().ok().filter(|number| *number > 0).and_then(Pid::from_raw);
    is_count && process.is_some_and(|process| test_kill_process(process) == Err(Errno::SRCH))
}

/// A name that no other process and no other write of this one uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
    let mut beside = OsString::from(".");
    beside.push(name);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    beside.push(format!(".{}-{number}.new", std::process::id()));
    Ok(path.with_file_name(beside))
}

/// Removes what a process that was killed left half written in a folder. Nobody may write there now.
pub fn remove_half_written(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(b".") && name.ends_with(b".new") {
            // It is only in the way.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder that goes with the value.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("opsctl-files-{name}-{}", std::process::id()));
            make_private_folder(&path).unwrap();
            Folder(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_private_file_is_private_and_whole_and_leaves_nothing_beside() {
        let folder = Folder::new("private");
        let file = folder.0.join("record.json");
        fs::write(&file, "old and readable by all").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&file, b"new").unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("new", 0o600));
        assert_eq!((folder.names(), mode(&folder.0)), (vec!["record.json".to_owned()], 0o700));
    }

    #[test]
    fn a_file_written_bit_by_bit_is_there_when_it_is_whole() {
        let folder = Folder::new("bit-by-bit");
        let file = folder.0.join("list.csv");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let dropped = Beside::create(&file).unwrap();
        dropped.writer().unwrap().write_all(b"half").unwrap();
        drop(dropped);
        assert_eq!(
            (folder.names(), fs::read_to_string(&file).unwrap()),
            (vec!["list.csv".to_owned()], "old".to_owned())
        );
        let whole = Beside::create(&file).unwrap();
        whole.writer().unwrap().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        whole.finish().unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("new", 0o640));
        assert_eq!(folder.names(), ["list.csv"]);
        assert_eq!(Beside::create(&folder.0).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }

    #[test]
    fn what_a_killed_write_has_left_goes_with_the_next_one() {
        let folder = Folder::new("left");
        // A process that is gone: its number is nobody's yet.
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let gone = child.id();
        child.wait().unwrap();
        let name = |pid: u32| format!(".m.csv.{pid}-0.new");
        let (own, other) = (name(std::process::id()), format!(".other.csv.{gone}-0.new"));
        let (odd, held) = (format!(".m.csv.{gone}-x.new"), format!(".m.csv.{gone}-1.new"));
        for name in [&name(gone), &own, &other, &odd, &held, &name(1), ".m.csv.0-0.new"] {
            fs::write(folder.0.join(name), "half").unwrap();
        }
        let lock = File::open(folder.0.join(&held)).unwrap();
        lock.lock().unwrap();
        let path = folder.0.join("m.csv");
        Beside::create(&path).unwrap().finish().unwrap();
        let mut kept = vec![own, other, odd, held, name(1), ".m.csv.0-0.new".to_owned(), "m.csv".to_owned()];
        kept.sort();
        assert_eq!(folder.names(), kept);
        drop(lock);
        Beside::create(&path).unwrap().finish().unwrap();
        assert_eq!(folder.names().len(), kept.len() - 1);
    }

    #[test]
    fn links_are_followed_and_stay() {
        let folder = Folder::new("links");
        let at = |name: &str| folder.0.join(name);
        fs::create_dir(at("deep")).unwrap();
        for (link, to) in [("one", "two"), ("two", "deep/list.csv"), ("round", "about"), ("about", "round")] {
            std::os::unix::fs::symlink(to, at(link)).unwrap();
        }
        // Where the last of them leads to nothing, that is made.
        for text in ["first", "second"] {
            let mut file = Beside::create(&at("one")).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.finish().unwrap();
            assert_eq!(fs::read_to_string(at("deep/list.csv")).unwrap(), text);
        }
        write(&at("one"), b"third").unwrap();
        assert_eq!(fs::read_to_string(at("deep/list.csv")).unwrap(), "third");
        assert!(["one", "two"].iter().all(|name| at(name).is_symlink()));
        assert!(Beside::create(&at("round")).is_err());
        assert_eq!(followed(Path::new("/dev/stdout")).unwrap(), Path::new("/dev/stdout"));
        fs::remove_dir_all(at("deep")).unwrap();
        ["one", "two", "round", "about"].iter().for_each(|name| fs::remove_file(at(name)).unwrap());
    }

    #[test]
    fn a_file_of_the_users_keeps_its_mode() {
        let folder = Folder::new("own");
        let file = folder.0.join("sandbox.toml");
        write(&file, b"one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        write(&file, b"two").unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("two", 0o640));
    }

    #[test]
    fn an_unlinked_file_is_private_and_leaves_nothing() {
        let folder = Folder::new("unlinked");
        let mut file = open_unlinked(&folder.0).unwrap();
        file.write_all(b"x").unwrap();
        assert_eq!((folder.names().len(), file.metadata().unwrap().permissions().mode() & 0o777), (0, 0o600));
        drop(file);
    }

    #[test]
    fn a_write_that_fails_leaves_nothing_behind() {
        let folder = Folder::new("fails");
        let file = folder.0.join("taken");
        fs::create_dir(&file).unwrap();
        assert!(write_private(&file, b"x").is_err());
        assert!(write(Path::new("/"), b"x").is_err());
        assert_eq!(folder.names(), ["taken"]);
    }
}
