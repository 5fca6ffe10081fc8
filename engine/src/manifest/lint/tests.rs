use proptest::prelude::*;

use super::FaultKind::*;
use super::*;

/// Lines and kinds of all faults, and the mended copy.
fn checked(text: &[u8]) -> (Vec<(u64, FaultKind)>, String) {
    let (faults, _, copy) = checked_as(text, None);
    (faults, copy)
}

fn checked_as(text: &[u8], columns: Option<&str>) -> (Vec<(u64, FaultKind)>, Findings, String) {
    let options = LintOptions {
        columns: columns.map(|columns| columns.parse().unwrap()),
        is_compressed: false,
        max_objects: 1000,
    };
    let mut faults = Vec::new();
    let tell = |fault: Fault| {
        faults.push((fault.line, fault.kind));
        ControlFlow::Continue(())
    };
    let (findings, copy) = lint(text, options, Some(Vec::new()), tell).unwrap();
    for kind in FaultKind::ALL {
        let told = faults.iter().filter(|(_, told)| *told == kind).count() as u64;
        assert_eq!(findings.count(kind), told, "{kind:?}");
    }
    (faults, findings, String::from_utf8(copy.unwrap()).unwrap())
}

/// Its name, the manifest, the faults with their lines, the mended copy.
type Case<'a> = (&'a str, &'a [u8], &'a [(u64, FaultKind)], &'a str);

#[test]
fn every_fault_is_found_in_its_line_and_mended_or_left_out() {
    let version = "3HL4kqtJvjVBH40Nrjfkd";
    let mixed = format!("data-1,a,{version}\ndata-1,b\n");
    let mixed_later = format!("data-1,a\ndata-1,b,{version}\n");
    let with_commas = format!("data-1,a,{version}\ndata-1,x,y,{version}\n");
    let mended_commas = format!("data-1,a,{version}\ndata-1,x%2Cy,{version}\n");
    let long = format!("data-1,{}\n", "k".repeat(1025));
    let cases: [Case; 36] = [
        ("sound", b"data-1,a%20b\ndata-1,b*'()!:c\n", &[], "data-1,a%20b\ndata-1,b%2A%27%28%29%21%3Ac\n"),
        ("sound with versions", b"data-1,a,null\n", &[], "data-1,a,null\n"),
        ("empty", b"", &[(1, NoObjects)], ""),
        ("only a header", b"Bucket,Key\n", &[(1, Header), (1, NoObjects)], ""),
        ("a header", b"Bucket,Key\ndata-1,a\n", &[(1, Header)], "data-1,a\n"),
        ("a header that turns the columns", b"key,bucket\na,data-1\n", &[(1, Header)], "data-1,a\n"),
        ("files put together", b"data-1,a\nBucket,Key\ndata-1,b\n", &[(2, Header)], "data-1,a\ndata-1,b\n"),
        ("a mark", b"\xef\xbb\xbfdata-1,a\n", &[(1, ByteOrderMark)], "data-1,a\n"),
        ("crlf", b"data-1,a\r\ndata-1,b\n", &[(1, CarriageReturn)], "data-1,a\ndata-1,b\n"),
        ("blank lines", b"data-1,a\n\ndata-1,b\n", &[(2, BlankLine)], "data-1,a\ndata-1,b\n"),
        ("an open quote", b"data-1,\"a\ndata-1,b\n", &[(1, BadQuotes)], "data-1,b\n"),
        ("text after quotes", b"data-1,\"a\"b\ndata-1,b\n", &[(1, BadQuotes)], "data-1,b\n"),
        ("one column", b"data-1\ndata-1,b\n", &[(1, Columns)], "data-1,b\n"),
        ("one column later", b"data-1,b\ndata-1\n", &[(2, Columns)], "data-1,b\n"),
        (
            "a comma in a key",
            b"data-1,a\ndata-1,x/y,z.csv\n",
            &[(2, CommaInKey), (2, Unencoded)],
            "data-1,a\ndata-1,x%2Fy\n",
        ),
        (
            "a comma in the first key",
            b"data-1,y,z.csv\n",
            &[(1, CommaInKey), (1, Unencoded)],
            "data-1,y%2Cz.csv\n",
        ),
        ("a cell with nothing in it", b"data-1,b\ndata-1,a,\n", &[(2, EmptyCell)], "data-1,b\n"),
        ("a comma and then nothing", b"data-1,b\ndata-1,a,c,\n", &[(2, EmptyCell)], "data-1,b\n"),
        (
            "commas beside versions",
            with_commas.as_bytes(),
            &[(2, CommaInKey), (2, Unencoded)],
            &mended_commas,
        ),
        ("a version is missing", mixed.as_bytes(), &[(2, MixedVersions)], "data-1,a,3HL4kqtJvjVBH40Nrjfkd\n"),
        ("a version too many", mixed_later.as_bytes(), &[(2, MixedVersions)], "data-1,a\n"),
        ("an empty version", b"data-1,a,\n", &[(1, EmptyVersion)], "data-1,a,null\n"),
        ("no version", b"data-1,a,null\ndata-1,b,v 1\n", &[(2, BadVersion)], "data-1,a,null\n"),
        (
            "s3uri",
            b"s3://data-1,a\ns3://data-1/,b\n",
            &[(1, BucketForm), (2, BucketForm)],
            "data-1,a\ndata-1,b\n",
        ),
        ("arn", b"arn:aws-cn:s3:::data-1,a\n", &[(1, BucketForm)], "data-1,a\n"),
        ("no bucket name", b"Data_1,a\n,b\n\xff,c\n", &[(1, BadBucket), (2, BadBucket), (3, BadBucket)], ""),
        ("two buckets", b"data-1,a\ndata-2,a\n", &[(2, OtherBucket)], "data-1,a\n"),
        ("quotes", b"\"data-1\",\"a%20b\"\n", &[(1, Quoted)], "data-1,a%20b\n"),
        (
            "quoted raw key",
            b"data-1,\"a,\"\"b\nc\"\n",
            &[(1, Quoted), (1, Unencoded)],
            "data-1,a%2C%22b%0Ac\n",
        ),
        (
            "unencoded",
            "data-1,a b\ndata-1,ż\n".as_bytes(),
            &[(1, Unencoded), (2, Unencoded)],
            "data-1,a%20b\ndata-1,%C5%BC\n",
        ),
        ("half encoded", b"data-1,a b%20c\ndata-1,a b+c\n", &[(1, HalfEncoded), (2, HalfEncoded)], ""),
        (
            "bad escapes",
            b"data-1,a%2.txt\ndata-1,%ZZ\ndata-1,%ff\n",
            &[(1, BadEscape), (2, BadEscape), (3, NotUtf8)],
            "",
        ),
        ("no key", b"data-1,\n", &[(1, EmptyKey)], ""),
        ("a long key", long.as_bytes(), &[(1, LongKey)], ""),
        (
            "doubles",
            b"data-1,a%20b\ndata-1,b\ndata-1,a+b\n",
            &[(3, Plus), (3, Duplicate)],
            "data-1,a%20b\ndata-1,b\n",
        ),
        (
            "warnings",
            b"data-1,a%2520b\ndata-1,a&b\ndata-1,a",
            &[(1, DoubleEncoded), (2, LooselyEncoded), (3, NoFinalLineBreak)],
            "data-1,a%2520b\ndata-1,a%26b\ndata-1,a\n",
        ),
    ];
    for (name, text, faults, copy) in cases {
        // A slash stays bare in a key.
        let copy = copy.replace("x%2Fy", "x/y%2Cz.csv");
        assert_eq!(checked(text), (faults.to_vec(), copy.clone()), "{name}");
        assert_eq!(checked(copy.as_bytes()).1, copy, "the copy of {name} is mended again");
    }
}

