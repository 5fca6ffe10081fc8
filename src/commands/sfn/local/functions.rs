//! The file of `--functions`: Lambda functions by name or ARN, each a program with its arguments or a Python handler.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::positive_duration;
use crate::error::Error;
use crate::functions::{Function, LONGEST, TIMEOUT, python};
use crate::input::Mistake;
use crate::input::files::{self, beside};
use crate::input::toml::Reader;
use crate::input::yaml::Document;
use crate::output::advice;

const FIELDS: &[&str] = &["command", "python", "folder", "timeout", "environment"];
const EXPECTED: &str =
    "a program with its arguments, as [\"./pay\", \"--fast\"], or a Python handler, as \"orders.handler\"";

#[derive(Debug, Clone, Default)]
pub struct Functions {
    by_name: BTreeMap<String, Function>,
    form: Form,
}

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    #[default]
    Toml,
    Yaml,
    Json,
}

/// A place in the file, and what is wrong there.
struct Fault {
    path: Vec<String>,
    of_name: bool,
    message: String,
}

impl Functions {
    pub fn read(path: &Path, text: &str) -> Result<Self, Error> {
        let file = files::named(path);
        let is_toml = path.extension().is_some_and(|ending| ending == "toml");
        let wrong = |mistakes| files::mistaken(format!("the functions in {file} are wrong"), mistakes);
        if is_toml {
            let mut reader = Reader::new(&file, text);
            let Some(document) = reader.document() else {
                return Err(wrong(reader.finish(()).err().unwrap_or_default()));
            };
            let (functions, faults) = functions(&table_value(document.get_ref()), path);
            let mistake = |fault: &Fault| {
                let place = place(document.get_ref(), &fault.path, fault.of_name);
                reader.at(&place, &*fault.message)
            };
            return or_wrong(functions, faults.iter().map(mistake).collect(), Form::Toml).map_err(wrong);
        }
        let form = if text.trim_start().starts_with('{') { Form::Json } else { Form::Yaml };
        let document = Document::read(&file, text).map_err(|mistake| wrong(vec![mistake]))?;
        let (functions, faults) = functions(&document.value(), path);
        let mistake = |fault: &Fault| document.mistake(&fault.path, fault.of_name, &*fault.message);
        or_wrong(functions, faults.iter().map(mistake).collect(), form).map_err(wrong)
    }

    /// The function that is asked for by its ARN, whole or in part, or by its name, with or without a qualifier. What
    /// the file has by the same words comes first, then what it has by the name.
    pub fn find(&self, asked: &str) -> Option<&Function> {
        let span = span_of_name(asked);
        let words = |words: Option<&str>| self.by_name.get(words?);
        let unqualified = span.clone().and_then(|span| asked.get(..span.end));
        let name = span.and_then(|span| asked.get(span));
        words(Some(asked)).or_else(|| words(unqualified)).or_else(|| words(name))
    }

    /// What makes a program a function of this name, and where it stands in the file.
    pub fn advice(&self, asked: &str, file: &str) -> String {
        let name = name_of(asked).unwrap_or(asked);
        let is_bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let (quoted, program) = (Value::from(name), Value::from(format!("./{name}")));
        let key = if is_bare { name.to_owned() } else { quoted.to_string() };
        match self.form {
            // Before any table.
            Form::Toml => format!("at the top of {file} add {key} = [{program}]"),
            Form::Yaml => format!("in {file} add {quoted}: [{program}]"),
            Form::Json => format!("behind the {{ of {file} add {quoted}: [{program}],"),
        }
    }
}

fn or_wrong(
    by_name: BTreeMap<String, Function>,
    mut mistakes: Vec<Mistake>,
    form: Form,
) -> Result<Functions, Vec<Mistake>> {
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    if mistakes.is_empty() { Ok(Functions { by_name, form }) } else { Err(mistakes) }
}

/// `pay` of `arn:aws:lambda:eu-west-1:111122223333:function:pay:7`, `111122223333:function:pay`, `pay:7` and `pay`.
pub fn name_of(asked: &str) -> Option<&str> {
    asked.get(span_of_name(asked)?)
}

fn span_of_name(asked: &str) -> Option<Range<usize>> {
    const MARK: &str = "function:";
    let start = asked.find(MARK).map_or(0, |at| at + MARK.len());
    let rest = asked.get(start..)?;
    let length = rest.find(':').unwrap_or(rest.len());
    let is_name = length > 0 && rest.get(..length) != Some("arn");
    is_name.then(|| start..start + length)
}

