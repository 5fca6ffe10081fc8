//! The walls of the house, held against the `use` lines and paths of the source.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// A file below `src/`: its path from there, its text without comments and tests.
struct Room {
    name: String,
    code: String,
}

fn rooms() -> Vec<Room> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 30, "the sources were not found");
    let is_test =
        |name: &str| name.ends_with("tests.rs") || name.contains("tests/") || name.ends_with("testing.rs");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let code = code(&std::fs::read_to_string(&path).unwrap());
        Room { name, code }
    };
    found.into_iter().map(read).filter(|room| !is_test(&room.name)).collect()
}

/// What is left without comments and test modules, whose last line rustfmt begins with the brace.
fn code(text: &str) -> String {
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut kept = String::new();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            let module = lines.next().unwrap_or_default();
            assert!(module.contains("mod "), "only modules are for tests, not {module}");
            if module.ends_with('{') {
                lines.by_ref().find(|line| *line == "}");
            }
        } else {
            kept += line;
            kept += "\n";
        }
    }
    kept
}

impl Room {
    /// The paths from the root of the crate (or of std) that the code names, those of `use` trees flattened.
    fn paths(&self) -> Vec<String> {
        let mut module = vec!["crate"];
        module.extend(self.name.trim_end_matches(".rs").split('/'));
        if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
            module.pop();
        }
        let mut found = Vec::new();
        let mut rest = self.code.as_str();
        let starts =
            |rest: &str| ["crate::", "super::", "std::"].iter().filter_map(|root| rest.find(root)).min();
        while let Some(at) = starts(rest) {
            rest = flatten(&rest[at..], Vec::new(), &mut found);
        }
        let absolute = |path: &Vec<&str>| {
            let up = path.iter().take_while(|word| **word == "super").count();
            let above = if up == 0 { &[] } else { &module[..module.len().saturating_sub(up)] };
            [above, &path[up..]].concat().join("::")
        };
        found.iter().map(absolute).collect()
    }
}

/// Reads one path or `use` tree off the front of `text`; gives what is behind it.
fn flatten<'a>(mut text: &'a str, mut path: Vec<&'a str>, found: &mut Vec<Vec<&'a str>>) -> &'a str {
    loop {
        text = text.trim_start();
        if let Some(mut rest) = text.strip_prefix('{') {
            loop {
                rest = flatten(rest, path.clone(), found);
                let Some(end) = rest.find([',', '}']) else { return "" };
                let closed = rest[end..].starts_with('}');
                rest = &rest[end + 1..];
                if closed {
                    return rest;
                }
            }
        }
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(text.len());
        path.push(&text[..end]);
        match text[end..].strip_prefix("::") {
            Some(rest) => text = rest,
            None => {
                // Nothing comes after the last comma of a list.
                if path.last() != Some(&"") {
                    found.push(path);
                }
                return &text[end..];
            }
        }
    }
}

/// No file for which `inside` holds may name one of the `forbidden` paths or what is in it.
#[track_caller]
fn assert_wall(inside: impl Fn(&str) -> bool, forbidden: &[&str]) {
    let rooms = rooms();
    let walled: Vec<_> = rooms.iter().filter(|room| inside(&room.name)).collect();
    assert!(!walled.is_empty(), "the wall guards no room");
    for room in walled {
        for path in room.paths() {
            let reached = |wall: &&&str| {
                path.strip_prefix(**wall).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            };
            assert!(path != "crate::*", "src/{} takes everything", room.name);
            if let Some(wall) = forbidden.iter().find(reached) {
                panic!("src/{} reaches for {wall}: {path}", room.name);
            }
        }
    }
}

/// No file for which `inside` holds may contain one of the `forbidden` texts.
#[track_caller]
fn assert_never_said(inside: impl Fn(&str) -> bool, forbidden: &[&str]) {
    for room in rooms().iter().filter(|room| inside(&room.name)) {
        for text in forbidden {
            assert!(!room.code.contains(text), "src/{} says {text}", room.name);
        }
    }
}

#[test]
fn every_way_to_name_a_room_is_seen() {
    let seen = |code: &str| Room { name: "commands/ssm/list.rs".to_owned(), code: code.to_owned() }.paths();
    for (code, paths) in [
        ("use crate::aws;", &["crate::aws"][..]),
        (
            "use crate::{aws, commands::{sandbox as s, man::*},\n};",
            &["crate::aws", "crate::commands::sandbox", "crate::commands::man::*"],
        ),
        ("pub use super::super::sandbox::run;", &["crate::commands::sandbox::run"]),
        ("use super::{model, whoami};", &["crate::commands::ssm::model", "crate::commands::ssm::whoami"]),
        ("let x = crate::sandbox::find(crate::aws::x);", &["crate::sandbox::find", "crate::aws::x"]),
        ("use std::{env::{self, var_os}, fs};", &["std::env::self", "std::env::var_os", "std::fs"]),
    ] {
        assert_eq!(seen(code), paths, "{code}");
    }
    assert_eq!(code("a\n#[cfg(test)]\nmod tests {\n    b\n}\n// c\n#[cfg(test)]\nmod more;\nd\n"), "a\nd\n");
}

