//! Defects of the reference client with ports that nothing else here stands for.

use std::io::Write as _;
use std::path::Path;

use super::*;

/// It leaves the sockets of its own multiplexer behind when it is killed.
#[test]
fn defect_11_killed_in_the_middle_it_leaves_no_file_behind() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let folder = sealed.path("temporary");
    std::fs::create_dir(&folder).unwrap();
    let source = server(|mut stream| while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {});
    // A second connection, that waits, keeps the first from stopping the node: what comes goes to a file.
    let mut command = sealed.command(["--sandbox", "ssm", "forward", "web-1", "-L", &format!("0:{source}")]);
    let mut forward = Running::start({
        command.env("TMPDIR", &folder);
        command
    });
    let port = forward.port();
    let (_slow, mut fast) = (connect(port), connect(port));
    let descriptors = format!("/proc/{}/fd", forward.child.id());
    // A file has a name for the moment between its making and its removal.
    let is_without_name = |path: &Path| path.starts_with(&folder) && !path.exists();
    let has_file = || {
        std::fs::read_dir(&descriptors)
            .unwrap()
            .flatten()
            .any(|entry| std::fs::read_link(entry.path()).is_ok_and(|path| is_without_name(&path)))
    };
    let deadline = Instant::now() + LIMIT;
    while !has_file() {
        assert!(Instant::now() < deadline, "nothing was put into a file");
        fast.read_exact(&mut [0; 64 * 1024]).unwrap();
    }
    forward.child.kill().unwrap();
    forward.child.wait().unwrap();
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Its port stays open and takes connections, but nothing is sent any more.
#[test]
fn defect_13_after_a_cut_during_an_upload_old_and_new_connections_go_on() {
    let sealed = Sealed::new();
    let config = "[faults]\ncut_after = 100\n[[nodes]]\nname = \"web-1\"\n";
    let _sandbox = Sandbox::with_config(&sealed, Some(config));
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{}", echo())]);
    let port = forward.port();
    let (mut old, mut upload) = (connect(port), connect(port));
    said_back(&mut old, b"before");
    said_back(&mut upload, &noise(1, 300_000));
    forward.wait_for(" resumed");
    said_back(&mut upload, &noise(2, 300_000));
    said_back(&mut old, b"after");
    said_back(&mut connect(port), b"new");
    let said = forward.interrupt(&sealed);
    assert_eq!(said.matches(" lost (").count(), 1, "{said}");
}
