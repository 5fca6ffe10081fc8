//! The real shells on a terminal, with a user who presses TAB. Ctrl-G shows the line as it stands, and Ctrl-T the words
//! that the shell reads in it.

use std::path::Path;
use std::process::Command;

use super::{aws_with, node, patient, sealed_in, web};
use crate::support::{Sandbox, Sealed, Terminal};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

const BASH: &str = r#"
PS1='ready> '
bind 'set bell-style none'
source <(opsctl completions bash)
show_line() { printf '\n<<%s>>\n' "$READLINE_LINE"; }
show_words() { eval "set -- $READLINE_LINE"; printf '\n'; printf '<%s>' "$@"; printf '.\n'; }
bind -x '"\C-g": show_line'
bind -x '"\C-t": show_words'
"#;

const ZSH: &str = r#"
PROMPT='ready> '
unsetopt beep
autoload -Uz compinit
compinit -u -D
source <(opsctl completions zsh)
show_line() { zle -I; print -r -- "<<$BUFFER>>" }
show_words() { zle -I; eval "set -- $BUFFER"; printf '<%s>' "$@"; print . }
zle -N show_line
zle -N show_words
bindkey -e
bindkey '^G' show_line
bindkey '^T' show_words
"#;

const FISH: &str = r#"
function fish_prompt; echo 'ready> '; end
function fish_greeting; end
opsctl completions fish | source
function show_words
    eval set words (commandline)
    printf '\n'; printf '<%s>' $words; printf '.\n'
    commandline -f repaint
end
bind \cg 'printf "\n<<%s>>\n" (commandline); commandline -f repaint'
bind \ct show_words
"#;

/// A shell at its prompt. None, with the reason said, where it is missing.
fn start(shell: Shell, sealed: &mut Sealed) -> Option<Terminal> {
    let name = format!("{shell:?}").to_lowercase();
    if Command::new(&name).arg("--version").output().is_err() {
        eprintln!("there is no {name} here: not tested");
        return None;
    }
    let file = |name: &str, text: &str| sealed.write(name, text).display().to_string();
    let command_line: Vec<String> = match shell {
        Shell::Bash => {
            ["bash", "--noprofile", "--rcfile", &file("bashrc", BASH), "-i"].map(Into::into).into()
        }
        Shell::Zsh => {
            file("zsh/.zshrc", ZSH);
            vec!["zsh".into(), "-d".into(), "-i".into()]
        }
        Shell::Fish => {
            let source = format!("source {}", file("config.fish", FISH));
            ["fish", "--no-config", "--interactive", "--init-command", &source].map(Into::into).into()
        }
    };
    let dotfiles = sealed.path("zsh");
    sealed.set("ZDOTDIR", dotfiles.to_str().unwrap());
    let command_line: Vec<&str> = command_line.iter().map(String::as_str).collect();
    let mut terminal = Terminal::program(sealed, (120, 40), &command_line);
    terminal.wait_for("ready> ");
    Some(terminal)
}

/// Types `keys`, and waits until the line is `expected`; then empties the line.
#[track_caller]
fn completes(terminal: &mut Terminal, keys: &str, expected: &str) {
    terminal.type_text(&format!("{keys}\u{7}"));
    terminal.wait_for(&format!("<<{expected}>>"));
    empty(terminal);
}

/// The same with the words that the shell reads in the line.
#[track_caller]
fn completes_to_words(terminal: &mut Terminal, keys: &str, words: &str) {
    terminal.type_text(&format!("{keys}\u{14}"));
    terminal.wait_for(&format!("{words}."));
    empty(terminal);
}

/// Only at its prompt does a shell read keys as keys.
#[track_caller]
fn empty(terminal: &mut Terminal) {
    terminal.wait_for("ready> ");
    terminal.type_text("\u{15}");
}

fn each(test: impl Fn(Shell, &mut Terminal, &Sealed), mut sealed: impl FnMut() -> Sealed) {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut sealed = sealed();
        if let Some(mut terminal) = start(shell, &mut sealed) {
            test(shell, &mut terminal, &sealed);
            terminal.hang_up().wait().unwrap();
        }
    }
}

#[test]
fn commands_options_and_values_are_completed() {
    let sealed = || {
        let mut sealed = patient();
        let config = sealed.write("config", "[profile prod]\nregion = eu-west-1\n[profile staging]\n");
        sealed.set("AWS_CONFIG_FILE", config.to_str().unwrap());
        sealed
    };
    each(
        |_, terminal, _| {
            for (keys, line) in [
                ("opsctl ssm con\t", "opsctl ssm connect "),
                ("opsctl ssm list --col\tum\t", "opsctl ssm list --columns "),
                ("opsctl ssm list --columns na\t", "opsctl ssm list --columns name "),
                ("opsctl ssm list --columns id,na\t", "opsctl ssm list --columns id,name "),
                ("opsctl ssm list --sort -las\t", "opsctl ssm list --sort -last-ping "),
                ("opsctl -o nd\t", "opsctl -o ndjson "),
                ("opsctl --output=nd\t", "opsctl --output=ndjson "),
                ("opsctl --profile pr\t", "opsctl --profile prod "),
                ("opsctl --profile=st\t", "opsctl --profile=staging "),
                ("opsctl ssm list --region eu-c\t2\t", "opsctl ssm list --region eu-central-2 "),
            ] {
                completes(terminal, keys, line);
            }
            let left = "\u{1b}[D".repeat(" web".len());
            completes_to_words(
                terminal,
                &format!("opsctl ssm con web{left}\t"),
                "<opsctl><ssm><connect><web>",
            );
        },
        sealed,
    );
}