fn functions(value: &Value, file: &Path) -> (BTreeMap<String, Function>, Vec<Fault>) {
    let mut found = BTreeMap::new();
    let mut faults = Vec::new();
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            for (name, value) in entries {
                let mut entry = Entry { name, file, faults: Vec::new() };
                let function = entry.read(value);
                faults.append(&mut entry.faults);
                found.extend(function.map(|function| (name.clone(), function)));
            }
        }
        _ => faults.push(Fault {
            path: Vec::new(),
            of_name: false,
            message: "functions are a table of names, each with its program".to_owned(),
        }),
    }
    (found, faults)
}

/// One function being read.
struct Entry<'a> {
    name: &'a str,
    file: &'a Path,
    faults: Vec<Fault>,
}

impl Entry<'_> {
    fn read(&mut self, value: &Value) -> Option<Function> {
        let Some(name) = name_of(self.name) else {
            self.fault(&[], true, format!("`{}` is no name or ARN of a function", self.name));
            return None;
        };
        let mut function = Function {
            name: name.to_owned(),
            command: Vec::new(),
            folder: beside(self.file, ""),
            timeout: TIMEOUT,
            environment: BTreeMap::new(),
        };
        match value {
            Value::Object(fields) => {
                for name in fields.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
                    let advice = advice(name, FIELDS.iter().copied());
                    self.fault(&[name], true, format!("unknown field `{name}`{advice}"));
                }
                function.command = match (fields.get("command"), fields.get("python")) {
                    (Some(command), None) => self.command(command, &["command"]),
                    (None, Some(handler)) => self.handler(handler, &["python"]),
                    _ => {
                        self.fault(&[], false, "a function has either a `command` or a `python` handler");
                        Vec::new()
                    }
                };
                if let Some(folder) = fields.get("folder") {
                    match folder.as_str() {
                        Some(folder) => function.folder = beside(self.file, folder),
                        None => self.fault(&["folder"], false, "`folder` is a path"),
                    }
                }
                if let Some(timeout) = fields.get("timeout") {
                    function.timeout = self.timeout(timeout);
                }
                if let Some(variables) = fields.get("environment") {
                    function.environment = self.environment(variables);
                }
            }
            Value::String(_) => function.command = self.handler(value, &[]),
            _ => function.command = self.command(value, &[]),
        }
        if function.folder.as_os_str().is_empty() {
            function.folder = ".".into();
        }
        Some(function)
    }

    fn command(&mut self, value: &Value, path: &[&str]) -> Vec<String> {
        let word = |word: &Value| word.as_str().map(str::to_owned);
        let words = value.as_array().and_then(|words| words.iter().map(word).collect::<Option<Vec<_>>>());
        words.filter(|words| !words.is_empty()).unwrap_or_else(|| {
            self.fault(path, false, format!("a function is {EXPECTED}"));
            Vec::new()
        })
    }

    fn handler(&mut self, value: &Value, path: &[&str]) -> Vec<String> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-'))
        };
        let handler = value.as_str().filter(|text| {
            text.rsplit_once('.')
                .is_some_and(|(module, name)| is_word(module) && is_word(name) && !name.contains('/'))
        });
        match handler {
            Some(handler) => python(handler),
            None => {
                self.fault(path, false, format!("a function is {EXPECTED}"));
                Vec::new()
            }
        }
    }

    fn timeout(&mut self, value: &Value) -> Duration {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match positive_duration(&text) {
            Ok(timeout) if timeout <= LONGEST => timeout,
            _ => {
                self.fault(&["timeout"], false, "`timeout` is a duration of at most 15 minutes, as \"3s\"");
                TIMEOUT
            }
        }
    }

    fn environment(&mut self, value: &Value) -> BTreeMap<String, String> {
        let Some(variables) = value.as_object() else {
            self.fault(&["environment"], false, "`environment` is a table of variables");
            return BTreeMap::new();
        };
        let mut environment = BTreeMap::new();
        for (name, value) in variables {
            let is_name = !name.is_empty() && !name.contains(['=', '\0']);
            match value.as_str().filter(|text| is_name && !text.contains('\0')) {
                Some(text) => {
                    environment.insert(name.clone(), text.to_owned());
                }
                None => self.fault(&["environment", name], false, format!("`{name}` must be text")),
            }
        }
        environment
    }

    fn fault(&mut self, path: &[&str], of_name: bool, message: impl Into<String>) {
        let path = [self.name].iter().chain(path).map(|&step| step.to_owned()).collect();
        self.faults.push(Fault { path, of_name, message: message.into() });
    }
}

fn table_value(table: &DeTable<'_>) -> Value {
    let entry = |(name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        (name.get_ref().to_string(), toml_value(value.get_ref()))
    };
    Value::Object(table.iter().map(entry).collect())
}

