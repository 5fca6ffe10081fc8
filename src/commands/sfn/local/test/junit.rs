//! Test results as JUnit has them: a suite a file, a case a test.

use std::fmt::Write as _;

use super::view::TestResult;

pub fn document(results: &[TestResult]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (tests, failures, seconds) = sums(results.iter());
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "<testsuites name=\"opsctl sfn local test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.3}\">"
    );
    for suite in results.chunk_by(|one, next| one.file == next.file) {
        let (tests, failures, seconds) = sums(suite.iter());
        let file = suite.first().map(|result| escaped(&result.file)).unwrap_or_default();
        let _ = writeln!(
            text,
            "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.3}\">"
        );
        for result in suite {
            let name = escaped(&result.name);
            let _ = write!(
                text,
                "    <testcase classname=\"{file}\" name=\"{name}\" time=\"{:.3}\"",
                result.seconds
            );
            match result.failures.first() {
                None => text.push_str("/>\n"),
                Some(first) => {
                    let hints = result.hints.iter().map(|hint| format!("hint: {hint}"));
                    let all: Vec<String> = result.failures.iter().cloned().chain(hints).collect();
                    let all = escaped(&all.join("\n"));
                    let _ = writeln!(
                        text,
                        ">\n      <failure message=\"{}\">{all}</failure>\n    </testcase>",
                        escaped(first)
                    );
                }
            }
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn sums<'a>(results: impl Iterator<Item = &'a TestResult>) -> (usize, usize, f64) {
    results.fold((0, 0, 0.0), |(tests, failures, seconds), result| {
        (tests + 1, failures + usize::from(!result.passed), seconds + result.seconds)
    })
}

/// Text in an attribute or an element. What XML cannot hold at all is shown as a question mark.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push_str(if c == '\n' { "&#10;" } else { "&#9;" }),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_suite_is_a_file_and_what_xml_cannot_hold_is_escaped() {
        let result = |file: &str, name: &str, failures: &[&str]| {
            let failures = failures.iter().map(ToString::to_string).collect();
            TestResult::new(Path::new(file), name, 0.25, Some("SUCCEEDED"), (failures, Vec::new()))
        };
        let results = [
            result("a.test.yaml", "pays <once>", &[]),
            result("a.test.yaml", "fails", &["output: expected \"1\" & more\u{1b}", "second"]),
            result("b.test.yaml", "other", &[]),
        ];
        insta::assert_snapshot!(document(&results), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="opsctl sfn local test" tests="3" failures="1" errors="0" time="0.750">
          <testsuite name="a.test.yaml" tests="2" failures="1" errors="0" time="0.500">
            <testcase classname="a.test.yaml" name="pays &lt;once&gt;" time="0.250"/>
            <testcase classname="a.test.yaml" name="fails" time="0.250">
              <failure message="output: expected &quot;1&quot; &amp; more?">output: expected &quot;1&quot; &amp; more?&#10;second</failure>
            </testcase>
          </testsuite>
          <testsuite name="b.test.yaml" tests="1" failures="0" errors="0" time="0.250">
            <testcase classname="b.test.yaml" name="other" time="0.250"/>
          </testsuite>
        </testsuites>
        "#);
    }
}