#[test]
fn nodes_are_completed_and_listed_with_what_is_known_of_them() {
    let aws = web();
    each(
        |shell, terminal, _| {
            completes(terminal, "opsctl ssm connect we\t1\t", "opsctl ssm connect web-1 ");
            completes(terminal, "opsctl ssm connect i-\tb\t", "opsctl ssm connect i-0000000000000000b ");
            // The first completes as far as all names go.
            terminal.type_text("opsctl ssm connect \t\t");
            if shell == Shell::Bash {
                terminal.type_text("\t");
            }
            let shown = terminal.wait_for("Online, i-0000000000000000b");
            assert!(shown.contains("Online, i-0000000000000000a"), "{shell:?}: {shown}");
        },
        || sealed_in(&aws),
    );
}

#[test]
fn a_sandbox_on_the_line_is_asked() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut sealed = patient();
        let sandbox = Sandbox::up(&sealed);
        let Some(mut terminal) = start(shell, &mut sealed) else { continue };
        completes(&mut terminal, "opsctl --sandbox ssm connect d\t", "opsctl --sandbox ssm connect db-1 ");
        let dir = sandbox.dir.display();
        completes(
            &mut terminal,
            "opsctl ssm list --sandbox=\t",
            &format!("opsctl ssm list --sandbox={dir} "),
        );
        let line = format!("opsctl ssm connect --sandbox={dir} --document ");
        completes(
            &mut terminal,
            &format!("{line}AWS-StartI\t"),
            &format!("{line}AWS-StartInteractiveCommand "),
        );
        terminal.type_text("opsctl --sandbox ssm connect \t\t");
        terminal.wait_for("web-2");
        terminal.hang_up().wait().unwrap();
    }
}

/// The program that is typed is the one that is asked.
#[test]
fn a_program_by_its_path_completes_too() {
    each(
        |_, terminal, sealed| {
            let program = sealed.path("bin/opsctl").display().to_string();
            completes(terminal, &format!("{program} ssm con\t"), &format!("{program} ssm connected "));
        },
        || {
            let sealed = patient();
            let program = sealed.write("bin/opsctl", OTHER_RELEASE);
            let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(program, executable).unwrap();
            sealed
        },
    );
}

/// An opsctl that knows another command: the script that is loaded has it without being loaded again.
const OTHER_RELEASE: &str = r#"#!/bin/sh
[ "$1" = -- ] || exit 3
[ "$OPSCTL_COMPLETE" = zsh ] && printf '='
echo connected
"#;

#[test]
fn hostile_names_are_one_word_and_nothing_is_run() {
    let aws = aws_with(vec![
        node("i-0000000000000000a", "$(touch x)"),
        node("i-0000000000000000b", "a:b c"),
        node("i-0000000000000000c", "`touch x`;'\"&|<*?~#!\\"),
        node("i-0000000000000000d", "esc\u{1b}]0;title\u{7}"),
        node("i-0000000000000000e", "~home"),
        node("i-0000000000000000f", "=ls"),
    ]);
    each(
        |shell, terminal, sealed| {
            for (typed, name) in [
                ("\\$", "$(touch x)"),
                ("a", "a:b c"),
                ("a:b", "a:b c"),
                ("'a", "a:b c"),
                ("\"a", "a:b c"),
                ("'$", "$(touch x)"),
                ("\\`", "`touch x`;'\"&|<*?~#!\\"),
                ("\\~", "~home"),
            ] {
                completes_to_words(
                    terminal,
                    &format!("opsctl ssm connect {typed}\t"),
                    &format!("<opsctl><ssm><connect><{name}>"),
                );
            }
            completes(terminal, "opsctl ssm connect esc\t", "opsctl ssm connect esc");
            terminal.type_text("opsctl ssm connect i-0000000000000000\t\t");
            let shown = terminal.wait_for("title");
            assert!(!shown.contains("\u{1b}]0;title"), "{shell:?}: {shown:?}");
            assert!(!Path::exists(&sealed.path("x")), "{shell:?}");
        },
        || sealed_in(&aws),
    );
}

/// Nothing that gives credentials can ask on the terminal on which a line is typed.
#[test]
fn a_program_for_credentials_has_no_terminal() {
    each(
        |shell, terminal, sealed| {
            completes(terminal, "opsctl ssm connect w\t", "opsctl ssm connect w");
            assert!(sealed.path("started").exists(), "{shell:?}");
            assert!(!sealed.path("asked").exists(), "{shell:?}");
        },
        || {
            let mut sealed = patient();
            let program =
                sealed.write("ask.sh", "touch started\n{ echo Password: && touch asked; } >/dev/tty\n");
            let process =
                format!("[default]\nregion = eu-west-1\ncredential_process = sh {}\n", program.display());
            let config = sealed.write("config", &process);
            sealed.set("AWS_CONFIG_FILE", config.to_str().unwrap());
            sealed
        },
    );
}