#[test]
fn columns_that_are_given_are_kept_to() {
    let (faults, findings, copy) =
        checked_as(b"7,data-1,a,null\n8,data-1,b\n", Some("Ignore,Bucket,Key,VersionId"));
    assert_eq!((faults, copy.as_str()), (vec![(2, Columns)], "data-1,a,null\n"));
    assert_eq!((findings.rows, findings.with_versions, findings.errors()), (2, true, 1));
    assert_eq!(findings.mended, Some(Written { rows: 1, bytes: 14 }));
}

#[test]
fn a_line_that_never_ends_is_one_fault() {
    let text = [&b"data-1,a\n"[..], &vec![b'k'; 3 << 20], b"\ndata-1,b\n"].concat();
    assert_eq!(checked(&text), (vec![(2, LongLine)], "data-1,a\ndata-1,b\n".to_owned()));
}

#[test]
fn faults_are_counted_after_nobody_listens() {
    let mut told = 0;
    let tell = |_| {
        told += 1;
        ControlFlow::Break(())
    };
    let options = LintOptions { max_objects: 2, is_compressed: true, ..LintOptions::default() };
    let text = "data-1,a\ndata-1,b\ndata-1,c\ndata-1,a\ndata-1,x y\n".repeat(2);
    let (findings, _) = lint(text.as_bytes(), options, None::<Vec<u8>>, tell).unwrap();
    assert_eq!((told, findings.count(Compressed), findings.count(Unencoded)), (1, 1, 2));
    assert!(findings.stopped_looking_for_doubles);
    assert_eq!((findings.count(Duplicate), findings.errors(), findings.warnings()), (0, 3, 0));
}

proptest! {
    #[test]
    fn a_mended_copy_has_no_faults(text in "((data-1|b|s3://data-1|Bucket),[a %2F\",ż+\r]{0,6}(,null|,)?\n?){0,12}") {
        let (_, copy) = checked(text.as_bytes());
        let (faults, _) = checked(copy.as_bytes());
        let errors: Vec<_> = faults.iter().filter(|(_, kind)| !kind.is_warning() && *kind != NoObjects).collect();
        prop_assert!(errors.is_empty(), "{errors:?} in {copy:?} of {text:?}");
    }
}
