//! One config file: options of the whole tool at its top, those of a verb in the table of its words, aliases in
//! `[alias]`, guard rails in `[profile.NAME]`. Every mistake is found in one reading; a key that nothing knows is only a warning, since a newer opsctl
//! may know it.

use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::alias::Alias;
use super::guard::{self, Guards};
use super::layers::Given;
use super::names::{self, settable, settable_in_files};
use super::values;
use crate::input::Mistake;
use crate::input::toml::Reader;
use crate::output::nearest;
use crate::settings::Origin;

const ALIAS: &str = "alias";

/// What a file says.
#[derive(Debug, Default)]
pub struct Contents {
    pub layer: Vec<Given>,
    pub aliases: Vec<Alias>,
    pub guards: Guards,
    pub warnings: Vec<Mistake>,
    pub mistakes: Vec<Mistake>,
}

/// `name` is only how mistakes and origins call the text; `root` is the built tree of commands.
pub fn parse(name: &str, text: &str, root: &Command) -> Contents {
    let mut reader = Reader::new(name, text);
    let mut contents = Contents::default();
    if let Some(document) = reader.document() {
        let mut file = File { name, root, reader: &mut reader, contents: &mut contents };
        file.table(document.get_ref(), &[], root);
    }
    contents.mistakes = reader.finish(()).err().unwrap_or_default();
    contents
}

struct File<'f, 'r> {
    name: &'f str,
    root: &'f Command,
    reader: &'f mut Reader<'r>,
    contents: &'f mut Contents,
}

impl File<'_, '_> {
    fn table(&mut self, table: &DeTable<'_>, path: &[&str], command: &Command) {
        for (key, value) in table {
            let word: &str = key.get_ref();
            // `sandbox` is a group of commands and an option.
            let group = command.get_subcommands().find(|sub| sub.get_name() == word);
            if let Some((sub, table)) = group.zip(value.get_ref().as_table()) {
                let path: Vec<&str> = path.iter().copied().chain([sub.get_name()]).collect();
                self.table(table, &path, sub);
            } else if let Some(rails) = rails(path, word, value) {
                self.contents.guards = guard::read(rails, self.name, self.reader);
            } else if let Some(arg) = option(command, path, word) {
                self.option(key, value, path, command, arg);
            } else if path.is_empty() && word == ALIAS {
                self.aliases(value);
            } else if group.is_some() {
                let table = names::key(path, word);
                self.reader.mistake(&value.span(), format!("`{word}` must be a table: [{table}]"));
            } else {
                self.unknown(key, path, command);
            }
        }
    }

    fn option(
        &mut self,
        key: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue<'_>>,
        path: &[&str],
        command: &Command,
        arg: &Arg,
    ) {
        let word = key.get_ref().as_ref();
        if names::chooses_what_changes(command, arg) {
            let message = format!("`{word}` cannot be set in a file; type --{word}: it says what is changed");
            return self.reader.mistake(&key.span(), message);
        }
        if settable_in_files(arg).is_none() {
            let variable = names::variable(path, word);
            let message = format!("`{word}` cannot be set in a file; type --{word} or set {variable}");
            return self.reader.mistake(&key.span(), message);
        }
        match values::from_toml(arg, value.get_ref()) {
            Err(fault) => self.reader.mistake(&value.span(), format!("`{word}` {fault}")),
            Ok(values) => {
                let place = self.reader.at(&key.span(), "");
                self.contents.layer.push(Given {
                    path: path.iter().map(|word| (*word).to_owned()).collect(),
                    option: word.to_owned(),
                    values,
                    origin: Origin::File { path: self.name.to_owned(), line: place.line },
                });
            }
        }
    }

    fn aliases(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else {
            return self.reader.mistake(&value.span(), "`alias` must be a table: [alias]");
        };
        for (key, value) in table {
            let words = match value.get_ref() {
                DeValue::String(text) => shlex::split(text).ok_or("has a quote that is not closed"),
                DeValue::Array(items) => items
                    .iter()
                    .map(|item| item.get_ref().as_str().map(str::to_owned))
                    .collect::<Option<Vec<String>>>()
                    .ok_or("must be a list of texts"),
                _ => Err("must be text such as \"ssm connect --tag role=web\""),
            };
            match words {
                Err(fault) => {
                    self.reader.mistake(&value.span(), format!("alias `{}` {fault}", key.get_ref()))
                }
                Ok(words) => {
                    let place = self.reader.at(&key.span(), "");
                    self.contents.aliases.push(Alias { name: key.get_ref().to_string(), words, place });
                }
            }
        }
    }

    fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, path: &[&str], command: &Command) {
        let word = key.get_ref().as_ref();
        let options = command
            .get_arguments()
            .filter(|arg| option(command, path, arg.get_long().unwrap_or("")).is_some());
        let known = options.filter_map(Arg::get_long).chain(command.get_subcommands().map(Command::get_name));
        let near = nearest(word, known.chain(path.is_empty().then_some(ALIAS)));
        let advice = match near {
            Some(near) => format!("; did you mean `{near}`?"),
            // Written one table too deep, or into the wrong one.
            None => {
                match names::commands(self.root).into_iter().find(|(at, it)| option(it, at, word).is_some()) {
                    Some((at, _)) => format!("; `{}` is one", names::key(&at, word)),
                    None => String::new(),
                }
            }
        };
        let table = if path.is_empty() { String::new() } else { format!(" in [{}]", path.join(".")) };
        let warning = self.reader.at(&key.span(), format!("unknown key `{word}`{table}{advice}"));
        self.contents.warnings.push(warning);
    }
}

