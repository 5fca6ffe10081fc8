//! Which columns, in which order: `--columns` and `--sort` against what a command knows.

use super::cell::{Cell, Column};
use crate::error::{Error, Result};
use opsctl_engine::nearest;

/// The columns asked for in the order asked for, or the default ones.
pub(super) fn select<'a, T>(known: &'a [Column<T>], wanted: Option<&[String]>) -> Result<Vec<&'a Column<T>>> {
    match wanted {
        None => Ok(known.iter().filter(|column| column.shown).collect()),
        Some(wanted) => wanted.iter().map(|name| find(known, name)).collect(),
    }
}

/// `--sort COLUMN` or `--sort -COLUMN`.
#[derive(Debug)]
pub(super) struct Sort<'a, T> {
    column: &'a Column<T>,
    descending: bool,
}

impl<'a, T> Sort<'a, T> {
    pub(super) fn new(known: &'a [Column<T>], wanted: &str) -> Result<Self> {
        let (name, descending) = match wanted.strip_prefix('-') {
            Some(name) => (name, true),
            None => (wanted, false),
        };
        Ok(Sort { column: find(known, name)?, descending })
    }

    /// Stable, and each cell is made once.
    pub(super) fn apply(&self, items: Vec<T>) -> Vec<T> {
        let mut keyed: Vec<(Cell, T)> =
            items.into_iter().map(|item| ((self.column.value)(&item), item)).collect();
        keyed.sort_by(|(left, _), (right, _)| left.compare(right, self.descending));
        keyed.into_iter().map(|(_, item)| item).collect()
    }
}

fn find<'a, T>(known: &'a [Column<T>], name: &str) -> Result<&'a Column<T>> {
    known.iter().find(|column| column.name == name).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|column| column.name).collect();
        unknown_column(name, &names).into()
    })
}

pub(super) fn unknown_column(name: &str, known: &[&str]) -> Error {
    let error = Error::usage(format!("unknown column '{name}'"));
    let error = match nearest(name, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean '{near}'?")),
        None => error,
    };
    error.hint(format!("the columns are {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, Report};

    const KNOWN: &[Column<u64>] = &[
        Column::new("id", "ID", |number| Cell::from(*number)),
        Column::new("name", "NAME", |number| Cell::from(format!("n{number}"))),
        Column::new("extra", "EXTRA", |number| (*number > 1).then_some(*number).into()).hidden(),
    ];

    fn names(columns: &[&Column<u64>]) -> Vec<&'static str> {
        columns.iter().map(|column| column.name).collect()
    }

    #[test]
    fn the_default_columns_or_those_asked_for_in_that_order() {
        assert_eq!(names(&select(KNOWN, None).unwrap()), ["id", "name"]);
        let wanted = ["extra".to_owned(), "id".to_owned()];
        assert_eq!(names(&select(KNOWN, Some(&wanted)).unwrap()), ["extra", "id"]);
    }

    #[test]
    fn an_unknown_column_lists_the_known_ones_and_the_nearest() {
        for error in
            [select(KNOWN, Some(&["nam".to_owned()])).unwrap_err(), Sort::new(KNOWN, "-nam").unwrap_err()]
        {
            let report = Report::new(&error);
            assert_eq!(report.kind, Kind::Usage);
            assert_eq!(report.message, "unknown column 'nam'");
            assert_eq!(report.hints, ["did you mean 'name'?", "the columns are id, name, extra"]);
        }
    }

    #[test]
    fn sorting_is_by_value_and_empty_cells_stay_last() {
        let sorted = |spec: &str| Sort::new(KNOWN, spec).unwrap().apply(vec![2, 10, 1]);
        assert_eq!(sorted("id"), [1, 2, 10]);
        assert_eq!(sorted("-id"), [10, 2, 1]);
        assert_eq!(sorted("name"), [1, 10, 2]);
        assert_eq!(sorted("-extra"), [10, 2, 1]);
        assert_eq!(sorted("extra"), [2, 10, 1]);
    }
}
