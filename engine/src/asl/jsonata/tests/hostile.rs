//! Arguments that no one means: numbers beyond all counting, text of more than one byte a character, pictures of
//! nothing. Whatever comes of them, it is a value or a failure.

use proptest::prelude::*;
use serde_json::json;

use super::{Expression, evaluate, evaluate_within};

#[test]
fn positions_of_any_size_cut_a_text() {
    for (source, expected) in [
        ("$substring('héllo', 1, 1e300)", "éllo"),
        ("$substring('héllo', 1e300)", ""),
        ("$substring('héllo', -1e300)", "héllo"),
        ("$substring('héllo', -2, 9223372036854775807)", "lo"),
        ("$substring('héllo', -9, 3)", "hél"),
        ("$substring('héllo', 1, 2)", "él"),
        ("$substring('héllo', 1.7, 1.7)", "él"),
        ("$substring('héllo', -3, 2)", "ll"),
        ("$substring('héllo', 1, -1e300)", ""),
        ("$substring('héllo', $nope)", "héllo"),
        ("$substring('héllo', $nope, 2)", ""),
        ("$states.input.text.$substring(1)", "bc"),
        ("'abc' ~> $substring(-2)", "bc"),
        ("($f := $substring; $f('abc', 2))", "c"),
    ] {
        assert_eq!(evaluate(source).map_err(|failure| failure.cause), Ok(json!(expected)), "{source}");
    }
}

#[test]
fn pictures_that_are_used_as_they_should_be_give_what_they_gave() {
    for (source, expected) in [
        (
            "$fromMillis(1, '[Y0001]-[M01]-[D01] [FNn,*-3] [H01]:[m01]:[s01].[f001][Z]', '+0130')",
            json!("1970-01-01 Thu 01:30:00.001+01:30"),
        ),
        (
            "$fromMillis(1, '[é]')",
            json!("D3132: Unknown component specifier \"é\" in date/time picture string"),
        ),
        ("$fromMillis(1, '[[[Y]]]')", json!("[1970]")),
        ("$fromMillis(1, '[Y,2-2]')", json!("70")),
        ("$fromMillis(1, '[YI]')", json!("MCMLXX")),
        ("$toMillis('2024-02-29', '[Y0001]-[M01]-[D01]')", json!(1_709_164_800_000_i64)),
        ("$toMillis('20240229123000', '[Y0001][M01][D01][H01][m01][s01]')", json!(1_709_209_800_000_i64)),
        ("$toMillis('2024-02-29T12:30:00Z')", json!(1_709_209_800_000_i64)),
        ("$formatInteger(1999, 'I')", json!("MCMXCIX")),
        ("$formatInteger(1234567, '#,##0;o')", json!("1,234,567th")),
        ("$formatInteger(12, '٠٠٠')", json!("٠١٢")),
        ("$parseInteger('٠١٢', '٠٠٠')", json!(12)),
        ("$parseInteger('1,234th', '#,##0;o')", json!(1234)),
        ("$parseInteger('MCMXCIX', 'I')", json!(1999)),
        ("$parseInteger('AA', 'A')", json!(27)),
        ("$parseInteger('twelve thousand and five', 'w')", json!(12005)),
        (
            "$formatNumber(1234.5, '#.##0·00', {'decimal-separator': '·', 'grouping-separator': '.'})",
            json!("1.234·50"),
        ),
        ("$formatNumber(-1234.567, '#,##0.00;(#,##0.00)')", json!("(1,234.57)")),
        ("'12' ~> $parseInteger('0')", json!(12)),
        ("$map([1, 2], function($n) { $formatInteger($n, 'w') })", json!(["one", "two"])),
    ] {
        let value = evaluate(source).unwrap_or_else(|failure| {
            json!(failure.cause.split_once(" evaluation. ").map(|(_, words)| words.to_owned()))
        });
        assert_eq!(value, expected, "{source}");
    }
}

