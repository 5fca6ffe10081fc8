//! A document whose every name and value has a place, whatever it was written in: `yaml` and `json` read it. What the
//! values mean is their readers' business.

use serde_json::{Map, Value};

use super::Mistake;

/// Deeper than any document that people write, or that serde_json reads.
const DEEPEST: usize = 128;

#[derive(Debug)]
pub struct Document<'a> {
    pub(super) file: &'a str,
    pub(super) root: Node,
}

#[derive(Debug)]
pub(super) struct Node {
    pub at: Place,
    /// A tag of the document's own, without its mark: `Sub` for `!Sub`.
    pub tag: Option<String>,
    pub content: Content,
}

/// Line and column, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    Plain(Value),
    List(Vec<Node>),
    Map(Vec<(String, Place, Node)>),
}

impl Document<'_> {
    /// The document without its tags.
    pub fn value(&self) -> Value {
        self.root.value(0, false)
    }

    /// The document with CloudFormation's tags in their long form: `!Sub x` is `{"Fn::Sub": "x"}`.
    pub fn value_with_functions(&self) -> Value {
        self.root.value(0, true)
    }

    /// Where the value at this path of names and positions is. Where there is none, the innermost that is there.
    pub fn place(&self, path: &[&str]) -> Place {
        self.find(path).1
    }

    /// Where what a pointer of a state machine's diagnostics names is: the name of a field, or the element of a list.
    /// Such pointers do not escape names, and may count elements in brackets. What is not there has the place of the
    /// innermost that is.
    pub fn place_of_pointer(&self, pointer: &str) -> Place {
        let (mut node, mut at, mut rest) = (&self.root, self.root.at, pointer);
        while !rest.is_empty() {
            let step = rest.strip_prefix('/').unwrap_or(rest);
            let found = match &node.content {
                // The last one where a name is given twice, the longest one where one begins with another.
                Content::Map(members) => members
                    .iter()
                    .filter_map(|(name, at, value)| {
                        let rest = step.strip_prefix(name.as_str())?;
                        (rest.is_empty() || rest.starts_with(['/', '['])).then_some((
                            name.len(),
                            *at,
                            value,
                            rest,
                        ))
                    })
                    .max_by_key(|(length, ..)| *length)
                    .map(|(_, at, value, rest)| (at, value, rest)),
                Content::List(items) => element(step)
                    .and_then(|(number, rest)| items.get(number).map(|value| (value.at, value, rest))),
                Content::Plain(_) => None,
            };
            let Some(found) = found else { break };
            (at, node, rest) = found;
        }
        at
    }

    /// `message` about the value at this path of names and positions, or about its name. Where there is none, about the
    /// innermost that is there.
    pub fn mistake(&self, path: &[String], of_name: bool, message: impl Into<String>) -> Mistake {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (name, value, is_whole) = self.find(&path);
        let at = if of_name && is_whole { name } else { value };
        Mistake::new(self.file, at.line, at.column, message)
    }

    /// The places of the name and of the value, and whether they are those of the whole path.
    fn find(&self, path: &[&str]) -> (Place, Place, bool) {
        let (mut node, mut name) = (&self.root, self.root.at);
        for step in path {
            // The name of a function in its short form is no step of its own.
            if node.function().is_some_and(|function| function == *step) {
                continue;
            }
            let found = match &node.content {
                Content::Map(members) => {
                    members.iter().rfind(|(name, ..)| name == step).map(|(_, name, value)| (*name, value))
                }
                Content::List(items) => {
                    step.parse::<usize>().ok().and_then(|at| items.get(at)).map(|value| (value.at, value))
                }
                Content::Plain(_) => None,
            };
            let Some(found) = found else { return (name, node.at, false) };
            (name, node) = found;
        }
        (name, node.at, true)
    }
}

/// The number that a step into a list begins with, `3` or `[3]`, and what follows it.
fn element(step: &str) -> Option<(usize, &str)> {
    let (digits, rest) = match step.strip_prefix('[') {
        Some(inside) => inside.split_once(']')?,
        None => step.split_at(step.find(['/', '[']).unwrap_or(step.len())),
    };
    Some((digits.parse().ok()?, rest))
}

impl Node {
    /// What CloudFormation calls the function that the tag stands for.
    fn function(&self) -> Option<String> {
        self.tag.as_deref().map(|tag| match tag {
            "Ref" | "Condition" => tag.to_owned(),
            _ => format!("Fn::{tag}"),
        })
    }

    fn value(&self, depth: usize, functions: bool) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        let value = match &self.content {
            Content::Plain(value) => value.clone(),
            Content::List(items) => {
                Value::Array(items.iter().map(|item| item.value(depth + 1, functions)).collect())
            }
            Content::Map(members) => {
                let member = |(name, _, value): &(String, Place, Node)| {
                    (name.clone(), value.value(depth + 1, functions))
                };
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
        };
        match self.function().filter(|_| functions) {
            Some(function) => Value::Object(Map::from_iter([(function, value)])),
            None => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_of_diagnostics_are_found_whatever_the_names() {
        let text = "{\n\"States\": {\n  \"A\": {\"Next\": 1},\n  \"A/Next\": {\n    \"Output\": {\"l\": [1,\n 2]}},\n\"B\": 1,\n\"B\": 2}}";
        let document = Document::read_json("d.json", text).unwrap();
        for (pointer, line, column) in [
            ("/", 1, 1),
            ("", 1, 1),
            ("/States", 2, 1),
            ("/States/A", 3, 3),
            ("/States/A/Next", 4, 3),
            ("/States/A/Next/Output/l[1]", 6, 2),
            ("/States/A/Next/Output/l/1", 6, 2),
            ("/States/A/Next/Output/l[7]", 5, 16),
            ("/States/B", 8, 1),
            ("/Missing", 1, 1),
            ("/States/C/X", 2, 1),
        ] {
            assert_eq!(document.place_of_pointer(pointer), Place { line, column }, "{pointer}");
        }
    }
}
