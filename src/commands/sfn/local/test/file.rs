//! The files of workflow tests: YAML, read so that every mistake is told with its place. `docs/workflow-tests.md` has the
//! format.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use opsctl_engine::asl::Payload;
use opsctl_engine::asl::coverage::Ground;
use opsctl_engine::asl::definition::Machine;
use opsctl_engine::asl::mocks::{self, Case, MockFile, Response};
use serde_json::{Map, Value};

use super::super::super::definition;
use super::super::super::machine_type::Type;
use super::super::functions::Functions;
use super::super::input::too_large;
use super::super::mocks as mock_files;
use crate::error::Error;
use crate::input::Mistake;
use crate::input::files::{self, beside, blocking_text};
use crate::input::yaml::Document;
use crate::output::advice;

const FILE: &[&str] = &["definition", "type", "mocks", "functions", "objects", "tests"];
const TEST: &[&str] = &["name", "input", "case", "mocks", "seed", "expect"];
const EXPECT: &[&str] = &["status", "output", "error", "cause", "path", "retries", "requests"];
const STATUS: &[&str] = &["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];

/// A file of tests of one definition, with all that it names.
#[derive(Debug)]
pub struct Suite {
    pub path: PathBuf,
    pub definition: PathBuf,
    pub kind: Type,
    pub machine: Machine,
    /// What there is of the machine to be covered.
    pub ground: Ground,
    pub functions: Functions,
    pub objects: Option<PathBuf>,
    pub tests: Vec<Test>,
}

#[derive(Debug)]
pub struct Test {
    pub name: String,
    pub input: Payload,
    pub case: Case,
    pub seed: u64,
    pub expect: Expectation,
}

/// What a run must come to; what is not said may be anything.
#[derive(Debug, Default)]
pub struct Expectation {
    pub status: Option<String>,
    pub output: Option<Value>,
    pub error: Option<String>,
    pub cause: Option<Value>,
    /// The states in the order they were entered.
    pub path: Option<Vec<String>>,
    pub retries: BTreeMap<String, u64>,
    /// The inputs of all attempts at a task, in order.
    pub requests: BTreeMap<String, Vec<Value>>,
}

/// Reads a file of tests and the files it names.
pub fn read(path: &Path) -> Result<Suite, Error> {
    let file = files::named(path);
    let text = blocking_text(path).map_err(|error| files::unreadable(path, "the tests", error))?;
    let wrong = |mistakes| files::mistaken(format!("the tests in {file} are wrong"), mistakes);
    let document = Document::read(&file, &text).map_err(|mistake| wrong(vec![mistake]))?;
    let value = document.value();
    let mut reader = Reader { document: &document, path: Vec::new(), mistakes: Vec::new(), states: None };
    let Some(fields) = reader.object(&value, "tests are an object with `definition` and `tests`", FILE)
    else {
        return Err(wrong(reader.mistakes));
    };
    let named =
        |reader: &mut Reader<'_>, field: &str| reader.text(fields, field).map(|name| beside(path, &name));
    let definition = named(&mut reader, "definition");
    if !fields.contains_key("definition") {
        reader.mistake("a file of tests needs a `definition`");
    }
    let mocks_path = named(&mut reader, "mocks");
    let functions_path = named(&mut reader, "functions");
    let objects = named(&mut reader, "objects");
    let kind = match reader.text(fields, "type").as_deref() {
        None => Type::default(),
        Some(name) => Type::named(name).unwrap_or_else(|| {
            reader.inside("type", |reader| reader.mistake("`type` is STANDARD or EXPRESS"));
            Type::default()
        }),
    };
    let machine = match &definition {
        Some(path) => Some(definition::blocking_load(path, kind.machine())?),
        None => None,
    };
    let ground = machine.as_ref().map(Ground::of);
    reader.states = ground.as_ref().map(|ground| &ground.states);
    let read = |path: &Path, what| blocking_text(path).map_err(|error| files::unreadable(path, what, error));
    let mocks = match &mocks_path {
        Some(path) => mock_files::read(&files::named(path), &read(path, "the mocks")?)?,
        None => MockFile::default(),
    };
    let functions = match &functions_path {
        Some(path) => Functions::read(path, &read(path, "the functions")?)?,
        None => Functions::default(),
    };
    let mocks_file = mocks_path.as_deref().map(files::named);
    let name = definition::name(definition.as_deref().unwrap_or(path));
    let sources = Sources { mocks: &mocks, file: mocks_file.as_deref(), machine: &name };
    let tests = reader.tests(fields, &sources);
    let mut mistakes = reader.mistakes;
    match (definition, machine, ground) {
        (Some(definition), Some(machine), Some(ground)) if mistakes.is_empty() => {
            Ok(Suite { path: path.to_owned(), definition, kind, machine, ground, functions, objects, tests })
        }
        _ => {
            mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
            Err(wrong(mistakes))
        }
    }
}

/// Where the mocks of a test may come from.
struct Sources<'a> {
    mocks: &'a MockFile,
    /// The file of `mocks`.
    file: Option<&'a str>,
    machine: &'a str,
}