/// `profile` is an option, which is text, and the table of the guard rails.
fn rails<'v, 'a>(path: &[&str], word: &str, value: &'v Spanned<DeValue<'a>>) -> Option<&'v DeTable<'a>> {
    value.get_ref().as_table().filter(|_| path.is_empty() && word == guard::PROFILE)
}

/// The option of this very command that a key names.
fn option<'a>(command: &'a Command, path: &[&str], word: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|arg| arg.is_global_set() == path.is_empty() && settable(arg).is_some_and(|long| long == word))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use proptest::prelude::*;

    use super::*;
    use crate::cli::Cli;

    fn read(text: &str) -> Contents {
        let mut root = Cli::command();
        root.build();
        parse("config.toml", text, &root)
    }

    fn lines(mistakes: &[Mistake]) -> String {
        mistakes.iter().map(|mistake| format!("{mistake}\n")).collect()
    }

    #[test]
    fn options_stand_at_the_top_or_in_the_table_of_their_command() {
        let contents = read(
            "output = 'json'\nquiet = false\n[ssm.list]\ncolumns = ['id', 'name']\n[sandbox.run]\nconfig = 'x'\n[alias]\nweb = \"ssm connect --tag 'role=web front'\"\nl = ['ssm', 'list']\n",
        );
        assert_eq!((lines(&contents.mistakes), lines(&contents.warnings)), (String::new(), String::new()));
        let given: Vec<String> = contents
            .layer
            .iter()
            .map(|it| format!("{} {} = {:?} ({})", it.path.join(" "), it.option, it.values, it.origin))
            .collect();
        insta::assert_snapshot!(given.join("\n"), @r#"
         output = ["json"] (config.toml:1)
         quiet = [] (config.toml:2)
        sandbox run config = ["x"] (config.toml:6)
        ssm list columns = ["id", "name"] (config.toml:4)
        "#);
        let aliases: Vec<_> =
            contents.aliases.iter().map(|it| (it.name.as_str(), it.words.join("|"))).collect();
        assert_eq!(aliases, [("l", "ssm|list".into()), ("web", "ssm|connect|--tag|role=web front".into())]);
    }

    #[test]
    fn every_mistake_is_found_with_its_place() {
        let contents = read(
            "outptu = 'json'\noutput = 5\nmax-attempts = 'three'\nsandbox = true\nconfig = 'other.toml'\ncolumns = ['id']\ncompletions = 3\n\n[alias]\na = 'b \"c'\nb = 5\n[ssm.list]\nlimit = -1\nfiltr = 'x'\n[whoami]\nx = 1\n[nonsense]\n",
        );
        insta::assert_snapshot!(format!("{}--\n{}", lines(&contents.mistakes), lines(&contents.warnings)), @r#"
        config.toml:2:10: `output` must be text in quotes
        config.toml:3:16: `max-attempts` must be a whole number
        config.toml:4:1: `sandbox` cannot be set in a file; type --sandbox or set OPSCTL_SANDBOX
        config.toml:5:10: `config` must be a table: [config]
        config.toml:7:15: `completions` must be a table: [completions]
        config.toml:10:5: alias `a` has a quote that is not closed
        config.toml:11:5: alias `b` must be text such as "ssm connect --tag role=web"
        config.toml:13:9: `limit` must be a whole number
        --
        config.toml:6:1: unknown key `columns`; `whoami.columns` is one
        config.toml:17:2: unknown key `nonsense`
        config.toml:1:1: unknown key `outptu`; did you mean `output`?
        config.toml:14:1: unknown key `filtr` in [ssm.list]; did you mean `filter`?
        config.toml:16:1: unknown key `x` in [whoami]
        "#);
    }

    fn line() -> impl Strategy<Value = String> {
        let key = prop_oneof![
            "(output|quiet|verbose|timeout|sandbox|config|ssm|alias|columns|limit|tag|x)",
            "\\PC{0,6}",
        ];
        let value = prop_oneof![
            "'\\PC{0,9}'",
            "-?[0-9]{1,25}",
            "(true|\\[\\]|\\[1, 'a'\\]|\\{ a = 'b' \\}|1.5|1979-05-27)"
        ];
        let table = "\\[{1,2}(ssm|ssm.list|sandbox.run|alias|whoami|config.show|y)\\]{1,2}";
        prop_oneof![
            (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
            table.prop_map(String::from),
            "\\PC{0,20}",
        ]
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_mistake_is_in_it(lines in prop::collection::vec(line(), 0..12)) {
            let contents = read(&lines.join("\n"));
            for mistake in contents.mistakes.iter().chain(&contents.warnings) {
                prop_assert!((1..=lines.len().max(1)).contains(&mistake.line) && mistake.column >= 1, "{mistake}");
            }
        }
    }

    #[test]
    fn what_is_not_toml_is_only_that() {
        let contents = read("output = json\n[alias\nx");
        assert!(!contents.mistakes.is_empty() && contents.layer.is_empty());
        assert!(contents.mistakes.iter().all(|mistake| mistake.line > 0));
    }
}
