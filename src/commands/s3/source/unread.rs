//! Lines of a completion report that cannot be read: how many there are, and the first few by place. One of them must not
//! cost the rest of the report, and must not go unsaid either.

use opsctl_engine::manifest::LineFault;

use super::Place;
use crate::error::{Error, Kind};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    lines: u64,
    named: Vec<String>,
}

impl Unread {
    const NAMED: usize = 3;

    pub fn add(&mut self, place: &Place, line: u64, fault: &LineFault) {
        self.lines += 1;
        if self.named.len() < Unread::NAMED {
            self.named.push(format!("{place}: line {line}: {fault}"));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines == 0
    }

    pub fn merge(&mut self, other: Unread) {
        self.lines += other.lines;
        let room = Unread::NAMED.saturating_sub(self.named.len());
        self.named.extend(other.named.into_iter().take(room));
    }

    /// What is to be said of them, if there are any: `are`, "and are not in the new job".
    pub fn error(&self, are: &str) -> Option<Error> {
        let message = match self.lines {
            0 => return None,
            1 => format!("1 row of the report cannot be read, {are}"),
            lines => format!("{lines} rows of the report cannot be read, {are}"),
        };
        let more = match self.lines.saturating_sub(self.named.len() as u64) {
            0 => String::new(),
            more => format!("\nand {more} more"),
        };
        Some(Error::new(Kind::Partial, message).because(format!("{}{more}", self.named.join("\n"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    #[test]
    fn the_first_few_are_named() {
        let mut all = Unread::default();
        assert!(all.error("and are lost").is_none());
        for file in ["a.csv", "b.csv"] {
            let mut unread = Unread::default();
            for line in 1..3 {
                unread.add(&Place::File(file.into()), line, &LineFault::NoBucket);
            }
            all.merge(unread);
        }
        let told = Report::new(&all.error("and are lost").unwrap().into());
        assert_eq!(told.message, "4 rows of the report cannot be read, and are lost");
        let expected = "a.csv: line 1: the bucket is missing\na.csv: line 2: the bucket is missing\n\
                        b.csv: line 1: the bucket is missing\nand 1 more";
        assert_eq!((told.kind, told.causes), (Kind::Partial, vec![expected.to_owned()]));
    }
}