fn toml_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| toml_value(item.get_ref())).collect(),
        DeValue::Table(table) => table_value(table),
    }
}

/// Where the value at this path is, or its name; where there is none, the innermost that is there.
fn place(table: &DeTable<'_>, path: &[String], of_name: bool) -> std::ops::Range<usize> {
    let (mut table, mut at) = (Some(table), 0..0);
    for (index, step) in path.iter().enumerate() {
        let Some((name, value)) = table.and_then(|table| table.get_key_value(step.as_str())) else { break };
        let is_last = index + 1 == path.len();
        at = if of_name && is_last { name.span() } else { value.span() };
        table = value.get_ref().as_table();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    fn toml(text: &str) -> Result<Functions, Error> {
        Functions::read(Path::new("dir/functions.toml"), text)
    }

    #[test]
    fn functions_are_programs_or_handlers_by_name_or_arn() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:ship";
        // The words of the name are in the ARN before it.
        let named = "arn:aws:lambda:eu-west-1:111122223333:function:lambda";
        let text = format!(
            "pay = [\"./pay\", \"-x\"]\n\"{arn}\" = \"orders.ship\"\n\"{named}\" = [\"./lambda\"]\n\
             [slow]\npython = \"app/orders.slow\"\ntimeout = \"1m\"\nfolder = \"src\"\nenvironment = {{ A = \"b\" }}\n"
        );
        let yaml = format!(
            "pay: ['./pay', '-x']\n{arn}: orders.ship\n{named}: [./lambda]\nslow:\n  python: app/orders.slow\n  timeout: 60\n  folder: src\n  \
             environment: {{A: b}}\n"
        );
        for (name, functions) in
            [("toml", toml(&text)), ("yaml", Functions::read(Path::new("dir/functions.yaml"), &yaml))]
        {
            let functions = functions.unwrap();
            let pay = functions.find("arn:aws:lambda:us-east-1:444455556666:function:pay:3").unwrap();
            assert_eq!(
                (pay.command.as_slice(), pay.timeout),
                (&["./pay".to_owned(), "-x".into()][..], TIMEOUT),
                "{name}"
            );
            assert_eq!(pay.folder, Path::new("dir/"));
            assert_eq!(functions.find(&format!("{arn}:live")).unwrap().command[3], "orders.ship");
            assert!(functions.find("arn:aws:lambda:us-east-1:444455556666:function:ship").is_none());
            let slow = functions.find("slow:$LATEST").unwrap();
            assert_eq!(
                (slow.timeout, slow.folder.as_path()),
                (Duration::from_secs(60), Path::new("dir/src"))
            );
            assert_eq!(slow.environment["A"], "b");
            assert!(functions.find("none").is_none());
            assert_eq!(functions.find(&format!("{named}:live")).unwrap().command, ["./lambda"]);
        }
    }

    #[test]
    fn names_are_found_in_every_form() {
        for (asked, name) in [
            ("pay", Some("pay")),
            ("pay:7", Some("pay")),
            ("111122223333:function:function:a", Some("function")),
            ("111122223333:function:pay", Some("pay")),
            ("function:pay", Some("pay")),
            ("arn:aws:lambda:eu-west-1:111122223333:function:pay:live", Some("pay")),
            ("arn:aws:lambda:eu-west-1:111122223333:function:", None),
            ("arn:aws:s3:::b", None),
            ("", None),
        ] {
            assert_eq!(name_of(asked), name, "{asked}");
        }
    }

    #[test]
    fn every_mistake_of_a_file_is_told_with_its_place() {
        let text = "a = 1\nb = []\nc = \"no handler\"\nd = { comand = [\"x\"] }\n\
                    e = { command = [\"x\"], timeout = \"1h\", folder = 2, environment = { A = 1 } }\n\"arn:x\" = [\"y\"]\n";
        let report = Report::new(&toml(text).unwrap_err().into());
        let places: Vec<&str> =
            report.causes.iter().map(|cause| cause.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(
            places,
            ["1:5:", "2:5:", "3:5:", "4:5:", "4:7:", "5:34:", "5:49:", "5:72:", "6:1:"]
                .map(|place| format!("dir/functions.toml:{place}"))
        );
        let report = Report::new(&Functions::read(Path::new("f.yaml"), "- a\n").unwrap_err().into());
        assert!(report.causes[0].starts_with("f.yaml:1:1: functions are a table"), "{report:?}");
        assert!(toml("a = [").is_err());
        assert!(Functions::read(Path::new("f.yaml"), "").unwrap().find("a").is_none());
    }
}
