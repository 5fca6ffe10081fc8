//! Who may assign which variable: a name that exists in a scope around is not assigned again inside.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::super::model::QueryLanguage;
use super::Reader;
use super::fields::Fields;

/// The names assigned in each scope from the machine inwards. A distributed Map sees nothing around it.
#[derive(Default)]
pub(super) struct Scopes(Vec<Scope>);

struct Scope {
    names: HashSet<String>,
    is_closed: bool,
}

impl Scopes {
    /// Enters the states of a scope, all of which may assign its variables.
    pub(super) fn enter(&mut self, states: &Map<String, Value>, is_closed: bool) {
        let mut names = HashSet::new();
        for state in states.values() {
            let lists = ["Choices", "Catch"].iter().filter_map(|list| state.get(list)?.as_array()).flatten();
            for assign in lists.chain([state]).filter_map(|part| part.get("Assign")?.as_object()) {
                names.extend(assign.keys().map(|name| bare(name).to_owned()));
            }
        }
        self.0.push(Scope { names, is_closed });
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// Whether a scope around the present one has the name.
    fn has_outside(&self, name: &str) -> bool {
        for pair in self.0.windows(2).rev() {
            let [outer, inner] = pair else { return false };
            if inner.is_closed {
                return false;
            }
            if outer.names.contains(name) {
                return true;
            }
        }
        false
    }
}

/// The name of a variable without the mark of a path.
pub(super) fn bare(name: &str) -> &str {
    name.strip_suffix(".$").unwrap_or(name)
}

impl Reader {
    /// The names of an `Assign`: identifiers of at most 80 characters that are not reserved and not taken outside.
    /// The mark of a path is one in JSONPath only.
    pub(super) fn variables(
        &mut self,
        fields: &Fields<'_>,
        names: &Map<String, Value>,
        language: QueryLanguage,
    ) {
        for name in names.keys() {
            let at = format!("{}/{name}", fields.at("Assign"));
            let name = match language {
                QueryLanguage::JsonPath => bare(name),
                QueryLanguage::Jsonata => name,
            };
            if !is_variable(name) {
                self.refuse(Some(at), format!("'{name}' is not a valid name of a variable"));
            } else if self.scopes.has_outside(name) {
                self.refuse(Some(at), format!("The variable '{name}' is assigned in an outer scope"));
            }
        }
    }
}

fn is_variable(name: &str) -> bool {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    starts
        && characters.all(|character| character.is_alphanumeric() || character == '_')
        && name.chars().count() <= 80
        && name != "states"
}
