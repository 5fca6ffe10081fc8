//! The helps and the topics: one form for all of them, true, shown whatever the surroundings are.

use std::path::Path;
use std::process::Stdio;

use clap::{Command, CommandFactory};
use opsctl::cli::{Cli, Topic};
use opsctl::config::names::{commands, own_variables};
use opsctl::error::exit_codes;

use crate::cli::help;
use crate::support::{Sealed, Terminal};

fn tree() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

fn topics() -> impl Iterator<Item = String> {
    Topic::all().filter(|topic| !topic.is_a_command()).map(Topic::name)
}

/// The lists of a help with their lines, in order.
fn lists(text: &str) -> Vec<(&str, Vec<&str>)> {
    text.split("\n\n")
        .filter_map(|chunk| {
            let (title, lines) = chunk.split_once('\n')?;
            Some((title.strip_suffix(':').filter(|title| !title.starts_with(' '))?, lines.lines().collect()))
        })
        .collect()
}

#[test]
fn every_verb_has_examples_exit_codes_and_iam_actions_in_one_form() {
    let root = tree();
    let codes: Vec<String> = exit_codes().map(|(code, _)| code.to_string()).collect();
    let mut verbs = 0;
    for (path, command) in commands(&root) {
        let name = path.join(" ");
        let text = command.get_long_about().unwrap_or_else(|| panic!("{name} has no prose")).to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= 100 && line.is_ascii(), "{name}: {line}");
        }
        let lists = lists(&text);
        let (_, examples) =
            lists.iter().find(|(title, _)| *title == "Examples").unwrap_or_else(|| panic!("{name}: {text}"));
        let mut goes_on = false;
        for line in examples {
            let indent = if goes_on { 4 } else { 2 };
            assert_eq!(line.len() - line.trim_start().len(), indent, "{name}: {line}");
            assert!(goes_on || line.contains("opsctl "), "{name}: {line}");
            goes_on = line.ends_with('\\');
        }
        assert!(!goes_on, "{name}: an example breaks off");
        if command.has_subcommands() {
            continue;
        }
        verbs += 1;
        let titles: Vec<&str> = lists.iter().map(|(title, _)| *title).collect();
        assert!(titles.ends_with(&["Examples", "Exit codes", "IAM"]), "{name}: {titles:?}");
        assert_eq!(lists.last().and_then(|(_, lines)| lines.last().copied()), text.lines().last(), "{name}");
        for (title, lines) in &lists[titles.len() - 2..] {
            for line in lines {
                let line = line.strip_prefix("  ").unwrap_or_else(|| panic!("{name}: {line}"));
                let (term, meaning) = line.split_once("  ").unwrap_or((line, ""));
                if *title == "Exit codes" {
                    let known = codes.iter().any(|code| code == term) || ["0-255", "128+N"].contains(&term);
                    assert!(known && !meaning.trim().is_empty(), "{name}: {line}");
                } else {
                    let is_action = term.split_once(':').is_some_and(|(service, action)| {
                        service
                            .bytes()
                            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                            && action.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'*')
                    });
                    assert!(is_action || line == "none: it calls no AWS", "{name}: {line}");
                }
            }
        }
    }
    assert!(verbs >= 11, "the verbs were not found");
}

#[test]
fn every_option_has_a_heading_and_one_line_that_explains_it() {
    let headings = [
        "Target",
        "Session",
        "Command",
        "Definition",
        "Settings",
        "Sandbox",
        "Filters",
        "Change",
        "Output",
        "Waiting",
        "AWS",
        "Diagnosis",
        "Unattended",
        "Global",
    ];
    for (path, command) in commands(&tree()) {
        for arg in command.get_arguments() {
            let name = format!("{} {arg}", path.join(" "));
            let help = arg.get_help().unwrap_or_else(|| panic!("{name} is not explained")).to_string();
            assert!(!help.trim_end_matches("...").ends_with('.') && !help.contains('\n'), "{name}: {help}");
            if !arg.is_positional() {
                let heading = arg.get_help_heading().unwrap_or_default();
                assert!(headings.contains(&heading), "{name} is under '{heading}'");
            }
        }
    }
}

