//! The context object as fields see it: a few small values, and the payloads of the execution, which are shared. They
//! are copied only where an expression wants an object around them whole. What is in it is the interpreter's business.

use std::cell::OnceCell;
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::Payload;
use super::path::Path;

/// What `$$` of JSONPath and `$states.context` of JSONata are.
#[derive(Debug)]
pub struct Context {
    root: Node,
    whole: OnceCell<Value>,
}

/// A part of the context object.
#[derive(Debug)]
pub enum Node {
    Object(Vec<(&'static str, Node)>),
    Value(Value),
    Payload(Payload),
}

impl Context {
    pub fn new(root: Node) -> Self {
        Context { root, whole: OnceCell::new() }
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The value from which a path goes on, and how many of its steps lead there.
    pub fn reach(&self, path: &Path) -> (&Value, usize) {
        static EMPTY: LazyLock<Value> = LazyLock::new(|| Value::Object(Map::new()));
        // A filter that asks for `$` means the whole object.
        if path.reads_root() {
            return (self.whole(), 0);
        }
        let mut names = path.leading_names();
        let mut node = &self.root;
        let mut steps = 0;
        loop {
            let fields = match node {
                Node::Object(fields) => fields,
                Node::Value(value) => return (value, steps),
                Node::Payload(payload) => return (payload.value(), steps),
            };
            let Some(name) = names.next() else { return (self.whole(), 0) };
            let Some((_, field)) = fields.iter().find(|(field, _)| *field == name) else {
                return (&EMPTY, steps);
            };
            node = field;
            steps += 1;
        }
    }

    /// The object as one value, made when it is first wanted.
    pub fn whole(&self) -> &Value {
        match &self.root {
            Node::Value(value) => value,
            node => self.whole.get_or_init(|| node.to_value()),
        }
    }
}

impl From<Value> for Context {
    fn from(value: Value) -> Self {
        Context::new(Node::Value(value))
    }
}

impl Node {
    pub fn to_value(&self) -> Value {
        match self {
            Node::Object(fields) => fields
                .iter()
                .map(|(name, field)| ((*name).to_owned(), field.to_value()))
                .collect::<Map<_, _>>()
                .into(),
            Node::Value(value) => value.clone(),
            Node::Payload(payload) => payload.value().clone(),
        }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Node::Value(text.into())
    }
}

impl From<u64> for Node {
    fn from(number: u64) -> Self {
        Node::Value(number.into())
    }
}

impl From<&Payload> for Node {
    fn from(payload: &Payload) -> Self {
        Node::Payload(payload.clone())
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::asl::scope::{Scope, Variables};

    #[test]
    fn a_path_sees_what_it_would_see_in_the_whole_object_and_payloads_are_not_copied() {
        let input = Payload::new(json!({"a": [{"n": 1}, {"n": 2}], "n": 2}));
        let execution = || Node::Object(vec![("Id", "i".into()), ("Input", (&input).into())]);
        let root = || Node::Object(vec![("Execution", execution()), ("State", Node::Object(vec![]))]);
        let whole = Context::new(root()).whole().clone();
        let (nothing, variables) = (json!({}), Variables::default());
        for (text, copies) in [
            ("$$.Execution.Input", false),
            ("$$.Execution.Input.a[1].n", false),
            ("$$['Execution']['Input'].a[*].n", false),
            ("$$.Execution.Input.a[?(@.n > 1)]", false),
            ("$$.Execution.Input.no", false),
            ("$$.Execution.Input.n.x", false),
            ("$$.Execution.Id", false),
            ("$$.Execution.Id.x", false),
            ("$$.Execution.No.x", false),
            ("$$.No", false),
            ("$$.State.x", false),
            ("$$", true),
            ("$$.Execution", true),
            ("$$.Execution.*", true),
            ("$$..n", true),
            ("$$.Execution.length()", true),
            ("$$.Execution.Input.a[?(@.n == $.Execution.Input.n)]", true),
        ] {
            let path = Path::parse(text).unwrap();
            let context = Context::new(root());
            let scope = Scope { input: &nothing, context: &context, variables: &variables };
            assert_eq!(scope.select(&path), path.select(&whole), "{text}");
            assert_eq!(scope.has(&path), path.is_present(&whole), "{text}");
            assert_eq!(context.whole.get().is_some(), copies, "{text}");
        }
    }
}
