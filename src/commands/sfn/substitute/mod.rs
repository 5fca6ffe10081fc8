//! What is known only when a definition is deployed: `${Name}` of SAM and CloudFormation. What a template says is filled
//! in; where it says nothing, something of the kind that the field has stands in (`kind`), and it is kept where that is
//! (`open`), so that nothing is held against what is left open. `token` knows how a name is written. Only `values`, what
//! users say that names stand for, reads files.

mod kind;
mod open;
mod token;
mod values;

use std::collections::{BTreeMap, HashSet};

use opsctl_engine::asl::definition::Resource;
use serde_json::{Value, json};

use kind::{Kind, Role, kind};
pub use open::Open;
pub use token::{blanked, is_of_name, known_in, literal, names_in, places};
use token::{end_of_string, fill, token};
pub use values::ValuesArgs;

/// What a template says that names stand for.
pub type Known = BTreeMap<String, String>;

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:";
/// What stands for nothing at all: the field that has it is not there.
pub const NO_VALUE: &str = "AWS::NoValue";
/// A name, wherever one is read.
const WORD: &str = "open";

/// A definition in JSON with everything filled in, and what of it was open.
#[derive(Debug, Default)]
pub struct Filled {
    pub text: String,
    pub open: Open,
}

/// Fills in a definition. In quotes or without, as the name of a field or its value.
pub fn filled(text: &str, known: &Known) -> Filled {
    if !text.contains("${") {
        return Filled { text: text.to_owned(), open: Open::default() };
    }
    let (out, open, around) = (String::with_capacity(text.len()), Open::default(), Vec::new());
    let mut filling = Filling { text, known, out, open, around };
    filling.all();
    Filled { text: filling.out, open: filling.open }
}

/// An ARN for a resource of which no more than a name is known.
pub fn resource_for(name: &str) -> String {
    format!("{}{name}", suggested(name).unwrap_or(LAMBDA))
}

/// What a name says of the kind of a resource.
fn suggested(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if ["function", "lambda"].iter().any(|word| name.contains(word)) {
        Some(LAMBDA)
    } else {
        name.contains("activity").then_some(ACTIVITY)
    }
}

/// Goes once through a JSON text.
struct Filling<'a> {
    text: &'a str,
    known: &'a Known,
    out: String,
    open: Open,
    around: Vec<Frame>,
}

/// An object or a list that the text is in.
struct Frame {
    role: Role,
    is_list: bool,
    pointer: String,
    /// The field that is being read, or of a list the field that it is.
    name: String,
    element: usize,
    scope: Scope,
}

/// Of a machine: where its states begin in what is written, what they are called, and which are named that are open.
#[derive(Default)]
struct Scope {
    begin: Option<usize>,
    names: HashSet<String>,
    targets: Vec<String>,
}