#[test]
fn numbers_that_cannot_be_counted_with_are_failures() {
    for source in [
        "$fromMillis(1, '[H]:[m]', '9223372036854775807')",
        "$fromMillis(9e15)",
        "$fromMillis(-9223372036854775808, '[W]')",
        "$fromMillis(1e300)",
        "$fromMillis(1, '[Y,99999999-999999999]')",
        "$fromMillis(1, '[D,999999999]')",
        "$fromMillis(1, '[,]')",
        "$fromMillis(1, '[fn]')",
        "$now('[é]')",
        "$toMillis('٢٠٢٤')",
        "$toMillis('2024 99999999999999999', '[Y] [d]')",
        "$toMillis('2024+99999999999999999', '[Y][Z]')",
        "$toMillis('2024 trillion trillion', '[Y] [dw]')",
        "$toMillis('2024 zzzzzzzzzzzzzzzzz', '[Y] [Ma]')",
        "$toMillis('1ſt', '[D1o]')",
        "$formatInteger(1 / 0, 'w')",
        "$formatNumber(1 / 0, '0.0e0')",
        "$formatNumber(1, '0.' & $pad('', 70000, '0'))",
    ] {
        assert!(evaluate(source).is_err(), "{source}");
    }
    assert_eq!(evaluate("$parseInteger('zzzzzzzzzzzzzzzzzzzzzzzz', 'a') > 1e33").unwrap(), json!(true));
}

#[test]
fn what_would_fill_the_memory_is_refused_before_it_is_made() {
    let text = "($s := $pad('', 100000, 'a'); $t := $pad('', 100000, 'b'); ";
    for source in [
        "$replace($s, 'a', $t))",
        "$replace($s, /a/, $t))",
        "$replace($s, /a+/, $replace($t, 'b', '$0')))",
        "$replace($s, /a/, function($m) { $t }))",
        "($f := $replace; $f($s, 'a', $t)))",
        "$s ~> $replace('a', $t))",
        "($f := $replace(?, 'a', $t); $f($s)))",
        "$join($split($s, ''), $t))",
        "$split($s, '') ~> $join($t))",
        "$formatInteger(9000000000000, 'I'))",
        "[1..100000].($t & $string($)))",
        "$map([1..100000], function($i) { $t & $i }))",
        "$map([1..100000], function($i) { $uppercase($t) }))",
        "$map([1..100000], function($i) { $append([1..100000], $i) }))",
        "[1..100000].[1..100000])",
        "$reduce([1..200], function($s, $n) { $base64encode($s) }, 'aaa'))",
    ] {
        // Time enough: on a machine with other work the service's own may be over first.
        let cause = evaluate_within(600_000, &format!("{text}{source}"))
            .map_or_else(|failure| failure.cause, |_| "a value".to_owned());
        assert!(cause.ends_with("memory usage"), "{source}: {cause}");
    }
}

#[test]
fn what_never_ends_ends_after_as_many_steps() {
    for source in [
        "($f := function($n) { $n > 0 ? $f($n) : 1 }; $f(1))",
        "($f := function($n) { $f($n + 1) + $f($n) }; $f(1))",
        "($f := function($n) { $n > 30 ? 1 : $f($n + 1) + $f($n + 1) }; $f(1))",
        "[1..800000].($count([1..9].(1 + 1)))",
    ] {
        let cause = evaluate(source).map_or_else(|failure| failure.cause, |_| "a value".to_owned());
        let is_deep = source.contains("{ $f($n + 1) +");
        let ends = if is_deep { "max=100" } else { "Expression evaluation timeout: Check for infinite loop" };
        assert!(cause.ends_with(ends), "{source}: {cause}");
    }
}

