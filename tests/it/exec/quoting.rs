//! Arguments arrive as they were given, byte by byte.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::{ONE_NODE, bytes, exec, rehearse};

const ARGUMENTS: &[&str] = &[
    "plain",
    "",
    " ",
    "a b",
    "two\nlines\n",
    "tab\there",
    "it's",
    "''",
    "\"double\"",
    "$HOME",
    "${x}",
    "$(touch x)",
    "`touch x`",
    "back\\slash\\",
    "*",
    "?[a-z]",
    "~",
    "a;b&c|d<e>f(g)",
    "#no comment",
    "!history",
    "X=1",
    "-n",
    "--help",
    "--",
    "{{x}}",
    "{{ command }}",
    "{{{{",
    "}}",
    "{'{",
    "größe 漢字 😀",
    "\r",
    "\u{1}\u{1b}[31m\u{7f}",
    "%s%d\\0",
];

#[test]
fn every_argument_arrives_as_it_is() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let ran = bytes(&sealed, &[&["web-1", "--", "printf", "%s\\0"], ARGUMENTS].concat());
    let arrived: Vec<String> =
        ran.stdout.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    assert_eq!(arrived, [ARGUMENTS, &[""]].concat(), "{:?}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(0));
}

/// The same through the scripts that carry the exit code: on a terminal, and where the streams come together.
#[test]
fn every_argument_arrives_through_the_other_ways() {
    // A terminal makes two bytes of a line feed.
    let plain: Vec<&str> = ARGUMENTS.iter().copied().filter(|text| !text.contains(['\n', '\r'])).collect();
    let (sealed, _sandbox) = rehearse(&format!("separate_output = false\n{ONE_NODE}"));
    for way in ["--pty", "-q"] {
        let ran = bytes(&sealed, &[&["web-1", way, "--", "printf", "%s\\0"], &plain[..]].concat());
        let arrived: Vec<&[u8]> = ran.stdout.split(|byte| *byte == 0).collect();
        let given: Vec<&[u8]> = plain.iter().map(|text| text.as_bytes()).chain([&b""[..]]).collect();
        // The terminal shows tabs as they are, too.
        assert_eq!(arrived, given, "{way}: {:?}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(ran.status.code(), Some(0));
    }
}

#[test]
fn the_name_of_the_program_is_quoted_too() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    for name in ["if", "X=1", "a b", "{{x}}", "$HOME"] {
        let ran = sealed.run(exec(&["web-1", "--", name])).expect(127);
        assert!(ran.stderr.contains(name) && ran.stderr.contains("not found"), "{name}: {ran:?}");
    }
}

#[test]
fn what_is_no_text_is_refused_before_anything_is_sent() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    drop(sandbox);
    let mut words: Vec<OsString> = exec(&["web-1", "--", "echo"]).into_iter().map(OsString::from).collect();
    words.push(OsString::from_vec(b"\xff\xfe".to_vec()));
    let ran = sealed.run(words).expect(255);
    assert!(ran.stderr.starts_with("error: not UTF-8, and so nothing that AWS passes on: "), "{ran:?}");
}

#[test]
fn a_windows_node_takes_one_line() {
    let nodes = "[[nodes]]\nname = \"win-1\"\nplatform = \"Windows\"\n[[nodes]]\nname = \"web-1\"\n";
    let (sealed, _sandbox) = rehearse(nodes);
    let ran = sealed.run(exec(&["win-1", "--", "echo one; echo two"])).expect(0);
    assert_eq!(ran.stdout, "one\ntwo\n");
    let ran = sealed.run(exec(&["win-1", "--", "echo", "one"])).expect(255);
    assert!(ran.stderr.contains("runs Windows, where arguments are not quoted"), "{ran:?}");
    assert!(ran.stderr.contains("hint: give the whole PowerShell line as one argument"), "{ran:?}");
    let ran = sealed.run(exec(&["web-1", "win-1", "--", "echo", "one"])).expect(255);
    assert_eq!(ran.stdout, "", "the other node has run nothing either");
}
