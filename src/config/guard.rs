//! The guard rails of profiles: `[profile.NAME]` of a config file, by the name of a profile of AWS. Whatever is wrong
//! there is a mistake, an unknown key too: a rail that is misspelt would keep nobody from anything. Of two files with
//! the same rail the first counts, as for options.

use toml::de::DeTable;

use crate::input::toml::{Reader, Section, boolean, choice, text_where};
use crate::settings::{Origin, Setting};

/// The table, and its keys.
pub const PROFILE: &str = "profile";
const EXPECTED_ACCOUNT: &str = "expected_account";
const CONFIRM: &str = "confirm";
const READ_ONLY: &str = "read_only";
/// The one word of `confirm`.
const ALWAYS: &str = "always";
/// The profile that serves where none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// What whoever uses a profile is kept from.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    pub profile: String,
    pub expected_account: Option<Setting<String>>,
    /// Every change is asked about, whatever `--yes` says.
    pub confirm: Option<Setting<()>>,
    pub read_only: Option<Setting<bool>>,
}

impl Guard {
    /// Where nothing may be changed: the place that says so.
    pub fn is_read_only(&self) -> Option<&Origin> {
        self.read_only.as_ref().filter(|rule| rule.value).map(|rule| &rule.origin)
    }

    /// The rails as they are shown: key, value and place.
    pub fn rules(&self) -> impl Iterator<Item = (&'static str, String, &Origin)> {
        let account = self.expected_account.as_ref();
        let account = account.map(|rule| (EXPECTED_ACCOUNT, rule.value.clone(), &rule.origin));
        let confirm = self.confirm.as_ref().map(|rule| (CONFIRM, ALWAYS.to_owned(), &rule.origin));
        let read_only = self.read_only.as_ref();
        let read_only = read_only.map(|rule| (READ_ONLY, rule.value.to_string(), &rule.origin));
        [account, confirm, read_only].into_iter().flatten()
    }
}

/// Those of all profiles.
#[derive(Debug, Clone, Default)]
pub struct Guards(Vec<Guard>);

impl Guards {
    pub fn iter(&self) -> impl Iterator<Item = &Guard> {
        self.0.iter()
    }

    /// Those of one profile; of the default one where none is named.
    pub fn of(&self, profile: Option<&str>) -> Option<&Guard> {
        let name = profile.unwrap_or(DEFAULT_PROFILE);
        self.0.iter().find(|guard| guard.profile == name)
    }

    /// Fills in what a file says that counts less.
    pub(super) fn extend(&mut self, below: Guards) {
        for guard in below.0 {
            match self.0.iter_mut().find(|known| known.profile == guard.profile) {
                None => self.0.push(guard),
                Some(known) => {
                    known.expected_account = known.expected_account.take().or(guard.expected_account);
                    known.confirm = known.confirm.take().or(guard.confirm);
                    known.read_only = known.read_only.take().or(guard.read_only);
                }
            }
        }
    }
}

/// `[profile]` of the file that is called `name`.
pub(super) fn read(table: &DeTable<'_>, name: &str, reader: &mut Reader<'_>) -> Guards {
    let mut guards = Vec::new();
    for (profile, rules) in table {
        let profile: &str = profile.get_ref();
        match rules.get_ref().as_table() {
            Some(rules) => guards.push(guard(profile, rules, name, reader)),
            None => {
                let message = format!("`{profile}` must be a table of guard rails: [profile.NAME]");
                reader.mistake(&rules.span(), message);
            }
        }
    }
    Guards(guards)
}