#[test]
fn functions_that_are_measured_give_what_they_gave() {
    for (source, expected) in [
        ("$append($nope, [1])", json!([1])),
        ("$append([1], $nope)", json!([1])),
        ("$append(1, [2, 3])", json!([1, 2, 3])),
        ("$append([], [])", json!([])),
        ("$reverse([1, 2])", json!([2, 1])),
        ("$join(['a', 'b'], '-')", json!("a-b")),
        ("$join('a')", json!("a")),
        ("$split('a b', ' ')", json!(["a", "b"])),
        ("$split('a1b22c', /[0-9]+/, 2)", json!(["a", "b"])),
        ("'a,b' ~> $split(',') ~> $join('+')", json!("a+b")),
        ("$states.input.text.$split('')", json!(["a", "b", "c"])),
        ("$string({'a': [1, null]}, true)", json!("{\n  \"a\": [\n    1,\n    null\n  ]\n}")),
        ("$map([1, 'a', null], $string)", json!(["1", "a", "null"])),
        ("$states.input.a.$string()", json!("1")),
        ("$replace('abcabc', 'b', 'é')", json!("aécaéc")),
        ("$replace('abcabc', 'b', '$0', 1)", json!("a$0cabc")),
        ("$replace('abcabc', /(b)(c)/, '$2$1$$')", json!("acb$acb$")),
        ("$replace('abcabc', /b/, function($m) { $m.match & $m.start })", json!("ab1cab4c")),
        ("($p := /b/; $r := function($m) { 'x' }; $replace('abcabc', $p, $r, 1))", json!("axcabc")),
        ("($r := 'x'; $states.input.text.$replace('b', $r))", json!("axc")),
        ("'abc' ~> $replace(/b/, 'x')", json!("axc")),
        ("'abc' ~> $replace(/b/, function($m) { 'y' })", json!("ayc")),
        ("($f := $replace(?, 'b', 'x'); $f('abc'))", json!("axc")),
        (
            "$map(['abc', 'b'], function($s) { $replace($s, 'b', $states.input.text) })",
            json!(["aabcc", "abc"]),
        ),
        (
            "$uppercase('é') & $lowercase('É') & $base64encode('a') & $encodeUrlComponent('a b')",
            json!("ÉéYQ==a%20b"),
        ),
        ("$states.input.people.{'n': $uppercase(name)}[n = 'A'].n", json!("A")),
    ] {
        assert_eq!(evaluate(source).map_err(|failure| failure.cause), Ok(expected), "{source}");
    }
}

/// Every function that an expression can call.
#[rustfmt::skip]
const FUNCTIONS: [&str; 68] = [
    "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil", "clone", "contains",
    "count", "decodeUrl", "decodeUrlComponent", "distinct", "each", "encodeUrl", "encodeUrlComponent", "error",
    "exists", "filter", "floor", "formatBase", "formatInteger", "formatNumber", "fromMillis", "hash", "join", "keys",
    "length", "lookup", "lowercase", "map", "match", "max", "merge", "millis", "min", "not", "now", "number", "pad",
    "parse", "parseInteger", "partition", "power", "random", "range", "reduce", "replace", "reverse", "round",
    "shuffle", "sift", "single", "sort", "split", "spread", "sqrt", "string", "substring", "substringAfter",
    "substringBefore", "sum", "toMillis", "trim", "type", "uppercase", "zip",
];

const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2.5",
    "36",
    "1e300",
    "-1e300",
    "9223372036854775807",
    "-9223372036854775808",
    "1e-320",
    "4294967296",
    "(1e300 * 1e300 / 1e300)",
    "(0 / 0)",
    "(1 / 0)",
    "8.2e15",
    "-8.2e15",
];

const TEXTS: [&str; 17] = [
    "''",
    "'héllo'",
    "'😀é'",
    "'1ſt'",
    "'Kelvin'",
    "'٢٠٢٤'",
    "'12'",
    "'2024-02-29'",
    "'9223372036854775807'",
    "'zzzzzzzzzzzzzzzzzzzzzzzz'",
    "'%F0%9F'",
    "'0x'",
    "'$1$2$$'",
    "'trillion trillion trillion'",
    "'99999999999999999999 99999999999999999999'",
    "'{\"a\":[1e999]}'",
    "'+99999999999999999'",
];

const PICTURES: [&str; 14] = [
    "'I'",
    "'a'",
    "'Ww;o'",
    "'1;o'",
    "'٠٠٠'",
    "'#,##0.00'",
    "'0é0'",
    "'#.e0'",
    "'0.0e0;é'",
    "'[é]'",
    "'[Y][d][Z]'",
    "'[Y,9-999999999]'",
    "'[X]-[W]-[w]-[x]'",
    "'[hw] [dA] [fn]'",
];

const OTHERS: [&str; 22] = [
    "null",
    "true",
    "$nope",
    "[]",
    "{}",
    "[[]]",
    "[1, 'é', null]",
    "['a', 'é']",
    "{'a': 1, 'é': [2]}",
    "[{'a': 1}, {'é': 2}]",
    "[3, 1, 2]",
    "[1..9]",
    "/é*/",
    "/(h)(.)?|/",
    "/./i",
    "$string",
    "$sum",
    "$formatInteger",
    "function($a) { $a }",
    "function($a, $b) { $a > $b }",
    "{'decimal-separator': 'é', 'zero-digit': '٠'}",
    "{'grouping-separator': '', 'percent': '', 'per-mille': '#'}",
];