#[test]
fn an_option_tells_its_variable_in_the_whole_help_only() {
    let sealed = Sealed::new();
    for (path, command) in commands(&tree()) {
        let short = sealed.run(path.iter().chain(&["-h"])).expect(0).stdout;
        assert!(!short.contains("[env"), "{path:?}: {short}");
        let long = help(&sealed, &path);
        // That of opsctl itself is an overview.
        for (variable, option, _) in own_variables(&path, command).filter(|_| !path.is_empty()) {
            let told = format!("[env: {variable}]");
            assert_eq!(long.matches(&told).count(), 1, "{path:?} --{option}");
        }
        if !path.is_empty() {
            assert_eq!(long.matches("[env: OPSCTL_OUTPUT]").count(), 1, "{path:?}");
            assert!(!long.contains("OPSCTL_HELP") && !long.contains("OPSCTL_VERSION"));
        }
    }
}

#[test]
fn the_help_of_opsctl_itself_says_where_to_start_and_lists_the_topics() {
    let sealed = Sealed::new();
    let text = help(&sealed, &[]);
    assert!(text.lines().count() <= 60, "{text}");
    let lists = lists(&text);
    let of = |wanted: &str| lists.iter().find(|(title, _)| *title == wanted).unwrap().1.clone();
    assert_eq!(of("Examples")[0], "  opsctl sandbox run -- opsctl ssm list");
    let listed: Vec<&str> = of("Topics").iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, ["environment", "exit-codes", "output", "auth", "query", "sandbox"]);
    let at = |title: &str| lists.iter().position(|(found, _)| *found == title).unwrap();
    assert!(at("Commands") < at("Topics") && at("Topics") == lists.len() - 1, "{text}");
    for topic in listed {
        sealed.run(["help", topic]).expect(0);
    }
    // With nothing at all the same is shown, and it is a mistake.
    let nothing = sealed.run::<&str>([]).expect(2);
    assert_eq!((nothing.stdout.as_str(), nothing.stderr), ("", text));
}

#[test]
fn help_is_a_word_of_every_group() {
    let sealed = Sealed::new();
    let stdout = |args: &[&str]| sealed.run(args).expect(0).stdout;
    assert_eq!(stdout(&["ssm", "help"]), help(&sealed, &["ssm"]));
    assert_eq!(stdout(&["ssm", "help", "connect"]), help(&sealed, &["ssm", "connect"]));
    assert_eq!(
        stdout(&["-o", "json", "sandbox", "help", "run", "--no-input"]),
        help(&sealed, &["sandbox", "run"])
    );
    let unknown = sealed.run(["ssm", "help", "conect"]).expect(3);
    assert_eq!(unknown.stderr, "error: opsctl ssm has no command conect\n  hint: did you mean connect?\n");
    // Behind an alias too.
    sealed.write("home/.config/opsctl/config.toml", "[alias]\nwhat = \"ssm help\"\nnodes = \"ssm list\"\n");
    assert_eq!(stdout(&["what", "connect"]), help(&sealed, &["ssm", "connect"]));
    assert_eq!(stdout(&["nodes", "--help"]), help(&sealed, &["ssm", "list"]));
    // It is not listed: the help of opsctl is.
    assert!(!help(&sealed, &["ssm"]).contains("\n  help "));
}

