//! What the columns of a manifest are: the `Fields` of a job's manifest, a first line that names them, or their number.

use std::fmt;
use std::str::{self, FromStr};

use thiserror::Error;

use super::csv::Row;

/// A column, with the names of the service model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Bucket,
    Key,
    VersionId,
    Ignore,
}

const NAMES: [(&str, Field); 4] = [
    ("Bucket", Field::Bucket),
    ("Key", Field::Key),
    ("VersionId", Field::VersionId),
    ("Ignore", Field::Ignore),
];

impl Field {
    pub fn name(self) -> &'static str {
        match self {
            Field::Bucket => "Bucket",
            Field::Key => "Key",
            Field::VersionId => "VersionId",
            Field::Ignore => "Ignore",
        }
    }
}

/// The columns in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    fields: Vec<Field>,
    pub(super) bucket: usize,
    pub(super) key: usize,
    pub(super) version: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ColumnsError {
    #[error("`{0}` is no column of a manifest: they are Bucket, Key, VersionId and Ignore")]
    Unknown(String),
    #[error("the column {0} is missing")]
    Missing(&'static str),
    #[error("the column {0} is there twice")]
    Twice(&'static str),
}

impl Columns {
    pub fn new(fields: &[Field]) -> Result<Self, ColumnsError> {
        let place = |wanted: Field| {
            let mut places = fields.iter().enumerate().filter(|(_, field)| **field == wanted);
            let first = places.next().map(|(place, _)| place);
            match places.next() {
                Some(_) => Err(ColumnsError::Twice(wanted.name())),
                None => Ok(first),
            }
        };
        Ok(Columns {
            bucket: place(Field::Bucket)?.ok_or(ColumnsError::Missing("Bucket"))?,
            key: place(Field::Key)?.ok_or(ColumnsError::Missing("Key"))?,
            version: place(Field::VersionId)?,
            fields: fields.to_vec(),
        })
    }

    /// Bucket and key; with versions, the version too.
    pub fn usual(with_versions: bool) -> Self {
        let mut fields = vec![Field::Bucket, Field::Key];
        if with_versions {
            fields.push(Field::VersionId);
        }
        Columns { fields, bucket: 0, key: 1, version: with_versions.then_some(2) }
    }

    /// What a file of so many columns usually is.
    pub fn guess(count: usize) -> Option<Self> {
        matches!(count, 2 | 3).then(|| Self::usual(count == 3))
    }

    /// What a line names, if it is a header: such a line stands for no object, though the service takes it for one.
    pub fn of_header(row: Row<'_>) -> Option<Self> {
        let named = |text: &[u8]| {
            let text = str::from_utf8(text).ok()?;
            let bare: String = text.chars().filter(|letter| !matches!(letter, ' ' | '_' | '-')).collect();
            NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&bare)).map(|(_, field)| *field)
        };
        let fields: Vec<Field> = row.fields().map(|text| named(text).unwrap_or(Field::Ignore)).collect();
        Columns::new(&fields).ok()
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub fn count(&self) -> usize {
        self.fields.len()
    }

    pub fn has_versions(&self) -> bool {
        self.version.is_some()
    }
}

/// As people and job documents write them: `Bucket,Key,VersionId`.
impl FromStr for Columns {
    type Err = ColumnsError;

    fn from_str(text: &str) -> Result<Self, ColumnsError> {
        let field = |name: &str| {
            let name = name.trim();
            let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            known.map(|(_, field)| *field).ok_or_else(|| ColumnsError::Unknown(name.to_owned()))
        };
        Columns::new(&text.split(',').map(field).collect::<Result<Vec<_>, _>>()?)
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.fields.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", field.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::csv::Csv;

    #[test]
    fn columns_are_named_guessed_or_read_from_a_header() {
        let columns: Columns = "bucket, Ignore,Key,VersionId".parse().unwrap();
        assert_eq!(columns.to_string(), "Bucket,Ignore,Key,VersionId");
        assert_eq!((columns.bucket, columns.key, columns.version), (0, 2, Some(3)));
        assert_eq!(Columns::guess(2), Some(Columns::usual(false)));
        assert_eq!(
            Columns::guess(3).map(|columns| columns.to_string()).as_deref(),
            Some("Bucket,Key,VersionId")
        );
        assert_eq!((Columns::guess(1), Columns::guess(4)), (None, None));
        for (line, expected) in [
            ("Bucket,Key", Some("Bucket,Key")),
            ("key,bucket,version_id,size", Some("Key,Bucket,VersionId,Ignore")),
            ("data-bucket,Key", None),
            ("bucket,bucket,key", None),
        ] {
            let mut csv = Csv::new(line.as_bytes());
            assert!(csv.advance().unwrap());
            assert_eq!(Columns::of_header(csv.row()).map(|columns| columns.to_string()).as_deref(), expected);
        }
    }

    #[test]
    fn columns_that_cannot_be_are_named() {
        for (text, error) in [
            ("Bucket,Size", ColumnsError::Unknown("Size".to_owned())),
            ("Bucket,Ignore", ColumnsError::Missing("Key")),
            ("Key", ColumnsError::Missing("Bucket")),
            ("Bucket,Key,Key", ColumnsError::Twice("Key")),
        ] {
            assert_eq!(text.parse::<Columns>(), Err(error), "{text}");
        }
    }
}
