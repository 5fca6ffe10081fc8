//! The generated folders are what the program generates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use opsctl::cli::Topic;

use crate::cli::COMMANDS;
use crate::support::{Sealed, finish};

/// By their paths below `folder`.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, text)| (format!("{name}/{below}"), text)));
        } else {
            found.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
    found
}

/// The manual as it would be generated now.
fn manual(sealed: &Sealed) -> PathBuf {
    let folder = sealed.path("man");
    sealed.run(["man", "--dir", folder.to_str().unwrap()]).expect(0);
    folder
}

#[track_caller]
fn assert_fresh(folder: &str, args: &[&str]) {
    let sealed = Sealed::new();
    let fresh = sealed.path(folder);
    std::fs::create_dir_all(&fresh).unwrap();
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
    for (name, page) in files(&manual(&Sealed::new())) {
        let lines: Vec<&str> = page.lines().collect();
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| **line == ".TP") {
            count += 1;
            let text = lines.get(at + 2).copied().unwrap_or_default();
            assert!(!text.is_empty() && !text.starts_with('.'), "{name}: {}", lines[at + 1]);
        }
    }
    assert!(count > 100, "the entries were not found");
}

/// The sections of a manual, in the usual order.
const SECTIONS: [&str; 11] = [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "ARGUMENTS",
    "OPTIONS",
    "EXAMPLES",
    "EXIT STATUS",
    "IAM",
    "ENVIRONMENT",
    "SEE ALSO",
];

#[test]
fn every_manual_page_has_its_sections_in_order() {
    for (name, page) in files(&manual(&Sealed::new())) {
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        let topic = name.ends_with(".7");
        let needed: &[&str] = if topic {
            &["NAME", "DESCRIPTION", "SEE ALSO"]
        } else {
            &["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "SEE ALSO"]
        };
        for section in needed {
            assert!(sections.contains(section), "{name} has no {section}");
        }
        let places: Vec<usize> = sections
            .iter()
            .filter_map(|section| SECTIONS.iter().position(|known| known == section))
            .collect();
        assert!(places.is_sorted(), "{name}: {sections:?}");
        if !topic && !page.contains("\n.SH COMMANDS\n") {
            assert!(sections.contains(&"EXIT STATUS") && sections.contains(&"IAM"), "{name}: {sections:?}");
        }
    }
}

/// A page that is referred to is there.
#[test]
fn every_manual_page_refers_to_pages_that_exist() {
    let files = files(&manual(&Sealed::new()));
    for (name, page) in &files {
        let after = page.split("\n.SH \"SEE ALSO\"\n").nth(1).or(page.split("\n.SH SEE ALSO\n").nth(1));
        for line in after.unwrap_or_else(|| panic!("{name} refers to nothing")).lines() {
            let plain = line.replace("\\fB", "").replace("\\fR", "").replace("\\-", "-");
            let (title, section) = plain.trim_end_matches(',').trim_end_matches(')').split_once('(').unwrap();
            let file = format!("man{section}/{title}.{section}");
            assert!(files.contains_key(&file), "{name} refers to {file}");
        }
    }
}

/// Formats a page; what the program complains about.
fn format(sealed: &Sealed, page: &Path, program: &[&str]) -> Option<(String, String)> {
    let mut command = Command::new(program[0]);
    sealed.seal(&mut command);
    command
        .args(&program[1..])
        .arg(page)
        .env("MANWIDTH", "60")
        .env("MANPAGER", "cat")
        .env("LC_ALL", "C.UTF-8");
    if Command::new(program[0]).arg("--version").output().is_err() {
        eprintln!("there is no {} here: not tested", program[0]);
        return None;
    }
    let ran = finish(command, b"").expect(0);
    Some((ran.stdout, ran.stderr))
}

#[test]
fn the_manual_is_formatted_without_a_warning_and_examples_stay_as_they_are() {
    let sealed = Sealed::new();
    let folder = manual(&sealed);
    for (name, page) in files(&folder) {
        let path = folder.join(&name);
        for program in [
            &["man", "--warnings", "-l"][..],
            &["groff", "-ww", "-man", "-Tutf8"],
            &["mandoc", "-Tlint", "-Wwarning"],
        ] {
            let Some((text, warnings)) = format(&sealed, &path, program) else { continue };
            assert_eq!(warnings, "", "{name}: {program:?}");
            if program[0] != "man" {
                continue;
            }
            let examples = page.lines().skip_while(|line| *line != ".nf").skip(1);
            for line in examples.take_while(|line| *line != ".fi") {
                let example = line.replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", "\"");
                let example = example.replace("\\(ti", "~").replace("\\e", "\\");
                let is_example = |line: &str| {
                    line.trim_end().strip_suffix(&example).is_some_and(|lead| lead.trim().is_empty())
                };
                assert!(text.lines().any(is_example), "{name}: {example} in\n{text}");
            }
        }
    }
}

#[test]
fn a_manual_that_cannot_be_written_is_an_error() {
    let sealed = Sealed::new();
    let file = sealed.write("file", "");
    let ran = sealed.run(["man", "--dir", file.to_str().unwrap()]).expect(1);
    assert!(ran.stderr.starts_with("error: cannot write "), "{ran:?}");
    assert!(ran.stderr.contains("opsctl.1\n  cause: "), "{ran:?}");
}

#[test]
fn the_reference_is_fresh() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let fresh = Sealed::new().run(["man", "--markdown"]).expect(0).stdout;
    assert!(
        std::fs::read_to_string(committed).unwrap() == fresh,
        "stale: opsctl man --markdown > docs/commands.md"
    );
}

/// The freshness of the reference says nothing about what is in it.
#[test]
fn the_reference_has_every_command_and_topic_once() {
    let reference = Sealed::new().run(["man", "--markdown"]).expect(0).stdout;
    let titles: Vec<&str> = reference.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let commands = COMMANDS.iter().map(|words| [&["opsctl"], *words].concat().join(" "));
    let topics =
        Topic::all().filter(|topic| !topic.is_a_command()).map(|topic| format!("Topic {}", topic.name()));
    let mut expected: Vec<String> = commands.chain(topics).collect();
    expected.sort_unstable();
    let mut found = titles.clone();
    found.sort_unstable();
    assert_eq!(found, expected);
    // The options of every command are told once.
    assert_eq!(reference.matches("`-o, --output <FORMAT>`").count(), 1);
    assert_eq!(reference.matches("`--no-eof`").count(), 1);
}

#[test]
fn the_completion_scripts_are_fresh() {
    assert_fresh("completions", &["completions"]);
}

#[test]
fn one_page_and_one_script_are_printed() {
    let sealed = Sealed::new();
    let page = sealed.run(["man", "ssm", "connect"]).expect(0);
    assert!(page.stdout.starts_with(".TH OPSCTL\\-SSM\\-CONNECT 1 "), "{page:?}");
    assert!(page.stdout.contains("opsctl\\-ssm\\-connect"));
    let topic = sealed.run(["man", "exit-codes"]).expect(0);
    assert!(topic.stdout.starts_with(".TH OPSCTL\\-EXIT\\-CODES 7 "), "{topic:?}");
    assert_eq!(
        sealed.run(["man", "sandbox"]).expect(0).stdout.lines().next().unwrap().split(' ').nth(2),
        Some("1")
    );
    assert!(sealed.run(["completions", "bash"]).expect(0).stdout.contains("_opsctl()"));
    let unknown = sealed.run(["man", "ssm", "conect"]).expect(3);
    assert_eq!(unknown.stderr, "error: opsctl ssm has no command conect\n  hint: did you mean connect?\n");
}