#[test]
fn what_cannot_be_explained_is_an_error_with_a_near_match() {
    let sealed = Sealed::new();
    for (args, code, said) in [
        (&["help", "smm"][..], 3, "error: opsctl has no command or topic smm\n  hint: did you mean ssm?\n"),
        (
            &["help", "exit-code"],
            3,
            "error: opsctl has no command or topic exit-code\n  hint: did you mean exit-codes?\n",
        ),
        (
            &["help", "ssm", "conect"],
            3,
            "error: opsctl ssm has no command conect\n  hint: did you mean connect?\n",
        ),
        (
            &["help", "nothing-like-it"],
            3,
            "error: opsctl has no command or topic nothing-like-it\n  hint: opsctl --help lists the commands and the topics\n",
        ),
        (
            &["help", "x\u{1b}[2J"],
            3,
            "error: opsctl has no command or topic x\\x1b[2J\n  hint: opsctl --help lists the commands and the topics\n",
        ),
        (&["help", "query", "items"], 3, "error: opsctl has no command or topic query\n"),
    ] {
        let ran = sealed.run(args).expect(code);
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with(said), "{args:?}: {ran:#?}");
    }
    let json = sealed.run(["help", "smm", "-o", "json"]).expect(3);
    let error: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!(
        (error["kind"].as_str(), error["hint"].as_str()),
        (Some("notFound"), Some("did you mean ssm?"))
    );
    let option = sealed.run(["help", "--nonsense"]).expect(2);
    assert!(option.stderr.starts_with("error: unexpected argument '--nonsense'"), "{option:?}");
    sealed.run(["help", "ssm", "--nonsense"]).expect(2);
}

const HELPS: [&[&str]; 6] =
    [&["--help"], &["-h"], &["ssm", "list", "--help"], &["help"], &["help", "environment"], &["man", "ssm"]];

#[test]
fn a_help_whose_reader_left_is_no_error() {
    let sealed = Sealed::new();
    for args in HELPS {
        let mut child = sealed.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    }
}

#[test]
fn a_help_that_cannot_be_written_is_an_error() {
    if !Path::new("/dev/full").exists() {
        eprintln!("there is no /dev/full here: not tested");
        return;
    }
    let sealed = Sealed::new();
    for args in HELPS.into_iter().chain([&["--version"][..]]) {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = sealed.command(args).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(stderr.starts_with("error: cannot write to stdout\n  cause: "), "{args:?}: {stderr}");
    }
}

/// No width is too small to be told something, and none makes a line longer than a hundred columns.
#[test]
fn helps_are_shown_at_every_width() {
    for columns in ["1", "20", "80", "1000", "0", "wide"] {
        let mut sealed = Sealed::new();
        sealed.set("COLUMNS", columns);
        for args in HELPS {
            let text = sealed.run(args).expect(0).stdout;
            assert!(text.contains("opsctl"), "{columns} {args:?}");
            if args[0] != "man" {
                assert!(text.lines().all(|line| line.chars().count() <= 100), "{columns} {args:?}: {text}");
            }
        }
        let topic = sealed.run(["help", "auth"]).expect(0).stdout;
        if columns == "20" {
            assert!(topic.starts_with("Where profile,\ncredentials and\n"), "{topic}");
        }
    }
    let mut sealed = Sealed::new();
    sealed.set("OPSCTL_PAGER", "cat");
    for (columns, args) in
        [(1, &["help", "exit-codes"][..]), (1, &["ssm", "list", "--help"]), (20, &["--help"])]
    {
        let (shown, code, _) = Terminal::opsctl(&sealed, (columns, 24), args).end();
        assert!(shown.len() > 500, "{columns} {args:?}: {shown}");
        assert!(code.success(), "{columns} {args:?}");
    }
}

#[test]
fn helps_have_colour_where_colour_is_wanted() {
    let sealed = Sealed::new();
    let plain = help(&sealed, &["ssm", "list"]);
    assert!(!plain.contains('\x1b'));
    let mut forced = Sealed::new();
    forced.set("CLICOLOR_FORCE", "1");
    for args in [&["ssm", "list", "--help"][..], &["help", "ssm", "list"]] {
        let text = forced.run(args).expect(0).stdout;
        assert!(text.contains("\x1b[1m"), "{text}");
        assert_eq!(strip(&text), plain);
    }
    assert_eq!(forced.run(["help", "ssm", "list", "--color", "never"]).expect(0).stdout, plain);
}

