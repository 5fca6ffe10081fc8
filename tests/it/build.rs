//! What `opsctl version` knows of its build, and the build script that finds it out.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ran, Sealed, finish};

#[test]
fn the_version_for_programs_tells_the_build() {
    let sealed = Sealed::new();
    let document = sealed.run(["version", "-o", "json"]).expect(0).json();
    assert_eq!((document["schemaVersion"].as_i64(), document["kind"].as_str()), (Some(1), Some("version")));
    let item = document["item"].as_object().unwrap();
    let names: Vec<&str> = item.keys().map(String::as_str).collect();
    assert_eq!(names, ["version", "commit", "modified", "target", "features", "profile"]);
    assert_eq!(item["version"], env!("CARGO_PKG_VERSION"));
    let is_commit =
        |text: &str| text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    assert!(item["commit"].is_null() || item["commit"].as_str().is_some_and(is_commit), "{document}");
    let target = item["target"].as_str().unwrap();
    assert!(target.contains(std::env::consts::ARCH) && target.contains(std::env::consts::OS), "{target}");
    assert_eq!(item["features"], serde_json::json!([]));
    assert_eq!(item["profile"], if cfg!(debug_assertions) { "debug" } else { "release" });
    let line = sealed.run(["--version"]).expect(0).stdout;
    assert_eq!(line, concat!("opsctl ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(sealed.run(["-V"]).expect(0).stdout, line);
}

/// The build script as a program.
fn script(sealed: &Sealed) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs");
    let program = sealed.path("build-script");
    let compiler = Path::new(env!("CARGO")).with_file_name("rustc");
    let mut command = Command::new(compiler);
    command.args(["--edition", "2024", "--cap-lints", "allow", "-o"]).arg(&program).arg(source);
    finish(command, b"").expect(0);
    program
}

fn build(sealed: &Sealed, script: &Path, folder: &Path, path: Option<&str>) -> Ran {
    let mut command = Command::new(script);
    sealed.seal(&mut command);
    command.current_dir(folder).env("TARGET", "some-target").env("PROFILE", "debug");
    command.env("CARGO_FEATURE_B_TWO", "1").env("CARGO_FEATURE_A", "1");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    finish(command, b"").expect(0)
}

fn git(sealed: &Sealed, folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new("git");
    sealed.seal(&mut command);
    command.current_dir(folder).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]).args(arguments);
    finish(command, b"").expect(0)
}

#[test]
fn the_build_script_knows_the_commit_of_a_checkout_and_fails_nowhere() {
    let sealed = Sealed::new();
    let script = script(&sealed);
    let value = |ran: &Ran, name: &str| {
        let prefix = format!("cargo::rustc-env=OPSCTL_BUILD_{name}=");
        ran.stdout.lines().find_map(|line| line.strip_prefix(&prefix)).map(str::to_owned)
    };
    // Where tests write is inside no checkout of its own, perhaps inside another one.
    let folder = sealed.path("checkout");
    std::fs::create_dir_all(folder.join("vendored")).unwrap();
    let without_git = build(&sealed, &script, &folder, Some("/nonexistent"));
    assert_eq!(value(&without_git, "COMMIT").as_deref(), Some(""));
    assert_eq!(value(&without_git, "MODIFIED").as_deref(), Some("false"));
    assert_eq!(value(&without_git, "TARGET").as_deref(), Some("some-target"));
    assert_eq!(value(&without_git, "FEATURES").as_deref(), Some("a,b-two"));
    let unpacked = build(&sealed, &script, &folder, None);
    assert_eq!((unpacked.stderr.as_str(), value(&unpacked, "COMMIT").as_deref()), ("", Some("")));

    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("there is no git here: checkouts are not tested");
        return;
    }
    git(&sealed, &folder, &["init", "--quiet"]);
    let unborn = build(&sealed, &script, &folder, None);
    assert_eq!(value(&unborn, "COMMIT").as_deref(), Some(""));
    std::fs::write(folder.join("file"), "one").unwrap();
    git(&sealed, &folder, &["add", "file"]);
    git(&sealed, &folder, &["commit", "--quiet", "--message", "one"]);
    let commit = git(&sealed, &folder, &["rev-parse", "HEAD"]).stdout.trim().to_owned();
    let clean = build(&sealed, &script, &folder, None);
    assert_eq!(value(&clean, "COMMIT").as_ref(), Some(&commit));
    assert_eq!(value(&clean, "MODIFIED").as_deref(), Some("false"));
    std::fs::write(folder.join("file"), "two").unwrap();
    let changed = build(&sealed, &script, &folder, None);
    assert_eq!(
        (value(&changed, "COMMIT").as_ref(), value(&changed, "MODIFIED").as_deref()),
        (Some(&commit), Some("true"))
    );
    let nested = build(&sealed, &script, &folder.join("vendored"), None);
    assert_eq!(value(&nested, "COMMIT").as_deref(), Some(""), "the commit of another repository");
}
