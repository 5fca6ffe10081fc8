//! A place inside a JSON value: a chain towards the whole that is written out only when somebody asks, so that a long
//! name costs nothing to the thousand values below it.

use std::fmt;

#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Whole,
    Field(&'a Place<'a>, &'a str),
    /// `[0]`, as causes count.
    Item(&'a Place<'a>, usize),
    /// `/0`, as JSON pointers count.
    Element(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => Ok(()),
            Place::Field(above, name) => write!(f, "{above}/{name}"),
            Place::Item(above, index) => write!(f, "{above}[{index}]"),
            Place::Element(above, index) => write!(f, "{above}/{index}"),
        }
    }
}
