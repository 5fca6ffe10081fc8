use super::*;
use crate::error::Report;

/// A folder of this test, removed with the guard.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("opsctl-state-test-{}", random::hex(16).unwrap()));
        fs::create_dir(&path).unwrap();
        Scratch(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn connection() -> Connection {
    Connection {
        port: 4566,
        region: "us-east-1".into(),
        access_key_id: "AKIAABCDEFGHIJKLMNOP".into(),
        secret_access_key: Zeroizing::new("the secret/+".into()),
    }
}

fn report(result: Result<impl Sized>) -> Report {
    Report::new(&result.err().unwrap())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// A sandbox that can be found, as `sandbox up` makes one.
fn up(scratch: &Scratch, name: &str) -> Folder {
    let mut folder = Folder::open(&scratch.at(name)).unwrap();
    folder.publish(&connection(), &[], Timestamp::UNIX_EPOCH).unwrap();
    folder.announce(&scratch.at("state")).unwrap();
    folder
}

#[test]
fn everything_kept_is_private() {
    let scratch = Scratch::new();
    let folder = up(&scratch, "a/b");
    folder.aws_files_inside(&connection(), &[]).unwrap();
    for path in ["a/b", "a/b/inside", "state/sandboxes"] {
        assert_eq!(mode(&scratch.at(path)), 0o700, "{path}");
    }
    for file in ["lock", "sandbox.json", "credentials", "config", "inside/config", "inside/credentials"] {
        assert_eq!(mode(&folder.path().join(file)), 0o600, "{file}");
    }
    let record = fs::read_to_string(folder.path().join(RECORD)).unwrap();
    assert!(!record.contains("the secret"), "{record}");
}

#[test]
fn a_second_sandbox_in_a_folder_is_a_conflict_that_names_the_first() {
    let scratch = Scratch::new();
    let first = up(&scratch, "a");
    let report = report(Folder::open(&scratch.at("a")));
    assert_eq!(report.kind, Kind::Conflict);
    let expected = format!("already: http://127.0.0.1:4566, process {}", std::process::id());
    assert!(report.message.ends_with(&expected), "{}", report.message);
    drop(first);
    assert!(Folder::open(&scratch.at("a")).is_ok());
}

#[test]
fn the_only_one_running_is_found_and_any_by_its_folder() {
    let scratch = Scratch::new();
    let state = scratch.at("state");
    assert_eq!(report(find(|| Ok(state.clone()), None)).kind, Kind::NotFound);
    let first = up(&scratch, "a");
    let found = find(|| Ok(state.clone()), None).unwrap();
    assert_eq!(found.folder, first.path());
    assert_eq!(found.connection.secret_access_key.as_str(), "the secret/+");
    assert_eq!((found.connection.port, found.pid), (4566, std::process::id()));
    let second = up(&scratch, "b");
    let report = report(find(|| Ok(state.clone()), None));
    assert_eq!(report.kind, Kind::Usage);
    for folder in [&first, &second] {
        assert!(report.message.contains(&folder.path().display().to_string()), "{}", report.message);
    }
    assert_eq!(find(|| Ok(state.clone()), Some(&scratch.at("b"))).unwrap().folder, scratch.at("b"));
}

#[test]
fn what_a_dead_sandbox_left_is_not_believed_and_removed() {
    let scratch = Scratch::new();
    let state = scratch.at("state");
    let folder = up(&scratch, "a");
    // As after a kill: the files stay, the lock does not.
    for name in [RECORD, AWS_CREDENTIALS] {
        fs::copy(folder.path().join(name), scratch.at(name)).unwrap();
    }
    let path = folder.path().to_owned();
    drop(folder);
    for name in [RECORD, AWS_CREDENTIALS] {
        fs::copy(scratch.at(name), path.join(name)).unwrap();
    }
    std::os::unix::fs::symlink(&path, state.join("sandboxes/stale")).unwrap();
    std::os::unix::fs::symlink("/nonexistent", state.join("sandboxes/nowhere")).unwrap();
    assert_eq!(report(find(|| Ok(state.clone()), Some(&path))).kind, Kind::NotFound);
    assert!(running(&state).unwrap().is_empty());
    assert_eq!(fs::read_dir(state.join("sandboxes")).unwrap().count(), 0);
}

#[test]
fn dropping_a_folder_takes_back_key_and_pointer_but_not_the_nodes() {
    let scratch = Scratch::new();
    let folder = up(&scratch, "a");
    fs::create_dir(folder.path().join("nodes")).unwrap();
    drop(folder);
    let names = fs::read_dir(scratch.at("a")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["lock", "nodes"]);
    assert_eq!(fs::read_dir(scratch.at("state/sandboxes")).unwrap().count(), 0);
}

#[test]
fn a_temporary_folder_is_removed() {
    let scratch = Scratch::new();
    let folder = Folder::temporary(&scratch.0).unwrap();
    let path = folder.path().to_owned();
    assert_eq!(mode(&path), 0o700);
    folder.publish(&connection(), &[], Timestamp::UNIX_EPOCH).unwrap();
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn a_folder_that_others_may_read_is_made_private_only_if_it_is_a_sandboxs() {
    let scratch = Scratch::new();
    let path = scratch.at("a");
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(path.join(CONFIG), "").unwrap();
    drop(Folder::open(&path).unwrap());
    assert_eq!(mode(&path), 0o700);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(path.join("thesis.tex"), "").unwrap();
    let report = report(Folder::open(&path));
    assert_eq!(report.kind, Kind::Usage);
    assert!(report.causes[0].contains("thesis.tex"), "{report:?}");
    assert_eq!(mode(&path), 0o755);
}

#[test]
fn other_accounts_are_profiles_outside_and_inside_and_the_first_is_the_default() {
    let scratch = Scratch::new();
    let folder = Folder::open(&scratch.at("a")).unwrap();
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let (config, credentials) = folder.aws_files_inside(&connection(), &[]).unwrap();
    assert!(read(&config).starts_with("[sso-session sandbox]\n") && read(&credentials).is_empty());
    let other = Connection { access_key_id: "AKIASTAGING".into(), ..connection() };
    let profiles = [Profile { name: "staging".into(), connection: other }];
    folder.publish(&connection(), &profiles, Timestamp::UNIX_EPOCH).unwrap();
    let (config, credentials) = folder.aws_files_inside(&connection(), &profiles).unwrap();
    assert_eq!(
        read(&credentials),
        "[default]\naws_access_key_id = AKIAABCDEFGHIJKLMNOP\naws_secret_access_key = the secret/+\n\
         [staging]\naws_access_key_id = AKIASTAGING\naws_secret_access_key = the secret/+\n"
    );
    let text = read(&config);
    let expected = "[profile staging]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:4566\n\n[sso-session sandbox]\n";
    assert!(text.starts_with("[default]\nregion = us-east-1\n") && text.contains(expected), "{text}");
    assert_eq!(read(&folder.path().join("config")), text);
    assert_eq!(read(&folder.path().join("credentials")), read(&credentials));
    assert_eq!((mode(&config), mode(&credentials)), (0o600, 0o600));
    let found = super::read(folder.path()).unwrap().unwrap();
    assert_eq!(found.connection.secret_access_key.as_str(), "the secret/+");
}
