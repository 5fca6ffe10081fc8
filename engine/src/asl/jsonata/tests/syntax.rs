//! What does not parse, in the words of the reference library.

use super::evaluate;
use crate::asl::jsonata::Expression;

#[test]
fn a_syntax_error_has_the_words_of_the_reference() {
    for (source, message) in [
        ("", "Unexpected end of expression"),
        ("1 +", "Unexpected end of expression"),
        ("$a[1,2)", "Expected \"]\", got \",\""),
        ("(1", "Expected \")\" before end of expression"),
        ("'abc", "String literal must be terminated by a matching quote"),
        ("$a }", "Syntax error: \"}\""),
        ("}", "The symbol \"}\" cannot be used as a unary operator"),
        ("$contains('a', /b", "No terminating / in regular expression"),
        ("1 := 2", "The left side of := must be a variable name (start with $)"),
        ("'\\q'", "Unsupported escape sequence: \\\"q\""),
    ] {
        let refusal = Expression::compile(source).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.message.as_str()),
            ("INVALID_JSONATA_EXPRESSION", message),
            "{source}"
        );
    }
    for deep in
        ["(".repeat(100_000), format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000)), "1+".repeat(100_000)]
    {
        assert!(Expression::compile(&deep).is_err());
    }
}

#[test]
fn what_is_open_wants_its_end_before_what_should_stand_in_it() {
    for (source, message) in [
        ("$f(", "Expected \")\" before end of expression"),
        ("$f(1,", "Expected \")\" before end of expression"),
        ("[1, (2 +", "Expected \")\" before end of expression"),
        ("{", "Expected \":\" before end of expression"),
        ("{'a': 1 +", "Expected \"}\" before end of expression"),
        ("{'a': 1, ", "Expected \":\" before end of expression"),
        ("$a[", "Expected \"]\" before end of expression"),
        ("$a ~> |b", "Expected \"|\" before end of expression"),
        ("$a ~> |b|", "Expected \"|\" before end of expression"),
        ("$a ~> |b|{'c': 1}| +", "Unexpected end of expression"),
        ("function($x){", "Expected \"}\" before end of expression"),
        ("$map([')'], function($x){", "Expected \"}\" before end of expression"),
        ("function(", "Expected \")\" before end of expression"),
        ("function($x,){1}", "The symbol \")\" cannot be used as a unary operator"),
        ("function($x, y){1}", "Parameter 2 of function definition must be a variable name (start with $)"),
        ("1 ? 2 :", "Unexpected end of expression"),
    ] {
        assert_eq!(refused(source), message, "{source}");
    }
}

#[test]
fn chains_as_deep_as_the_parser_takes_them_are_told_like_others() {
    for operator in ["&", "~>", "-", "<", "and", "="] {
        let deep = format!("1{}", format!(" {operator} 'a'").repeat(900));
        // Whatever comes of it: no chain may take all of the stack.
        if Expression::compile(&deep).is_ok() {
            let _ = evaluate(&deep);
        }
    }
    assert!(Expression::compile(&format!("'a'{}", " & 'a'".repeat(300))).is_ok());
}

#[test]
fn what_later_versions_take_is_refused() {
    for (source, message) in [
        ("$a ?? 1", "The symbol \"?\" cannot be used as a unary operator"),
        ("[{'k': $a ?: 1}]", "The symbol \":\" cannot be used as a unary operator"),
        ("1..5", "Syntax error: \"..\""),
        ("$a[0..1]", "Expected \"]\", got \"..\""),
        ("$sum(1..5)", "Expected \")\", got \"..\""),
        ("{'a': 1..5}", "Expected \"}\", got \"..\""),
        ("$contains('a', //)", "Empty regular expressions are not allowed"),
        ("$contains('a', /a(/)", "No terminating / in regular expression"),
        ("$replace('a', /a/g, 'b')", "Expected \")\", got \"g\""),
        ("/a/ig", "Syntax error: \"g\""),
    ] {
        assert_eq!(refused(source), message, "{source}");
    }
    for source in ["[1..5]", "[$a..$b, 1..2]", "/\\(a[b]/i", "/a\\/b/m"] {
        assert!(Expression::compile(source).is_ok(), "{source}");
    }
}

#[test]
fn literals_are_told_as_they_are() {
    for (source, message) in [
        ("1 2", "Syntax error: 2"),
        ("1 2.5", "Syntax error: 2.5"),
        ("$not true", "Syntax error: true"),
        ("1 'a\"b'", "Syntax error: \"a\\\"b\""),
        ("$a $b", "Syntax error: \"b\""),
        ("[1 null]", "Expected \"]\", got null"),
        ("1e400", "Number out of range: \"1e400\""),
        ("1 /* more", "Comment has no closing tag"),
        ("$a@b", "The right side of \"@\" must be a variable name (start with $)"),
        ("$a#1", "The right side of \"#\" must be a variable name (start with $)"),
        ("function($x)<n{1}", "Expected \">\", got \"{\""),
        ("'\\u12'", "The escape sequence \\u must be followed by 4 hex digits"),
    ] {
        assert_eq!(refused(source), message, "{source}");
    }
}

fn refused(source: &str) -> String {
    match Expression::compile(source) {
        Err(refusal) => {
            assert_eq!(refusal.code, "INVALID_JSONATA_EXPRESSION");
            refusal.message
        }
        Ok(_) => panic!("{source} is taken"),
    }
}