struct Reader<'a> {
    document: &'a Document<'a>,
    path: Vec<String>,
    mistakes: Vec<Mistake>,
    /// Those of the definition.
    states: Option<&'a BTreeSet<Arc<str>>>,
}

impl Reader<'_> {
    fn mistake(&mut self, message: impl Into<String>) {
        self.mistakes.push(self.document.mistake(&self.path, false, message));
    }

    fn inside<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.to_owned());
        let read = read(self);
        self.path.pop();
        read
    }

    /// The fields of an object, none of which may be unknown.
    fn object<'v>(
        &mut self,
        value: &'v Value,
        expected: &str,
        known: &[&str],
    ) -> Option<&'v Map<String, Value>> {
        let Some(fields) = value.as_object() else {
            self.mistake(expected);
            return None;
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let advice = advice(name, known.iter().copied());
            let path: Vec<String> = self.path.iter().chain([name]).cloned().collect();
            self.mistakes.push(self.document.mistake(&path, true, format!("unknown field `{name}`{advice}")));
        }
        Some(fields)
    }

    /// What is said of a state that there is not is true of nothing. `of_name`: the state is the name of a field.
    fn state(&mut self, state: &str, step: &str, of_name: bool) {
        let Some(states) = self.states.filter(|states| !states.contains(state)) else { return };
        let advice = advice(state, states.iter().map(|state| &**state));
        let path: Vec<String> = self.path.iter().cloned().chain([step.to_owned()]).collect();
        let message = format!("the definition has no state `{state}`{advice}");
        self.mistakes.push(self.document.mistake(&path, of_name, message));
    }

    fn text(&mut self, fields: &Map<String, Value>, name: &str) -> Option<String> {
        match fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.inside(name, |reader| reader.mistake(format!("`{name}` must be text")));
                None
            }
        }
    }

    fn tests(&mut self, fields: &Map<String, Value>, sources: &Sources<'_>) -> Vec<Test> {
        let Some(list) = fields.get("tests").and_then(Value::as_array).filter(|list| !list.is_empty()) else {
            self.inside("tests", |reader| reader.mistake("`tests` is a list of at least one test"));
            return Vec::new();
        };
        let mut tests: Vec<Test> = Vec::new();
        self.path.push("tests".to_owned());
        for (index, value) in list.iter().enumerate() {
            let test = self.inside(&index.to_string(), |reader| {
                let test = reader.test(value, sources)?;
                if tests.iter().any(|other| other.name == test.name) {
                    reader.mistake(format!("there is a test called `{}` already", test.name));
                }
                Some(test)
            });
            tests.extend(test);
        }
        self.path.pop();
        tests
    }

    fn test(&mut self, value: &Value, sources: &Sources<'_>) -> Option<Test> {
        let fields = self.object(value, "a test is an object with `name` and `expect`", TEST)?;
        let name = self.text(fields, "name");
        if !fields.contains_key("name") {
            self.mistake("a test needs a `name`");
        }
        let case = self.case(fields, sources);
        let seed = fields.get("seed").map_or(Some(0), Value::as_u64).unwrap_or_else(|| {
            self.inside("seed", |reader| reader.mistake("`seed` is a whole number"));
            0
        });
        let expect = match fields.get("expect") {
            Some(expect) => self.inside("expect", |reader| reader.expectation(expect)),
            None => Expectation::default(),
        };
        let input = fields.get("input").map_or_else(Payload::empty, |input| Payload::new(input.clone()));
        if let Some(too_large) = too_large(&input) {
            self.inside("input", |reader| reader.mistake(too_large));
        }
        Some(Test { name: name?, input, case, seed, expect })
    }

    /// The case of the file of mocks, with the mocks of the test itself over it.
    fn case(&mut self, fields: &Map<String, Value>, sources: &Sources<'_>) -> Case {
        let mut case = Case::default();
        let wanted = self.text(fields, "case");
        match (wanted, sources.file) {
            (Some(wanted), Some(file)) => {
                match mock_files::case(sources.mocks, file, sources.machine, Some(&wanted)) {
                    Ok(found) => case = found.clone(),
                    Err(error) => self.inside("case", |reader| reader.mistake(error.to_string())),
                }
            }
            (Some(_), None) => self.inside("case", |reader| {
                reader.mistake("a `case` is one of the file that `mocks` names, and there is none");
            }),
            (None, _) => {}
        }
        if let Some(own) = fields.get("mocks") {
            let responses: &BTreeMap<String, Arc<Response>> = &sources.mocks.responses;
            match mocks::case(own, responses) {
                Ok(own) => {
                    self.inside("mocks", |reader| {
                        own.0.keys().for_each(|state| reader.state(state, state, true))
                    });
                    case.0.extend(own.0);
                }
                Err(faults) => {
                    let base: Vec<String> = self.path.iter().cloned().chain(["mocks".to_owned()]).collect();
                    let mistakes =
                        faults.iter().map(|fault| mock_files::mistake(self.document, &base, fault));
                    self.mistakes.extend(mistakes);
                }
            }
        }
        case
    }

    fn expectation(&mut self, value: &Value) -> Expectation {
        let Some(fields) = self.object(value, "`expect` is an object", EXPECT) else {
            return Expectation::default();
        };
        let status = self.text(fields, "status");
        if let Some(status) = &status
            && !STATUS.contains(&status.as_str())
        {
            self.inside("status", |reader| {
                reader.mistake(format!("`status` is one of {}", STATUS.join(", ")))
            });
        }
        let names = |value: &Value| value.as_str().map(str::to_owned);
        let path = fields.get("path").and_then(|value| {
            let path = value.as_array().and_then(|list| list.iter().map(names).collect::<Option<Vec<_>>>());
            self.inside("path", |reader| match &path {
                Some(path) => {
                    path.iter()
                        .enumerate()
                        .for_each(|(at, state)| reader.state(state, &at.to_string(), false));
                }
                None => reader.mistake("`path` is a list of states"),
            });
            path
        });
        Expectation {
            status,
            output: fields.get("output").cloned(),
            error: self.text(fields, "error"),
            cause: fields.get("cause").cloned(),
            path,
            retries: self.by_state(fields, "retries", "a number of retries", Value::as_u64),
            requests: self
                .by_state(fields, "requests", "a list of requests", |value| value.as_array().cloned()),
        }
    }

    fn by_state<T>(
        &mut self,
        fields: &Map<String, Value>,
        field: &str,
        expected: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let Some(value) = fields.get(field) else { return BTreeMap::new() };
        self.inside(field, |reader| {
            let Some(states) = value.as_object() else {
                reader.mistake(format!("`{field}` is an object of states"));
                return BTreeMap::new();
            };
            let mut found = BTreeMap::new();
            for (state, value) in states {
                reader.state(state, state, true);
                match read(value) {
                    Some(value) => {
                        found.insert(state.clone(), value);
                    }
                    None => reader.inside(state, |reader| reader.mistake(format!("a state has {expected}"))),
                }
            }
            found
        })
    }
}