/// Without the sequences of colour.
fn strip(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn help_and_version_need_no_home_and_no_sound_config() {
    let mut sealed = Sealed::new();
    sealed.write("config/opsctl/config.toml", "output = 5\nnonsense [");
    sealed.set("XDG_CONFIG_HOME", sealed.path("config").display().to_string());
    let mut commands = vec![vec!["--version"], vec!["ssm", "--help"], vec!["help", "sandbox", "run"]];
    commands.extend(HELPS.iter().filter(|args| args[0] != "man").map(|args| args.to_vec()));
    for args in commands {
        let broken = sealed.run(&args).expect(0);
        assert!(!broken.stdout.is_empty() && broken.stderr.is_empty(), "{args:?}: {broken:?}");
        let mut homeless = sealed.command(&args);
        homeless.env_remove("HOME").env_remove("XDG_CONFIG_HOME").env_remove("TERM");
        let homeless = crate::support::finish(homeless, b"").expect(0);
        assert_eq!((homeless.stdout, homeless.stderr), (broken.stdout, broken.stderr), "{args:?}");
    }
}

#[test]
fn topics_are_plain_text_of_a_modest_width() {
    let sealed = Sealed::new();
    for topic in topics() {
        let text = sealed.run(["help", &topic]).expect(0).stdout;
        for line in text.lines() {
            assert!(line.is_ascii() && line.len() <= 100, "{topic}: {line}");
            assert_eq!(line, line.trim_end(), "{topic}");
        }
        // What is filled in has a name; JSON has quotes.
        let has_gap = text.split('{').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        assert!(!has_gap || topic == "query", "{topic} has a gap: {text}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{topic}");
    }
}

#[test]
fn the_topics_tell_what_the_program_knows() {
    let sealed = Sealed::new();
    let topic = |name: &str| sealed.run(["help", name]).expect(0).stdout;
    let codes = topic("exit-codes");
    for (code, meaning) in exit_codes() {
        let line = codes.lines().find(|line| line.trim_start().starts_with(&format!("{code} ")));
        let line = line.unwrap_or_else(|| panic!("{code} is missing: {codes}"));
        assert!(meaning.starts_with(line.trim_start().trim_start_matches(char::is_numeric).trim()), "{line}");
    }
    let environment = topic("environment");
    let root = tree();
    for (path, command) in commands(&root) {
        for (variable, option, _) in own_variables(&path, command) {
            assert!(environment.split_whitespace().any(|word| word == variable), "{variable} of --{option}");
        }
    }
    let output = topic("output");
    for format in ["table", "json", "ndjson", "yaml", "csv", "text"] {
        assert!(output.contains(&format!("\n  {format} ")), "{format} is missing");
    }
}

/// The names in capitals of the files that decide from the environment.
#[test]
fn every_variable_that_is_read_is_in_the_topic() {
    let environment = Sealed::new().run(["help", "environment"]).expect(0).stdout;
    let known: Vec<&str> = environment.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![
        root.join("context.rs"),
        root.join("commands/sandbox/run.rs"),
        root.join("commands/sandbox/launch.rs"),
    ];
    let mut folders = vec![root.join("aws")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { &mut folders } else { &mut files }.push(path);
        }
    }
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let parts: Vec<&str> = code.split('"').collect();
        for (before, literal) in parts.iter().step_by(2).zip(parts.iter().skip(1).step_by(2)) {
            let below = file.strip_prefix(&root).unwrap();
            let is_read = match below.starts_with("aws") {
                true => literal.starts_with("AWS_"),
                false => below == Path::new("context.rs") || before.ends_with("text("),
            };
            if !is_read {
                continue;
            }
            let capitals = literal
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            // Not one that other names begin with.
            if !capitals || literal.len() < 2 || literal.ends_with('_') {
                continue;
            }
            count += 1;
            assert!(known.contains(literal), "{} reads {literal}", file.display());
        }
    }
    assert!(count > 25, "the variables were not found");
}
