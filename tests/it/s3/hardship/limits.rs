//! Credentials that expire on the way, and an account that answers few calls a second.

use super::{build, kept, keys};
use crate::s3::job::Rehearsal;

const DATA: &str = "[[buckets]]\nname = \"data-1\"\nobjects = [{ key = \"k/{n}\", count = 5000 }]\n";
const EXPIRED: &str = "the temporary credentials have expired";

#[test]
fn expired_credentials_are_told_as_such() {
    let rehearsal =
        Rehearsal::of(&format!("[[roles]]\nname = \"batch\"\n[faults]\nexpired_after = 0\n{DATA}"));
    for words in [
        "s3 manifest build s3://data-1/ --to m.csv",
        "s3 manifest build s3://data-1/a s3://data-1/b --to m.csv",
        "s3 manifest build s3://data-1/ --to -",
        "s3 manifest head s3://data-1/k/00001",
        "s3 job list",
        "s3 job show 00000000-0000",
        "s3 job create untag --generate s3://data-1 --role batch --no-report",
    ] {
        let ran = rehearsal.opsctl(&words.split(' ').collect::<Vec<_>>()).expect(4);
        assert!(ran.stderr.contains("ExpiredToken"), "{words}: {ran:?}");
        assert!(ran.stderr.contains(EXPIRED) && ran.stdout.is_empty(), "{words}: {ran:?}");
    }
}

/// What was listed with good credentials is not listed again with new ones.
#[test]
fn credentials_that_expire_while_much_is_listed_lose_nothing() {
    let faults = "[faults]\nexpired_after = 4\nexpired_calls = 2\n";
    let rehearsal = Rehearsal::of(&format!("{faults}{DATA}"));
    let words = ["s3://data-1/", "--max-concurrency", "1", "--to", "m.csv"];
    let ran = build(&rehearsal, &words).expect(4);
    assert!(ran.stderr.contains(EXPIRED) && ran.stderr.contains("what was listed so far is kept"), "{ran:?}");
    let listing = kept(&rehearsal.sealed, "listing").unwrap().metadata().unwrap();
    assert!(listing.len() > 2000 && !rehearsal.sealed.path("m.csv").exists(), "{listing:?}");
    // Until they are renewed.
    let resume = || build(&rehearsal, &[&words[..], &["--resume"]].concat());
    let resumed = std::iter::repeat_with(resume).take(3).find(|ran| ran.code != 4).unwrap().expect(0);
    assert!(!resumed.stderr.contains("nothing to resume"), "{resumed:?}");
    let text = std::fs::read_to_string(rehearsal.sealed.path("m.csv")).unwrap();
    assert!(keys(&text).into_iter().eq((1..=5000).map(|n| format!("k/{n:04}")).collect::<Vec<_>>().iter()));
}

#[test]
fn few_calls_a_second_make_everything_slower_and_nothing_wrong() {
    let rehearsal = Rehearsal::of(&format!(
        "calls_per_second = 4\n[[buckets]]\nname = \"lists-1\"\n[[roles]]\nname = \"batch\"\n{DATA}"
    ));
    let attempts = ["--max-attempts", "8"];
    let to = ["s3://data-1/", "--to", "s3://lists-1/m.csv"];
    build(&rehearsal, &[&to[..], &attempts].concat()).expect(0);
    let create = ["create", "untag", "--manifest", "s3://lists-1/m.csv", "--role", "batch", "--no-report"];
    let made = rehearsal.job(&[&create[..], &attempts].concat()).expect(0);
    let id = made.stdout.trim_end();
    let words = [&["confirm", id, "--yes", "--wait", "--interval", "500ms"], &attempts[..]].concat();
    rehearsal.job(&words).expect(0);
    let shown = rehearsal.job(&[&["show", id, "-o", "json"], &attempts[..]].concat()).expect(0).json();
    assert_eq!(shown["item"]["succeededTasks"], 5000, "{shown}");
    // Without patience it is told as what it is.
    let impatient = || rehearsal.job(&["list", "--max-attempts", "1"]);
    let busy = std::iter::repeat_with(impatient).take(200).find(|ran| ran.code != 0).unwrap().expect(75);
    assert!(busy.stderr.contains("--max-attempts tries more often"), "{busy:?}");
}
