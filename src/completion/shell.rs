//! The shells: their registration scripts, and the form in which each is given its candidates.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::candidate::Candidate;
use super::line::{Line, Syntax};
use super::quote;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    PowerShell,
    Zsh,
}

impl Shell {
    pub const ALL: [Shell; 5] = [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh];

    const fn name(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Elvish => "elvish",
            Shell::Fish => "fish",
            Shell::PowerShell => "powershell",
            Shell::Zsh => "zsh",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Shell::ALL.into_iter().find(|shell| shell.name() == name)
    }

    /// What a user's shell reads once.
    pub const fn script(self) -> &'static str {
        match self {
            Shell::Bash => include_str!("scripts/opsctl.bash"),
            Shell::Elvish => include_str!("scripts/opsctl.elv"),
            Shell::Fish => include_str!("scripts/opsctl.fish"),
            Shell::PowerShell => include_str!("scripts/_opsctl.ps1"),
            Shell::Zsh => include_str!("scripts/_opsctl"),
        }
    }

    /// What its shell expects the script's file to be called.
    pub const fn file_name(self) -> &'static str {
        match self {
            Shell::Bash => "opsctl.bash",
            Shell::Elvish => "opsctl.elv",
            Shell::Fish => "opsctl.fish",
            Shell::PowerShell => "_opsctl.ps1",
            Shell::Zsh => "_opsctl",
        }
    }

    /// How the line is to be read, where a shell gives it whole.
    pub(super) fn syntax(self) -> Option<Syntax> {
        match self {
            Shell::Bash => Some(Syntax::Bash),
            Shell::PowerShell => Some(Syntax::PowerShell),
            Shell::Elvish | Shell::Fish | Shell::Zsh => None,
        }
    }

    pub(super) fn render(self, candidates: &[Candidate], line: &Line, listing: bool) -> String {
        if self == Shell::Bash && listing && candidates.len() > 1 {
            return menu(candidates, line);
        }
        let lines = candidates.iter().filter_map(|candidate| self.line(candidate, line));
        lines.map(|line| line + "\n").collect()
    }

    fn line(self, Candidate { value, description, .. }: &Candidate, line: &Line) -> Option<String> {
        let about = description.as_deref().unwrap_or(value);
        Some(match self {
            Shell::Bash => quote::bash(value.strip_prefix(&line.kept)?, line.quote)?,
            Shell::PowerShell => {
                let text = quote::powershell(value.strip_prefix(&line.kept)?, line.quote)?;
                format!("{text}\t{value}\t{about}")
            }
            Shell::Fish => match description {
                Some(description) => format!("{value}\t{description}"),
                None => value.clone(),
            },
            Shell::Elvish => match description {
                Some(description) => format!("{value}\t{value} ({description})"),
                None => format!("{value}\t{value}"),
            },
            // The first character says whether the word is whole, or goes on after a folder.
            Shell::Zsh => {
                let kind = if value.ends_with('/') { '+' } else { '=' };
                let value = value.replace('\\', r"\\").replace(':', r"\:");
                match description {
                    Some(description) => format!("{kind}{value}:{description}"),
                    None => format!("{kind}{value}"),
                }
            }
        })
    }
}

/// bash has no place for descriptions; but what it only shows need not be what it would type.
fn menu(candidates: &[Candidate], line: &Line) -> String {
    let shown = |candidate: &Candidate| {
        let value = candidate.value.strip_prefix(&line.kept)?.to_owned();
        Some((value, candidate.description.clone()))
    };
    let rows: Vec<_> = candidates.iter().filter_map(shown).collect();
    let width =
        rows.iter().map(|(value, _)| value.chars().count()).max().unwrap_or_default().min(MENU_COLUMN);
    let row = |(value, description): &(String, Option<String>)| match description {
        Some(description) => format!("{value:width$}  {description}\n"),
        None => format!("{value}\n"),
    };
    rows.iter().map(row).collect()
}

/// Where descriptions begin at the latest.
const MENU_COLUMN: usize = 32;

impl ValueEnum for Shell {
    fn value_variants<'a>() -> &'a [Self] {
        &Shell::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(shell: Shell, kept: &str, candidates: &[Candidate], listing: bool) -> String {
        let line = Line { words: vec!["opsctl".into(), kept.into()], kept: kept.into(), quote: None };
        shell.render(candidates, &line, listing)
    }

    #[test]
    fn each_shell_gets_its_form() {
        let hostile = Candidate::new("a:b\\c $(d)").described("Online: x");
        for (shell, expected) in [
            (Shell::Bash, "a:b\\\\c\\ \\$\\(d\\)\n"),
            (Shell::Zsh, "=a\\:b\\\\c $(d):Online: x\n"),
            (Shell::Fish, "a:b\\c $(d)\tOnline: x\n"),
            (Shell::Elvish, "a:b\\c $(d)\ta:b\\c $(d) (Online: x)\n"),
            (Shell::PowerShell, "'a:b\\c $(d)'\ta:b\\c $(d)\tOnline: x\n"),
        ] {
            assert_eq!(rendered(shell, "", std::slice::from_ref(&hostile), false), expected, "{shell:?}");
        }
    }

    #[test]
    fn a_folder_goes_on_and_needs_no_description() {
        let folder = [Candidate::new("src/")];
        for (shell, expected) in [
            (Shell::Bash, "src/\n"),
            (Shell::Zsh, "+src/\n"),
            (Shell::Fish, "src/\n"),
            (Shell::Elvish, "src/\tsrc/\n"),
            (Shell::PowerShell, "src/\tsrc/\tsrc/\n"),
        ] {
            assert_eq!(rendered(shell, "", &folder, false), expected, "{shell:?}");
        }
    }

    #[test]
    fn bash_gets_only_what_it_replaces() {
        let candidates = [Candidate::new("--profile=prod"), Candidate::new("other")];
        assert_eq!(rendered(Shell::Bash, "--profile=", &candidates, false), "prod\n");
    }

    #[test]
    fn bash_is_told_more_when_it_only_shows() {
        let candidates = [Candidate::new("db 1").described("Online"), Candidate::new("web-10")];
        assert_eq!(rendered(Shell::Bash, "", &candidates, true), "db 1    Online\nweb-10\n");
        assert_eq!(rendered(Shell::Bash, "", &candidates[..1], true), "db\\ 1\n");
    }

    #[test]
    fn scripts_are_named_once_each() {
        for shell in Shell::ALL {
            assert_eq!(Shell::named(shell.name()), Some(shell));
            assert!(
                shell.script().contains(&format!("OPSCTL_COMPLETE={}", shell.name()))
                    || shell.script().contains(&format!("OPSCTL_COMPLETE = '{}'", shell.name())),
                "{shell:?}"
            );
        }
    }
}