#[test]
fn the_sandbox_knows_no_command() {
    assert_wall(|name| name.starts_with("sandbox/"), &["crate::commands", "crate::context", "crate::cli"]);
}

#[test]
fn only_the_sandbox_commands_know_the_sandbox() {
    let open = [
        "commands/sandbox/",
        "sandbox/",
        "context.rs",
        "cli/",
        "main.rs",
        "aws/",
        "lib.rs",
        "commands/mod.rs",
    ];
    assert_wall(|name| !open.iter().any(|room| name.starts_with(room)), &["crate::sandbox"]);
}

#[test]
fn no_group_of_commands_imports_another() {
    for group in ["ssm", "sandbox", "config", "auth"] {
        let others: Vec<String> = [
            "ssm",
            "sandbox",
            "config",
            "auth",
            "login",
            "logout",
            "whoami",
            "help",
            "man",
            "completions",
            "version",
        ]
        .iter()
        .filter(|other| **other != group)
        .map(|other| format!("crate::commands::{other}"))
        .collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        assert_wall(|name| name.starts_with(&format!("commands/{group}/")), &others);
    }
}

#[test]
fn lower_floors_do_not_use_higher_ones() {
    assert_wall(
        |name| name.starts_with("output/"),
        &["crate::commands", "crate::aws", "crate::sandbox", "crate::context"],
    );
    assert_wall(|name| name.starts_with("aws/"), &["crate::commands", "crate::cli", "crate::config"]);
    assert_wall(|name| name.starts_with("config/"), &["crate::commands", "crate::cli", "crate::aws"]);
    assert_wall(
        |name| name.starts_with("input/"),
        &["crate::commands", "crate::cli", "crate::config", "crate::aws", "crate::sandbox", "crate::context"],
    );
    assert_wall(
        |name| name.starts_with("functions/"),
        &["crate::commands", "crate::cli", "crate::aws", "crate::sandbox", "crate::context", "crate::output"],
    );
    assert_wall(
        |name| name.starts_with("manual/"),
        &["crate::commands", "crate::aws", "crate::sandbox", "crate::context"],
    );
    assert_wall(
        |name| name.starts_with("terminal/"),
        &["crate::commands", "crate::aws", "crate::sandbox", "crate::context", "crate::change"],
    );
    assert_wall(|name| name.starts_with("change/"), &["crate::commands", "crate::aws", "crate::sandbox"]);
    assert_wall(
        |name| name.starts_with("metrics/"),
        &["crate::commands", "crate::cli", "crate::context", "crate::sandbox"],
    );
}

#[test]
fn only_output_writes_to_the_standard_streams() {
    assert_never_said(
        |name| !name.starts_with("output/"),
        &[
            "io::stdout().lock",
            "io::stderr().lock",
            "io::stdout().write",
            "println!",
            "eprintln!",
            ".print()",
        ],
    );
}

/// The engine of completion has no stable interface.
#[test]
fn only_completion_knows_its_engine() {
    assert_wall(|name| name.starts_with("completion/"), &["crate::commands", "crate::sandbox"]);
    assert_never_said(|name| !name.starts_with("completion/"), &["clap_complete"]);
}

/// But for the SDK and the rules for proxies, which `aws` has read it themselves.
#[test]
fn only_the_context_reads_the_environment() {
    let elsewhere = |name: &str| name != "context.rs";
    assert_wall(elsewhere, &["std::env::var", "std::env::var_os", "std::env::vars", "std::env::vars_os"]);
    assert_never_said(elsewhere, &["env::var"]);
    assert_never_said(
        |name| elsewhere(name) && !name.starts_with("aws/"),
        &["Matcher::from_env", "ProxyConfig::from_env", "Env::real"],
    );
}

#[test]
fn the_engine_depends_on_no_client_and_no_terminal() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(manifest).unwrap().parse().unwrap();
    for dependency in manifest["dependencies"].as_table().unwrap().keys() {
        let outside = ["aws", "clap", "tokio", "crossterm", "rustix", "indicatif", "tracing", "anyhow"];
        assert!(
            !outside.iter().any(|name| dependency.starts_with(name)),
            "the engine depends on {dependency}"
        );
    }
}
