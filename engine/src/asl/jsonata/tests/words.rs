//! Why evaluations fail, in the words of the reference library.

use super::evaluate;

fn assert_words(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let cause = match evaluate(source) {
            Err(failure) => failure.cause,
            Ok(value) => panic!("{source} gives {value}"),
        };
        let (_, words) = cause.split_once(" threw an error during evaluation. ").unwrap_or(("", &cause));
        assert_eq!(words, *expected, "{source}");
    }
}

#[test]
fn operators_tell_their_operands() {
    assert_words(&[
        ("-'a'", "D1002: Cannot negate a non-numeric value: \"a\""),
        ("-$states.input.people[0]", "D1002: Cannot negate a non-numeric value: {\"name\":\"A\",\"age\":3}"),
        ("1 / 0 + 1", "D1001: Number out of range: null"),
        ("$string([1 / 0])", "D1001: Number out of range: null"),
        ("1 / 0 & ''", "D3001: Attempting to invoke string function on Infinity or NaN"),
        ("1 * true", "T2002: The right side of the \"*\" operator must evaluate to a number"),
        ("$nope - null", "T2002: The right side of the \"-\" operator must evaluate to a number"),
        (
            "'a' < 1",
            "T2009: The values \"a\" and 1 either side of operator \"<\" must be of the same data type",
        ),
        (
            "$states.input.people[age >= 'x']",
            "T2009: The values 3 and \"x\" either side of operator \">=\" must be of the same data type",
        ),
        (
            "$map($states.input.list, function($v) { $v = 1 ? 1 : $v > $string($v) })",
            "T2009: The values 2 and \"2\" either side of operator \">\" must be of the same data type",
        ),
        (
            "null <= $nope",
            "T2010: The expressions either side of operator \"<=\" must evaluate to numeric or string values",
        ),
        ("[1.5..2]", "T2003: The left side of the range operator (..) must evaluate to an integer"),
        (
            "[0..99999999]",
            "D2014: The size of the sequence allocated by the range operator (..) must not exceed 1e6.  Attempted to allocate 100000000.",
        ),
        ("[3, 'a']^($)", "T2007: Type mismatch when comparing values 3 and \"a\" in order-by clause"),
        (
            "$states.input ~> |people|[1]|",
            "T2011: The insert/update clause of the transform expression must evaluate to an object: [1]",
        ),
        (
            "$states.input ~> |people|{}, 1|",
            "T2012: The delete clause of the transform expression must evaluate to a string or array of strings: 1",
        ),
    ]);
}

#[test]
fn a_refused_argument_tells_its_function() {
    let function = |code: &str, index: usize, name: &str| match code {
        "T0410" => format!("T0410: Argument {index} of function {name} does not match function signature"),
        "T0411" => {
            format!("T0411: Context value is not a compatible type with argument {index} of function {name}")
        }
        _ => format!("T0412: Argument {index} of function {name} must be an array of \"numbers\""),
    };
    for (source, code, index, name) in [
        ("$sum()", "T0410", 1, "\"sum\""),
        ("$sum(1, 2)", "T0410", 2, "\"sum\""),
        ("$count(1) + $sum(['a'])", "T0412", 1, "\"sum\""),
        ("$lowercase('a') & $uppercase(2)", "T0410", 1, "\"uppercase\""),
        ("$uppercase($count(1))", "T0410", 1, "\"uppercase\""),
        ("$substring('a', 'b')", "T0410", 2, "\"substring\""),
        ("$states.input.a.$uppercase()", "T0411", 1, "\"uppercase\""),
        ("$map([1], function($x) { $trim($x) })", "T0410", 1, "\"trim\""),
        ("$map([1, 2], $uppercase)", "T0410", 1, "\"map\""),
        ("[1] ~> $join()", "T0412", 1, "\"join\""),
        ("'a' ~> $sum", "T0412", 1, "\"sum\""),
        ("($f := function($x)<n:n>{ $x }; $f('a'))", "T0410", 1, "\"f\""),
        ("($f := function($x, $y)<nn:n>{ $x }; $f(1))", "T0410", 2, "\"f\""),
        ("function($x)<a<n>:n>{ $x }(['a'])", "T0412", 1, "undefined"),
        ("($f := $length; $f(1))", "T0410", 1, "\"f\""),
        ("$pad(1, 'a', 2)", "T0410", 3, "\"pad\""),
        ("$states.input.a.$pad(5)", "T0411", 1, "\"pad\""),
        ("$number([1])", "T0410", 1, "\"number\""),
        ("$uppercase($number('1'))", "T0410", 1, "\"uppercase\""),
        ("$zip()", "T0410", 1, "\"zip\""),
        ("$now('a', 'b', 'c')", "T0410", 3, "\"now\""),
    ] {
        let expected = function(code, index, name);
        let expected = if name == "\"join\"" { expected.replace("numbers", "strings") } else { expected };
        assert_words(&[(source, &expected)]);
    }
}

#[test]
fn functions_tell_what_they_cannot_take() {
    assert_words(&[
        ("$number('x\"')", "D3030: Unable to cast value to a number: \"x\\\"\""),
        (
            "$split('a', ',', -1)",
            "D3020: Third argument of split function must evaluate to a positive number",
        ),
        ("$replace('a', '', 'b')", "D3010: Second argument of replace function cannot be an empty string"),
        (
            "$single([1, 2])",
            "D3138: The $single() function expected exactly 1 matching result.  Instead it matched more.",
        ),
        (
            "$formatBase(10, 1)",
            "D3100: The radix of the formatBase function must be between 2 and 36.  It was given 1",
        ),
        (
            "$formatInteger(1, '#')",
            "D3130: Formatting or parsing an integer as a sequence starting with \"#\" is not supported by this implementation",
        ),
        ("$fromMillis(0, '[q]')", "D3132: Unknown component specifier \"q\" in date/time picture string"),
        ("$fromMillis(0, '[Y')", "D3135: No matching closing bracket ']' in date/time picture string"),
        (
            "$formatNumber(1, '0.0.0')",
            "D3081: The sub-picture must not contain more than one instance of the 'decimal-separator' character",
        ),
        ("$error('D3030: mine')", "D3137: D3030: mine"),
        ("$error('')", "D3137: $error() function evaluated"),
        ("$assert(false, 'no')", "D3141: no"),
    ]);
}
