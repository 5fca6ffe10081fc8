//! Places in JSON texts: where the value behind a path of names and positions begins. Only for text that is known to be
//! JSON; what it means is its readers' business.

use std::ops::Range;

/// Where the value at `path` is; the last one where a name is given twice. Where there is none, the innermost that is.
pub fn place(text: &str, path: &[&str]) -> Range<usize> {
    let mut at = space(text, 0);
    for step in path {
        match member(text, at, step) {
            Some(found) => at = found,
            None => break,
        }
    }
    at..value_end(text, at)
}

/// Of the object or array that begins at `start`.
fn member(text: &str, start: usize, step: &str) -> Option<usize> {
    let is_object = byte(text, start) == Some(b'{');
    if !is_object && byte(text, start) != Some(b'[') {
        return None;
    }
    let mut found = None;
    let mut at = space(text, start + 1);
    let mut position = 0;
    while !matches!(byte(text, at), None | Some(b'}' | b']')) {
        let before = at;
        let name = if is_object {
            let end = value_end(text, at);
            let name = serde_json::from_str(text.get(at..end)?).ok()?;
            at = space(text, space(text, end) + 1);
            name
        } else {
            position.to_string()
        };
        if name == step {
            found = Some(at);
        }
        position += 1;
        at = space(text, value_end(text, at));
        if byte(text, at) == Some(b',') {
            at = space(text, at + 1);
        }
        // Only in what is no JSON is there a value of nothing.
        if at == before {
            break;
        }
    }
    found
}

fn value_end(text: &str, start: usize) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            if !in_string && depth == 0 {
                return at + 1;
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn space(text: &str, from: usize) -> usize {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    from + text.bytes().skip(from).take_while(is_space).count()
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_where_it_is() {
        let text = r#" { "a" : { "b\"}" : [ 1, {"c":"x,]"} ,null ] }, "d":-2e3, "a2": "é", "d": {} } "#;
        for (path, expected) in [
            (&["a"][..], r#"{ "b\"}" : [ 1, {"c":"x,]"} ,null ] }"#),
            (&["a", "b\"}"], r#"[ 1, {"c":"x,]"} ,null ]"#),
            (&["a", "b\"}", "0"], "1"),
            (&["a", "b\"}", "1", "c"], r#""x,]""#),
            (&["a", "b\"}", "2"], "null"),
            (&["a2"], "\"é\""),
            (&["d"], "{}"),
            (&["a", "missing", "c"], r#"{ "b\"}" : [ 1, {"c":"x,]"} ,null ] }"#),
        ] {
            assert_eq!(&text[place(text, path)], expected, "{path:?}");
        }
    }

    #[test]
    fn what_is_no_json_has_an_end() {
        for text in ["[:", "[:]", "{\"a\"::", "[ :,:", "{:"] {
            place(text, &["a", "b"]);
            place(text, &["1"]);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}", path in proptest::collection::vec(".{0,2}", 0..3)) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            place(&text, &path);
        }
    }
}