impl Filling<'_> {
    fn all(&mut self) {
        let mut rest = self.text;
        while let Some(next) = rest.chars().next() {
            let length = match next {
                '"' => {
                    let length = end_of_string(rest);
                    let (quoted, after) = rest.split_at(length);
                    match after.trim_start().starts_with(':') {
                        true => self.name(quoted),
                        false => self.quoted(quoted),
                    }
                    length
                }
                '$' => match token(rest) {
                    Some((name, _)) => {
                        let length = name.len() + 3;
                        self.value(&rest[..length], false);
                        length
                    }
                    None => self.other(next),
                },
                '{' | '[' => self.enter(next),
                '}' | ']' => self.leave(next),
                _ => {
                    if let (',', Some(frame)) = (next, self.around.last_mut()) {
                        frame.element += 1;
                    }
                    self.other(next)
                }
            };
            rest = &rest[length..];
        }
    }

    fn other(&mut self, character: char) -> usize {
        self.out.push(character);
        character.len_utf8()
    }

    fn enter(&mut self, bracket: char) -> usize {
        let is_list = bracket == '[';
        let pointer = self.pointer();
        let (role, name) = match self.around.last() {
            Some(frame) => {
                (frame.role.inside(&frame.name), if is_list { frame.name.clone() } else { String::new() })
            }
            None => (Role::Machine, String::new()),
        };
        self.other(bracket);
        let begin = self.out.len();
        if let (Role::States, Some(machine)) = (role, self.around.last_mut()) {
            machine.scope.begin = Some(begin);
        }
        self.around.push(Frame { role, is_list, pointer, name, element: 0, scope: Scope::default() });
        1
    }

    fn leave(&mut self, bracket: char) -> usize {
        if let Some(Frame { pointer, scope, .. }) = self.around.pop() {
            self.add_states(&pointer, scope);
        }
        self.other(bracket)
    }

    /// A state for each name that is open and that no state has: the ways to it are drawn, and end there.
    fn add_states(&mut self, machine: &str, scope: Scope) {
        let Some(begin) = scope.begin.filter(|_| !scope.names.is_empty()) else { return };
        let mut added = scope.names;
        for target in scope.targets {
            if added.insert(target.clone()) {
                self.out.insert_str(
                    begin,
                    &format!("{}: {{\"Type\": \"Succeed\"}}, ", Value::from(target.as_str())),
                );
                self.open.all_within(&format!("{machine}/States/{target}"), &target);
            }
        }
    }

    fn name(&mut self, quoted: &str) {
        let mut name: String = serde_json::from_str(quoted).unwrap_or_default();
        if name.contains("${") {
            let (filled, is_open) = fill(&name, self.known, &mut |_, token| token.to_owned());
            name = filled;
            self.out.push_str(&Value::from(name.as_str()).to_string());
            if is_open {
                self.open_name(&name);
            }
        } else {
            self.out.push_str(quoted);
        }
        if let Some(frame) = self.around.last_mut() {
            frame.name = name.clone();
            if frame.role == Role::States
                && let Some(machine) = self.machine()
            {
                machine.names.insert(name);
            }
        }
    }

    /// The field of an open name may be any.
    fn open_name(&mut self, name: &str) {
        let Some(frame) = self.around.last() else { return };
        let (role, pointer) = (frame.role, frame.pointer.clone());
        self.open.all_within(&format!("{pointer}/{name}"), name);
        let outer = match role {
            Role::States => "States".to_owned(),
            Role::Free => self.field_around(),
            _ => {
                self.open.at(&pointer);
                return;
            }
        };
        let state = self.state();
        self.open.field(&outer, &state);
    }

    fn quoted(&mut self, quoted: &str) {
        match serde_json::from_str::<String>(quoted) {
            Ok(text) if text.contains("${") => self.value(&text, true),
            _ => self.out.push_str(quoted),
        }
    }

    fn value(&mut self, text: &str, is_quoted: bool) {
        let frame = self.around.last();
        let (role, name) = frame.map_or((Role::Free, ""), |frame| (frame.role, frame.name.as_str()));
        let kind = kind(role, name);
        let (known, is_open) = fill(text, self.known, &mut |_, token| token.to_owned());
        if !is_open {
            let is_value = token(text).is_some_and(|(_, after)| after.is_empty())
                && (!is_quoted || matches!(kind, Kind::Number(_) | Kind::Truth));
            let value: Option<Value> = serde_json::from_str(&known).ok().filter(|_| is_value);
            self.out.push_str(&value.unwrap_or(Value::from(known)).to_string());
            return;
        }
        let stand_in = self.stand_in(kind, text, &known);
        self.out.push_str(&stand_in.to_string());
        self.mark(text);
    }

    fn stand_in(&mut self, kind: Kind, text: &str, known: &str) -> Value {
        let worded = || fill(known, self.known, &mut |_, _| WORD.to_owned()).0;
        match kind {
            _ if known.contains("{%") => worded().into(),
            Kind::Number(number) => number.into(),
            Kind::Truth => true.into(),
            Kind::List => json!([]),
            Kind::Object => json!({}),
            Kind::State => json!({"Type": "Succeed"}),
            Kind::Word(word) => word.into(),
            Kind::Path
                if known.starts_with("$.") || known.starts_with("$[") || known.starts_with("States.") =>
            {
                worded().into()
            }
            Kind::Path => "$".into(),
            Kind::Resource => {
                let (arn, _) = fill(known, self.known, &mut |_, _| "placeholder".to_owned());
                match Resource::parse(&arn) {
                    Some(_) => arn.into(),
                    None => resource_for(text).into(),
                }
            }
            Kind::Target => {
                if let Some(machine) = self.machine() {
                    machine.targets.push(known.to_owned());
                }
                known.into()
            }
            Kind::Any if self.around.last().is_some_and(|frame| frame.name == "QueryLanguage") => {
                // Only one of the dialects has expressions.
                if self.text.contains("{%") { "JSONata" } else { "JSONPath" }.into()
            }
            Kind::Any => known.into(),
        }
    }

    /// The value that is being read is open.
    fn mark(&mut self, text: &str) {
        let (pointer, state) = (self.pointer(), self.state());
        self.open.all_within(&pointer, text);
        let Some(frame) = self.around.last() else { return };
        match frame.role {
            Role::Free => {}
            // What the name says is taken for what it is.
            Role::State if frame.name == "Resource" && suggested(text).is_some() => {}
            Role::States => self.open.field("States", &state),
            _ => self.open.field(&frame.name, &state),
        }
        let pointer = |up: usize| {
            let at = self.around.len().checked_sub(up + 1)?;
            self.around.get(at).map(|frame| frame.pointer.as_str())
        };
        match (frame.role, frame.name.as_str()) {
            // What else there may be depends on these.
            (Role::State, "Type") | (Role::State | Role::Machine, "QueryLanguage") => {
                self.open.all_within(pointer(0).unwrap_or_default(), text);
            }
            (Role::Settings, "Mode") => self.open.all_within(pointer(2).unwrap_or_default(), text),
            (Role::State, "End") => self.open.at(pointer(0).unwrap_or_default()),
            _ if text.contains(NO_VALUE) && frame.is_list => {
                self.open.all_within(pointer(0).unwrap_or_default(), text);
            }
            _ if text.contains(NO_VALUE) => self.open.at(pointer(0).unwrap_or_default()),
            _ => {}
        }
    }

    /// The pointer of the value that is being read.
    fn pointer(&self) -> String {
        match self.around.last() {
            Some(Frame { is_list: true, pointer, element, .. }) => format!("{pointer}/{element}"),
            Some(Frame { pointer, name, .. }) => format!("{pointer}/{name}"),
            None => String::new(),
        }
    }

    /// The pointer of the state that is being read; of the whole outside of states.
    fn state(&self) -> String {
        let state = self.around.iter().rev().find(|frame| frame.role == Role::State);
        state.map(|frame| frame.pointer.clone()).unwrap_or_default()
    }

    fn machine(&mut self) -> Option<&mut Scope> {
        self.around.iter_mut().rev().find(|frame| frame.role == Role::Machine).map(|frame| &mut frame.scope)
    }

    /// The field that all which belongs to the author here is in.
    fn field_around(&self) -> String {
        let frame = self.around.iter().rev().find(|frame| frame.role != Role::Free);
        frame.map(|frame| frame.name.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
