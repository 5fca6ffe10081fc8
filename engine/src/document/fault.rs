//! What is wrong with a document, and where in it.

use std::fmt;

/// One thing that is wrong. The path has the names and positions that lead to the place, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub path: Vec<String>,
    /// What is wrong with the value there: lower case, no full stop, does not name the field.
    pub message: String,
    /// It is the last name of the path that is wrong, not the value behind it.
    pub is_of_name: bool,
}

impl Fault {
    /// The path as people write it: `Tags[3].Key`; empty for the document itself.
    pub fn field(&self) -> String {
        let mut field = String::new();
        for step in &self.path {
            if step.bytes().all(|byte| byte.is_ascii_digit()) {
                field.push_str(&format!("[{step}]"));
            } else {
                field.push_str(if field.is_empty() { "" } else { "." });
                field.push_str(step);
            }
        }
        field
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => f.write_str(&self.message),
            false => write!(f, "{}: {}", self.field(), self.message),
        }
    }
}

impl std::error::Error for Fault {}
