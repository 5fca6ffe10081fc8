use super::*;
use std::collections::BTreeMap;

fn node(folder: &Path) -> Node {
    Node {
        id: "i-1".into(),
        name: "web-1".into(),
        tags: BTreeMap::new(),
        ip: "10.0.0.1".into(),
        host_name: "web-1".into(),
        agent_version: "3.3.0.0".into(),
        online: true,
        home: folder.join("nodes/web-1"),
        shell: "sh".into(),
        throttle: crate::sandbox::sessions::Throttle::None,
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("scripts-{}", crate::random::hex(12).unwrap()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn ran(folder: &Folder, text: &str, limit: Duration, cancelled: &watch::Sender<bool>) -> Finished {
    let place = Place {
        folder: folder.0.join("commands"),
        region: "eu-west-1".into(),
        user: "tester".into(),
        path: "/usr/bin:/bin".into(),
    };
    let script = Script { text: text.into(), working_directory: String::new(), limit };
    run(&place, &node(&folder.0), Path::new("c/i-1"), &script, cancelled.subscribe()).await
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_script_runs_with_its_own_streams_home_and_environment() {
    let (folder, cancelled) = (Folder::new(), watch::Sender::new(false));
    let finished = ran(&folder, "pwd; env | sort; echo oops >&2; exit 7", MINUTE, &cancelled).await;
    let home = folder.0.join("nodes/web-1");
    assert_eq!((finished.end, finished.stderr.as_str()), (End::Exited(7), "oops\n"));
    assert_eq!(finished.stdout.lines().next(), home.to_str());
    for (line, there) in [
        ("AWS_SSM_INSTANCE_ID=i-1", true),
        ("AWS_SSM_REGION_NAME=eu-west-1", true),
        ("AWS_ACCESS_KEY_ID", false),
        ("CARGO", false),
    ] {
        assert_eq!(finished.stdout.contains(line), there, "{line}: {}", finished.stdout);
    }
    assert!(!folder.0.join("commands/c/i-1").exists(), "the script is left behind");
}

#[tokio::test]
async fn the_first_line_names_the_interpreter() {
    let (folder, cancelled) = (Folder::new(), watch::Sender::new(false));
    let finished = ran(&folder, "#!/bin/cat\nas it is\n", MINUTE, &cancelled).await;
    assert_eq!(finished.stdout, "#!/bin/cat\nas it is\n");
    let finished = ran(&folder, "#!/no/such/thing\n", MINUTE, &cancelled).await;
    assert_eq!(finished.end, End::Exited(1));
    assert!(finished.stderr.starts_with("the script cannot be started: "), "{}", finished.stderr);
    assert_eq!(interpreter("#! /usr/bin/env  python3 -u \nx"), Some(("/usr/bin/env", Some("python3 -u"))));
    assert_eq!(interpreter("echo"), None);
    assert_eq!(interpreter("#!\n"), None);
}

#[tokio::test]
async fn what_is_stopped_takes_its_group_with_it() {
    for (name, limit, cancel, expected) in
        [("time", Duration::from_millis(300), false, End::TimedOut), ("cancel", MINUTE, true, End::Cancelled)]
    {
        let (folder, cancelled) = (Folder::new(), watch::Sender::new(cancel));
        // Were the child alive, it would keep the pipe open for as long.
        let started = std::time::Instant::now();
        let finished = ran(&folder, "sleep 300 & sleep 300", limit, &cancelled).await;
        assert_eq!(finished.end, expected, "{name}");
        assert!(started.elapsed() < MINUTE, "{name}");
    }
}

#[tokio::test]
async fn what_stays_in_the_background_keeps_nobody_waiting() {
    let (folder, cancelled) = (Folder::new(), watch::Sender::new(false));
    let finished = ran(&folder, "sleep 5 & echo done", MINUTE, &cancelled).await;
    assert_eq!((finished.end, finished.stdout.as_str()), (End::Exited(0), "done\n"));
}

#[tokio::test]
async fn a_signal_is_told_as_a_shell_tells_it() {
    let (folder, cancelled) = (Folder::new(), watch::Sender::new(false));
    let finished = ran(&folder, "kill -KILL $$", MINUTE, &cancelled).await;
    assert_eq!(finished.end, End::Exited(137));
}

#[tokio::test]
async fn only_the_beginning_of_the_output_is_kept() {
    let (folder, cancelled) = (Folder::new(), watch::Sender::new(false));
    let script = "printf '\u{fc}%.0s' $(seq 30000); yes | head -c 1000000 >&2";
    let finished = ran(&folder, script, MINUTE, &cancelled).await;
    assert_eq!(finished.end, End::Exited(0));
    assert_eq!(finished.stdout, "\u{fc}".repeat(OUTPUT_CHARACTERS));
    assert_eq!(finished.stderr.len(), OUTPUT_CHARACTERS);
}

#[tokio::test]
async fn a_folder_that_is_not_there_fails_the_script() {
    let folder = Folder::new();
    let place = Place {
        folder: folder.0.join("commands"),
        region: "eu-west-1".into(),
        user: "tester".into(),
        path: "/usr/bin:/bin".into(),
    };
    let script = Script { text: "pwd".into(), working_directory: "none".into(), limit: MINUTE };
    let cancelled = watch::Sender::new(false);
    let finished = run(&place, &node(&folder.0), Path::new("c"), &script, cancelled.subscribe()).await;
    assert_eq!(finished.end, End::Exited(1));
    assert!(finished.stderr.contains("there is no folder "), "{}", finished.stderr);
}
