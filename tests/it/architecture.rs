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

/// The code of every file below `src/` as (path from there, text without comments and tests).
fn rooms() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 30, "the sources were not found");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        (name, code.join("\n"))
    };
    let is_test =
        |name: &str| name.ends_with("tests.rs") || name.contains("tests/") || name.ends_with("testing.rs");
    found.into_iter().map(read).filter(|(name, _)| !is_test(name)).collect()
}

/// No file for which `inside` holds may contain any of `forbidden`.
#[track_caller]
fn assert_wall(inside: impl Fn(&str) -> bool, forbidden: &[&str]) {
    let rooms = rooms();
    let walled: Vec<_> = rooms.iter().filter(|(name, _)| inside(name)).collect();
    assert!(!walled.is_empty(), "the wall guards no room");
    for (name, code) in walled {
        for path in forbidden {
            assert!(!code.contains(path), "src/{name} reaches for {path}");
        }
    }
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
        "cli.rs",
        "main.rs",
        "aws/",
        "lib.rs",
        "commands/mod.rs",
    ];
    assert_wall(|name| !open.iter().any(|room| name.starts_with(room)), &["crate::sandbox"]);
}

#[test]
fn no_group_of_commands_imports_another() {
    for group in ["ssm", "sandbox"] {
        let others: Vec<String> = ["ssm", "sandbox", "whoami", "man", "completions"]
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
    assert_wall(|name| name.starts_with("aws/"), &["crate::commands"]);
    assert_wall(|name| name.starts_with("terminal/"), &["crate::commands", "crate::aws", "crate::sandbox"]);
}

#[test]
fn only_output_writes_to_the_standard_streams() {
    assert_wall(
        |name| !name.starts_with("output/"),
        &["io::stdout().lock", "io::stderr().lock", "io::stdout().write", "println!", "eprintln!"],
    );
}

#[test]
fn only_the_context_reads_the_environment() {
    assert_wall(|name| name != "context.rs", &["env::var", "env::vars"]);
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
