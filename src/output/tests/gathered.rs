//! One list out of those of several places.

use super::*;
use crate::output::Gathering;

#[test]
fn lines_wait_until_their_account_is_known() {
    for format in [Format::Ndjson, Format::Csv, Format::Text] {
        let written = Written::default();
        let output = output_to(written.clone(), settings(format));
        let gathering = Gathering::new(&output);
        let (one, other) =
            (gathering.part(&output, 0, 0, "eu-west-1"), gathering.part(&output, 1, 1, "us-east-1"));
        for (part, node) in [(&one, 0), (&other, 2)] {
            let mut list = part.stream("nodes", COLUMNS).unwrap();
            assert!(list.push(nodes()[node].clone()).unwrap().is_continue());
            list.finish().unwrap();
        }
        assert_eq!(written.text(), "", "{format:?}");
        gathering.account(1, Some("444455556666".to_owned())).unwrap();
        let text = written.text();
        assert!(text.contains("mi-0123456789abcdef0") && !text.contains("web-1"), "{format:?}: {text}");
        gathering.account(0, None).unwrap();
        assert!(written.text().contains("web-1"), "{format:?}");
        let before = written.text();
        gathering.finish().unwrap();
        assert_eq!(written.text(), before, "{format:?}");
    }
}

#[test]
fn things_of_different_kinds_have_the_columns_of_all() {
    const CORES: &[Column<Node>] = &[
        Column::new("id", "ID", |node| (&node.id).into()),
        Column::new("cores", "CORES", |node| node.cores.into()),
    ];
    const SEEN: &[Column<Node>] = &[
        Column::new("id", "ID", |node| (&node.id).into()),
        Column::new("seen", "SEEN", |node| node.seen.into()),
    ];
    let text = shown(settings(Format::Csv), |output| {
        let gathering = Gathering::new(output);
        // The later place answers first.
        let (late, early) = (gathering.part(output, 1, 0, "b"), gathering.part(output, 0, 0, "a"));
        late.item("node", SEEN, &nodes()[2])?;
        early.item("node", CORES, &nodes()[0])?;
        gathering.account(0, Some("111122223333".to_owned()))?;
        gathering.finish()
    });
    insta::assert_snapshot!(text, @r"
    account,region,id,cores,seen
    111122223333,a,i-0a1b2c3d4e5f60718,2,
    111122223333,b,mi-0123456789abcdef0,,2026-11-20T10:05:00.25Z
    ");
}

#[test]
fn a_list_that_nobody_began_is_not_written() {
    for format in FORMATS {
        assert_eq!(shown(settings(format), |output| Gathering::new(output).finish()), "", "{format:?}");
    }
}

#[test]
fn an_empty_list_is_one_all_the_same() {
    let empty = |format| {
        shown(settings(format), |output| {
            let gathering = Gathering::new(output);
            gathering.part(output, 0, 0, "a").list("nodes", &COLUMNS[..2], Vec::new())?;
            gathering.finish()
        })
    };
    assert_eq!(empty(Format::Csv), "account,region,id,name\n");
    assert_eq!(empty(Format::Table), "ACCOUNT  REGION  ID  NAME\n");
    assert_eq!(empty(Format::Json), "{\"schemaVersion\":1,\"kind\":\"nodes\",\"items\":[]}\n");
}