fn guard(profile: &str, rules: &DeTable<'_>, name: &str, reader: &mut Reader<'_>) -> Guard {
    let origin = |reader: &Reader<'_>, key: &str| {
        let span = rules.get_key_value(key).map_or(0..0, |(key, _)| key.span());
        Origin::File { path: name.to_owned(), line: reader.at(&span, "").line }
    };
    let mut section = Section::new(rules);
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let account = text_where("the 12 digits of an account in quotes, as in \"111122223333\"", is_account);
    let account = section.value(reader, EXPECTED_ACCOUNT, account);
    let confirm = section.value(reader, CONFIRM, |value| {
        choice(&[(ALWAYS, ())])(value).map_err(|_| format!("{ALWAYS:?}; without the key, --yes counts"))
    });
    let read_only = section.value(reader, READ_ONLY, boolean);
    let guard = Guard {
        profile: profile.to_owned(),
        expected_account: account.map(|account| Setting::new(account, origin(reader, EXPECTED_ACCOUNT))),
        confirm: confirm.map(|()| Setting::new((), origin(reader, CONFIRM))),
        read_only: read_only.map(|value| Setting::new(value, origin(reader, READ_ONLY))),
    };
    section.finish(reader);
    guard
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(file: &str, text: &str) -> (Guards, Vec<String>) {
        let mut reader = Reader::new(file, text);
        let document = reader.document().unwrap();
        let table = document.get_ref().get(PROFILE).unwrap().get_ref().as_table().unwrap();
        let guards = read(table, file, &mut reader);
        let mistakes = reader.finish(()).err().unwrap_or_default();
        (guards, mistakes.iter().map(ToString::to_string).collect())
    }

    fn shown(guards: &Guards) -> Vec<String> {
        let of = |guard: &Guard| {
            let rule = |(key, value, origin)| format!("{} {key} {value} {origin}", guard.profile);
            guard.rules().map(rule).collect::<Vec<_>>()
        };
        guards.iter().flat_map(of).collect()
    }

    #[test]
    fn rails_stand_in_the_table_of_their_profile() {
        let (guards, mistakes) = read_text(
            "c.toml",
            "[profile.prod]\nexpected_account = '012345678901'\nconfirm = 'always'\nread_only = true\n\
             [profile.'a b.c']\nread_only = false\n",
        );
        assert_eq!(mistakes, [""; 0]);
        let mut told = shown(&guards);
        told.sort();
        assert_eq!(
            told,
            [
                "a b.c read_only false c.toml:6",
                "prod confirm always c.toml:3",
                "prod expected_account 012345678901 c.toml:2",
                "prod read_only true c.toml:4",
            ]
        );
        assert!(guards.of(Some("prod")).unwrap().is_read_only().is_some());
        assert!(guards.of(Some("a b.c")).unwrap().is_read_only().is_none());
        assert!(guards.of(Some("Prod")).is_none() && guards.of(None).is_none());
    }

    #[test]
    fn the_default_profile_is_that_where_none_is_named() {
        let (guards, _) = read_text("c.toml", "[profile.default]\nread_only = true\n");
        assert!(guards.of(None).is_some() && guards.of(Some("prod")).is_none());
    }

    #[test]
    fn whatever_is_wrong_is_a_mistake_with_its_place() {
        let (guards, mistakes) = read_text(
            "c.toml",
            "[profile.prod]\nexpected_account = 111122223333\nconfirm = 'allways'\nread_only = 'yes'\n\
             readonly = true\n[profile.dev]\nexpected_account = '11112222333'\nconfirm = true\n\
             [profile]\ntest = 'x'\n",
        );
        assert_eq!(shown(&guards), [""; 0]);
        assert_eq!(
            mistakes,
            [
                "c.toml:2:20: `expected_account` must be the 12 digits of an account in quotes, as in \"111122223333\"",
                "c.toml:3:11: `confirm` must be \"always\"; without the key, --yes counts",
                "c.toml:4:13: `read_only` must be true or false",
                "c.toml:5:1: unknown key `readonly`; did you mean `read_only`?",
                "c.toml:7:20: `expected_account` must be the 12 digits of an account in quotes, as in \"111122223333\"",
                "c.toml:8:11: `confirm` must be \"always\"; without the key, --yes counts",
                "c.toml:10:8: `test` must be a table of guard rails: [profile.NAME]",
            ]
        );
    }

    #[test]
    fn of_two_files_the_first_counts_rail_by_rail() {
        let (mut guards, _) = read_text("first", "[profile.prod]\nread_only = false\n");
        let (below, _) = read_text(
            "second",
            "[profile.prod]\nread_only = true\nconfirm = 'always'\n[profile.dev]\nread_only = true\n",
        );
        guards.extend(below);
        assert_eq!(
            shown(&guards),
            ["prod confirm always second:3", "prod read_only false first:2", "dev read_only true second:5"]
        );
    }
}
