//! The generated folders are what the program generates.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::Sealed;

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

#[track_caller]
fn assert_fresh(folder: &str, args: &[&str]) {
    let sealed = Sealed::new();
    let fresh = sealed.path(folder);
    std::fs::create_dir(&fresh).unwrap();
    let mut args = args.to_vec();
    args.extend(["--dir", fresh.to_str().unwrap()]);
    sealed.run(&args).expect(0);
    let (fresh, committed) = (files(&fresh), files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&fresh), "the files of {folder}/ are stale");
    for (name, text) in &fresh {
        assert!(committed[name] == *text, "{folder}/{name} is stale: opsctl {} --dir {folder}", args[0]);
    }
}

#[test]
fn the_manual_pages_are_fresh() {
    assert_fresh("man", &["man"]);
}

/// What is listed is explained: the tag of an entry, then its text.
#[test]
fn no_entry_of_a_manual_page_is_empty() {
    let mut count = 0;
    for (name, page) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("man")) {
        let lines: Vec<&str> = page.lines().collect();
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| **line == ".TP") {
            count += 1;
            let text = lines.get(at + 2).copied().unwrap_or_default();
            assert!(!text.is_empty() && !text.starts_with('.'), "{name}: {}", lines[at + 1]);
        }
    }
    assert!(count > 100, "the entries were not found");
}

#[test]
fn only_what_is_listed_is_completed() {
    for (name, script) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("completions")) {
        assert!(!script.contains("node-shell") && !script.contains("node__shell"), "{name}");
    }
}

#[test]
fn the_completion_scripts_are_fresh() {
    assert_fresh("completions", &["completions"]);
}

#[test]
fn one_page_and_one_script_are_printed() {
    let sealed = Sealed::new();
    let page = sealed.run(["man", "ssm", "connect"]).expect(0);
    assert!(page.stdout.starts_with(".ie") || page.stdout.starts_with(".TH"), "{page:?}");
    assert!(page.stdout.contains("opsctl\\-ssm\\-connect"));
    assert!(sealed.run(["completions", "bash"]).expect(0).stdout.contains("_opsctl()"));
    let unknown = sealed.run(["man", "ssm", "conect"]).expect(3);
    assert_eq!(unknown.stderr, "error: ssm has no command conect\n  hint: did you mean connect?\n");
}
