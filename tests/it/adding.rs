//! `docs/adding-a-command.md` is true: what it quotes is in the tree, what it names exists, and every verb is made as it
//! says.

use std::path::{Path, PathBuf};

use crate::cli::COMMANDS;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn page() -> String {
    read("docs/adding-a-command.md")
}

/// The quotes with the file that each is from, which the line before it names.
fn quotes(page: &str) -> Vec<(&str, &str)> {
    let mut quotes = Vec::new();
    let mut rest = page;
    while let Some((before, quoted)) = rest.split_once("\n```rust\n") {
        let (quote, after) = quoted.split_once("```\n").unwrap();
        let named = before.trim_end().lines().last().unwrap();
        let file = named.strip_prefix('`').and_then(|line| line.strip_suffix("`:"));
        quotes.push((file.unwrap_or_else(|| panic!("whose quote is this? {named}")), quote));
        rest = after;
    }
    quotes
}

#[test]
fn every_quote_is_in_the_tree_and_the_verb_is_whole() {
    let page = page();
    let quotes = quotes(&page);
    assert!(quotes.len() >= 5, "the quotes were not found");
    for (file, quote) in &quotes {
        assert!(read(file).contains(quote), "{file} has changed:\n{quote}");
    }
    let (verb, quote) = quotes[0];
    assert_eq!(quote, read(verb), "{verb} is quoted whole");
}

/// The words in backquotes outside of quoted code.
fn named(page: &str) -> Vec<&str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_file_and_every_test_it_names_exists() {
    let page = page();
    let named = named(&page);
    let files: Vec<&&str> = named
        .iter()
        .filter(|name| name.contains('/') && name.ends_with(".rs") && !name.contains(' '))
        .collect();
    assert!(files.len() >= 8, "{named:?}");
    for file in files {
        assert!(root().join(file).is_file(), "there is no {file}");
    }
    let tests = named.iter().filter_map(|name| name.split_once("::")).filter(|(module, name)| {
        root().join(format!("tests/it/{module}.rs")).is_file() && name.contains('_')
    });
    let tests: Vec<_> = tests.collect();
    assert!(tests.len() >= 9, "{tests:?}");
    for (module, name) in tests {
        let test = format!("#[test]\nfn {name}()");
        assert!(read(&format!("tests/it/{module}.rs")).contains(&test), "there is no test {module}::{name}");
    }
}

/// A file that is no module tests nothing, and nothing says so.
#[test]
fn every_file_of_tests_is_a_module() {
    let modules = read("tests/it/main.rs");
    for entry in std::fs::read_dir(root().join("tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with('.') {
            continue;
        }
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        let declared = modules.lines().any(|line| line == format!("mod {module};"));
        assert!(declared || matches!(module, "main" | "snapshots"), "tests/it/{name} is not in main.rs");
    }
}

/// Those that are no groups.
fn verbs() -> impl Iterator<Item = &'static [&'static str]> {
    let is_group =
        |words: &&[&str]| COMMANDS.iter().any(|other| other.len() > words.len() && other.starts_with(words));
    COMMANDS.iter().copied().filter(move |words| !is_group(words))
}

#[test]
fn the_file_of_every_verb_is_where_its_words_say() {
    assert!(verbs().count() >= 12, "the verbs were not found");
    for words in verbs() {
        let file = format!("src/commands/{}.rs", words.join("/").replace('-', "_"));
        let text = read(&file);
        let command = words.join(" ");
        assert!(
            text.starts_with(&format!("//! `opsctl {command}`")),
            "{file} does not begin with its command"
        );
        assert!(text.contains("\npub async fn run(") || text.contains("\npub fn run("), "{file} has no run");
        let group = match words {
            [_] => "src/commands/mod.rs".to_owned(),
            [groups @ .., _] => format!("src/commands/{}/mod.rs", groups.join("/").replace('-', "_")),
            [] => unreachable!(),
        };
        let verb = words.last().unwrap().replace('-', "_");
        assert!(
            read(&group).contains(&format!("{verb}::run(args, ctx)")),
            "{group} does not dispatch to {verb}"
        );
    }
}

/// The texts in quotes of a source, in order.
fn literals(source: &str) -> Vec<&str> {
    source.lines().flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

#[test]
fn every_verb_is_run_by_a_test() {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                // The list of all commands runs none of them.
                let listed = source
                    .split_once("pub const COMMANDS")
                    .map(|(before, rest)| format!("{before}{}", rest.split_once("];").unwrap().1));
                sources.push(listed.unwrap_or(source));
            }
        }
    }
    for words in verbs() {
        let line = words.join(" ");
        let runs = |source: &String| {
            let literals = literals(source);
            // Word by word, or as it is typed.
            literals.windows(words.len()).any(|window| window == words) || literals.contains(&line.as_str())
        };
        assert!(sources.iter().any(runs), "no test runs opsctl {line}");
    }
}