/// A component of a picture, with what can stand in one.
fn component() -> impl Strategy<Value = String> {
    let presentations = [
        "", "1", "01", "0001", "n", "N", "Nn", "I", "a", "W", "Ww", "1o", "٠١", "01:01", "#", "é", "t",
        "01t", ";",
    ];
    let widths =
        ["", ",", ",2", ",2-4", ",*-3", ",0-0", ",99", ",18-18", ",18446744073709551616", ",-", ",1-é"];
    (
        "[YMDdFWwXxHhPmsfZzCEqé,]",
        prop::sample::select(presentations.to_vec()),
        prop::sample::select(widths.to_vec()),
        "[ -]?",
    )
        .prop_map(|(component, presentation, width, literal)| {
            format!("[{component}{presentation}{width}]{literal}")
        })
}

/// Text that is like what pictures write.
fn written() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,20}[ -]?",
        "[0-9]{1,4}(th|st|ſt)?[ -]?",
        "[+-][0-9]{2,20}(:[0-9]{1,20})?",
        "[a-zA-ZſK]{1,20}[ -]?",
        "((trillion|thousand|hundred|twelve) ){1,5}",
        "[٠-٩]{1,5}",
    ]
}

fn quoted(text: String) -> String {
    format!("'{text}'")
}

fn argument() -> impl Strategy<Value = String> {
    let one_of = |values: &[&'static str]| prop::sample::select(values.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        one_of(&NUMBERS),
        one_of(&TEXTS),
        one_of(&PICTURES),
        one_of(&OTHERS),
        prop::collection::vec(component(), 1..5).prop_map(|parts| quoted(parts.concat())),
        prop::collection::vec(written(), 1..5).prop_map(|parts| quoted(parts.concat())),
        "[0#9,.;eE%‰é٠-]{1,12}".prop_map(quoted),
        any::<f64>()
            .prop_filter("a number", |number| number.is_finite())
            .prop_map(|number| format!("{number:e}").replace("e", "e")),
    ]
}

fn call() -> impl Strategy<Value = String> {
    (prop::sample::select(FUNCTIONS.to_vec()), prop::collection::vec(argument(), 0..4))
        .prop_map(|(name, args)| format!("${name}({})", args.join(", ")))
}

/// The functions that read pictures, with pictures.
fn pictured() -> impl Strategy<Value = String> {
    let pictures = || prop::collection::vec(component(), 1..5).prop_map(|parts| quoted(parts.concat()));
    let texts = || prop::collection::vec(written(), 1..5).prop_map(|parts| quoted(parts.concat()));
    let numbers = || prop::sample::select(NUMBERS.to_vec());
    let forms = || {
        prop_oneof![
            "[0#9,.;eE%‰é٠-]{1,12}".prop_map(quoted),
            prop::sample::select(PICTURES.to_vec()).prop_map(str::to_owned)
        ]
    };
    prop_oneof![
        (texts(), pictures()).prop_map(|(text, picture)| format!("$toMillis({text}, {picture})")),
        texts().prop_map(|text| format!("$toMillis({text})")),
        (numbers(), pictures(), texts()).prop_map(|(number, picture, zone)| format!("$fromMillis({number}, {picture}, {zone})")),
        (texts(), forms()).prop_map(|(text, form)| format!("$parseInteger({text}, {form})")),
        (numbers(), forms()).prop_map(|(number, form)| format!("$formatInteger({number}, {form})")),
        (numbers(), forms(), "[0#.,é٠]", "[0#.,é٠]", "[0#.,é٠eE]").prop_map(|(number, form, decimal, grouping, zero)| {
            format!(
                "$formatNumber({number}, {form}, {{'decimal-separator': '{decimal}', 'grouping-separator': '{grouping}', 'zero-digit': '{zero}'}})"
            )
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_argument_panics(
        outer in call(),
        inner in call(),
        pictured in pictured(),
        form in prop::sample::select(vec!["{}", "{} ~> {}", "[{}][{}]", "({} & {})", "[{}..{}]", "[1, 'é'].{}"]),
    ) {
        let joined = form.replacen("{}", &outer, 1).replacen("{}", &inner, 1);
        for source in [joined, pictured] {
            if Expression::compile(&source).is_ok() {
                let _ = evaluate_within(2_000, &source);
            }
        }
    }
}
