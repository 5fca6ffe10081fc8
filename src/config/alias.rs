//! Words of the user's own that stand for arguments of opsctl: never for another program, and never in place of a
//! command.

use std::ffi::OsString;

use clap::Command;

use crate::error::{Error, Result};
use crate::input::Mistake;
use crate::output::advice;

/// `web = "ssm connect --tag role=web"`.
#[derive(Debug, Clone)]
pub struct Alias {
    pub name: String,
    pub words: Vec<String>,
    /// Where it is written: the place of whatever is wrong with it.
    pub place: Mistake,
}

#[cfg(test)]
mod unplaced {
    use super::Alias;

    impl Alias {
        /// One that no file holds.
        pub fn unplaced(name: &str, words: Vec<String>) -> Self {
            let place = crate::input::toml::Reader::new("config.toml", "").at(&(0..0), "");
            Alias { name: name.to_owned(), words, place }
        }
    }
}

/// What is wrong with the aliases as such: names that hide a command, words that lead nowhere, circles.
pub fn faults(aliases: &[Alias], root: &Command) -> Vec<Mistake> {
    let is_command = |word: &str| is_command(word, root);
    let known = || {
        let commands = root.get_subcommands().map(Command::get_name).chain(["help"]);
        commands.chain(aliases.iter().map(|alias| alias.name.as_str()))
    };
    let fault = |alias: &Alias| {
        let name = &alias.name;
        let Some(first) = alias.words.first() else {
            return Some(format!("alias `{name}` stands for nothing"));
        };
        if is_command(name) {
            Some(format!("alias `{name}` would hide the command {name}"))
        } else if name.is_empty() || name.starts_with('-') || name.contains(char::is_whitespace) {
            Some(format!("alias `{name}` can never be typed as one word"))
        } else if first.starts_with('-') {
            Some(format!("alias `{name}` must begin with a command, not with the option {first}"))
        } else if is_command(first) {
            None
        } else if !aliases.iter().any(|other| other.name == *first) {
            let advice = advice(first, known());
            Some(format!("alias `{name}` begins with `{first}`, which is no command{advice}"))
        } else {
            let circle = circle(aliases, alias)?;
            Some(format!("alias `{name}` stands for itself: {}", circle.join(" -> ")))
        }
    };
    let placed = |alias: &Alias| fault(alias).map(|message| alias.place.clone().saying(message));
    aliases.iter().filter_map(placed).collect()
}

/// Commands come before aliases, always.
pub fn is_command(word: &str, root: &Command) -> bool {
    word == "help" || root.find_subcommand(word).is_some()
}

/// The names on the way from an alias back to itself.
fn circle<'a>(aliases: &'a [Alias], start: &'a Alias) -> Option<Vec<&'a str>> {
    let mut names = vec![start.name.as_str()];
    let mut current = start;
    for _ in aliases {
        current = aliases.iter().find(|alias| Some(&alias.name) == current.words.first())?;
        names.push(&current.name);
        if current.name == start.name {
            return Some(names);
        }
    }
    None
}

/// The line with the alias at `at` replaced by what it stands for, until a command is there; `None` where no alias
/// is. The place of the word does not change.
pub fn expand(line: &[OsString], at: usize, aliases: &[Alias]) -> Result<Option<Vec<OsString>>> {
    let mut line = line.to_vec();
    let mut seen: Vec<&str> = Vec::new();
    while let Some(alias) =
        line.get(at).and_then(|word| aliases.iter().find(|alias| word == alias.name.as_str()))
    {
        if seen.contains(&alias.name.as_str()) {
            return Err(Error::usage(format!("the alias {} stands for itself", alias.name)).into());
        }
        seen.push(&alias.name);
        line.splice(at..=at, alias.words.iter().map(OsString::from));
    }
    Ok((!seen.is_empty()).then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn aliases(pairs: &[(&str, &str)]) -> Vec<Alias> {
        let alias = |(name, words): &(&str, &str)| {
            Alias::unplaced(name, words.split_whitespace().map(str::to_owned).collect())
        };
        pairs.iter().map(alias).collect()
    }

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn an_alias_stands_where_a_command_would() {
        let known = aliases(&[("web", "nodes --tag role=web"), ("nodes", "ssm list")]);
        let expand = |line: &str, at| expand(&words(line), at, &known).unwrap();
        assert_eq!(expand("opsctl web -o json", 1), Some(words("opsctl ssm list --tag role=web -o json")));
        assert_eq!(expand("opsctl -q nodes", 2), Some(words("opsctl -q ssm list")));
        assert_eq!(expand("opsctl ssm web", 1), None);
    }

    #[test]
    fn circles_and_words_that_lead_nowhere_are_found() {
        let faults = |pairs: &[(&str, &str)]| {
            let faults = faults(&aliases(pairs), &crate::cli::Cli::command());
            faults.into_iter().map(|mistake| mistake.message).collect::<Vec<_>>()
        };
        assert_eq!(faults(&[("web", "ssm connect"), ("w", "web")]), [""; 0]);
        assert_eq!(
            faults(&[
                ("a", "b -q"),
                ("b", "a"),
                ("ssm", "whoami"),
                ("help", "whoami"),
                ("x y", "whoami"),
                ("n", ""),
                ("o", "-o json"),
                ("l", "smm list"),
            ]),
            [
                "alias `a` stands for itself: a -> b -> a",
                "alias `b` stands for itself: b -> a -> b",
                "alias `ssm` would hide the command ssm",
                "alias `help` would hide the command help",
                "alias `x y` can never be typed as one word",
                "alias `n` stands for nothing",
                "alias `o` must begin with a command, not with the option -o",
                "alias `l` begins with `smm`, which is no command; did you mean `ssm`?",
            ]
        );
    }

    #[test]
    fn a_circle_ends_where_it_is_expanded_too() {
        let circle = aliases(&[("a", "b"), ("b", "a")]);
        assert!(expand(&words("opsctl a"), 1, &circle).is_err());
        // What leads into a circle is not part of it, and ends all the same.
        let tail = aliases(&[("c", "a"), ("a", "b"), ("b", "a")]);
        assert_eq!(faults(&tail, &crate::cli::Cli::command()).len(), 2);
        assert!(expand(&words("opsctl c"), 1, &tail).is_err());
    }
}
