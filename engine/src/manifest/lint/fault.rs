//! What can be wrong with a manifest: the name of each fault, what it means for a job, and whether it can be mended.

/// One kind of fault. A warning is what a job may well be meant to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    NoObjects,
    Compressed,
    ByteOrderMark,
    Header,
    CarriageReturn,
    BlankLine,
    LongLine,
    BadQuotes,
    Columns,
    CommaInKey,
    EmptyCell,
    MixedVersions,
    EmptyVersion,
    BadVersion,
    BucketForm,
    BadBucket,
    OtherBucket,
    Quoted,
    Unencoded,
    HalfEncoded,
    BadEscape,
    NotUtf8,
    EmptyKey,
    LongKey,
    Duplicate,
    LooselyEncoded,
    DoubleEncoded,
    Plus,
    NoFinalLineBreak,
}

/// What a mended copy makes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// It is as it should be.
    Mended,
    /// It cannot be mended and is not in the copy.
    LeftOut,
    /// It is in the copy, spelled as the service wants it, and means what it meant.
    Kept,
}

use Remedy::{Kept, LeftOut, Mended};

impl FaultKind {
    /// Every kind, errors before warnings.
    pub const ALL: [FaultKind; 29] = [
        FaultKind::NoObjects,
        FaultKind::Compressed,
        FaultKind::ByteOrderMark,
        FaultKind::Header,
        FaultKind::CarriageReturn,
        FaultKind::BlankLine,
        FaultKind::LongLine,
        FaultKind::BadQuotes,
        FaultKind::Columns,
        FaultKind::CommaInKey,
        FaultKind::EmptyCell,
        FaultKind::MixedVersions,
        FaultKind::EmptyVersion,
        FaultKind::BadVersion,
        FaultKind::BucketForm,
        FaultKind::BadBucket,
        FaultKind::OtherBucket,
        FaultKind::Quoted,
        FaultKind::Unencoded,
        FaultKind::HalfEncoded,
        FaultKind::BadEscape,
        FaultKind::NotUtf8,
        FaultKind::EmptyKey,
        FaultKind::LongKey,
        FaultKind::Duplicate,
        FaultKind::LooselyEncoded,
        FaultKind::DoubleEncoded,
        FaultKind::Plus,
        FaultKind::NoFinalLineBreak,
    ];

    pub fn name(self) -> &'static str {
        self.facts().0
    }

    pub fn remedy(self) -> Remedy {
        self.facts().1
    }

    /// What it means, and what would be right.
    pub fn meaning(self) -> &'static str {
        self.facts().2
    }

    pub fn is_warning(self) -> bool {
        matches!(
            self,
            FaultKind::LooselyEncoded
                | FaultKind::DoubleEncoded
                | FaultKind::Plus
                | FaultKind::NoFinalLineBreak
        )
    }

    fn facts(self) -> (&'static str, Remedy, &'static str) {
        match self {
            FaultKind::NoObjects => ("no-objects", LeftOut, "there is no object in it"),
            FaultKind::Compressed => ("compressed", Mended, "it is gzip, and a manifest must be plain text"),
            FaultKind::ByteOrderMark => (
                "byte-order-mark",
                Mended,
                "the mark at its beginning is taken for a part of the first bucket",
            ),
            FaultKind::Header => {
                ("header", Mended, "a manifest has no header: the line is taken for an object")
            }
            FaultKind::CarriageReturn => (
                "carriage-return",
                Mended,
                "lines end in LF alone: the CR is taken for a part of the last column",
            ),
            FaultKind::BlankLine => ("blank-line", Mended, "a line with nothing in it names no object"),
            FaultKind::LongLine => ("long-line", LeftOut, "no line of a manifest is over 1 MiB long"),
            FaultKind::BadQuotes => (
                "bad-quotes",
                LeftOut,
                "a quote is never closed, or text follows it: as %22 it is a part of the key",
            ),
            FaultKind::Columns => {
                ("columns", LeftOut, "it has another number of columns than the first line")
            }
            FaultKind::CommaInKey => ("comma-in-key", Mended, "a comma in a key is %2C"),
            FaultKind::EmptyCell => (
                "empty-cell",
                LeftOut,
                "nothing follows the last comma: a version that is missing, or a key with a comma, %2C, at its end?",
            ),
            FaultKind::MixedVersions => (
                "mixed-versions",
                LeftOut,
                "a version is in every line or in none: the job fails before its first task",
            ),
            FaultKind::EmptyVersion => (
                "empty-version",
                Mended,
                "the version of an object made before versioning is null: the task fails",
            ),
            FaultKind::BadVersion => ("bad-version", LeftOut, "it is no version id"),
            FaultKind::BucketForm => {
                ("bucket-form", Mended, "a bucket is its bare name here, without s3:// and no ARN")
            }
            FaultKind::BadBucket => ("bad-bucket", LeftOut, "no bucket can have that name"),
            FaultKind::OtherBucket => (
                "other-bucket",
                LeftOut,
                "most operations want one bucket, that of the first line, in all lines",
            ),
            FaultKind::Quoted => {
                ("quoted", Mended, "an encoded key needs no quotes, and they are taken for a part of it")
            }
            FaultKind::Unencoded => {
                ("unencoded", Mended, "the key is not encoded: its task fails with NoSuchKey")
            }
            FaultKind::HalfEncoded => (
                "half-encoded",
                LeftOut,
                "one part of the key is encoded and another is not: it could be either of two keys",
            ),
            FaultKind::BadEscape => (
                "bad-escape",
                LeftOut,
                "a % is not followed by two hexadecimal digits; a percent sign itself is %25",
            ),
            FaultKind::NotUtf8 => ("not-utf-8", LeftOut, "the key is no UTF-8 once it is decoded"),
            FaultKind::EmptyKey => ("empty-key", LeftOut, "there is no key"),
            FaultKind::LongKey => ("long-key", LeftOut, "the key has over 1024 bytes once it is decoded"),
            FaultKind::Duplicate => {
                ("duplicate", Mended, "the same object as in a line before: its task is run and billed twice")
            }
            FaultKind::LooselyEncoded => (
                "loosely-encoded",
                Kept,
                "some characters of the key are not encoded, which does no harm by itself",
            ),
            FaultKind::DoubleEncoded => {
                ("double-encoded", Kept, "the decoded key still looks encoded: was it encoded twice?")
            }
            FaultKind::Plus => ("plus", Kept, "a plus is read as a space; a plus itself is %2B"),
            FaultKind::NoFinalLineBreak => {
                ("no-final-line-break", Kept, "the last line has no end: is the file whole?")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_listed_once_where_it_belongs() {
        for (place, kind) in FaultKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place, "{kind:?}");
            assert_eq!(kind.remedy() == Kept, kind.is_warning(), "{kind:?}");
        }
        assert_eq!(FaultKind::ALL.len(), FaultKind::NoFinalLineBreak as usize + 1);
        assert!(FaultKind::ALL.is_sorted_by_key(|kind| kind.is_warning()));
    }
}
