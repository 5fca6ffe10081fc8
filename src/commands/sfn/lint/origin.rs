//! Where a definition is that is a text inside a document: from a place in it to the place in the file.

use crate::input::document::Place;

#[derive(Debug)]
pub enum Origin {
    /// The document is the file.
    Itself,
    /// Lines of the file, each with so many blanks before it: a block of YAML.
    Lines { first: usize, indent: usize },
    /// Quoted: where each character of each line is.
    Characters(Vec<Vec<Place>>),
    /// Known only as a whole.
    Whole(Place),
}

impl Origin {
    /// Finds `content`, the text that a value at `at` stands for, in the file.
    pub fn of(file: &str, at: Place, content: &str) -> Self {
        quoted(file, at, content).or_else(|| block(file, at, content)).unwrap_or(Origin::Whole(at))
    }

    pub fn place(&self, place: Place) -> Place {
        match self {
            Origin::Itself => place,
            Origin::Lines { first, indent } => {
                Place { line: first + place.line - 1, column: indent + place.column }
            }
            Origin::Characters(lines) => {
                let line = lines.get(place.line - 1);
                let found = line.and_then(|line| line.get(place.column - 1).or(line.last()));
                found.or_else(|| lines.last()?.last()).copied().unwrap_or(place)
            }
            Origin::Whole(at) => *at,
        }
    }
}

/// A block of YAML (`|`), which begins on the line of its mark or on the next.
fn block(file: &str, at: Place, content: &str) -> Option<Origin> {
    let lines: Vec<&str> = file.lines().collect();
    let wanted: Vec<&str> = content.lines().collect();
    let head = wanted.iter().position(|line| !line.trim().is_empty())?;
    [at.line + 1, at.line].into_iter().find_map(|first| {
        let raw = lines.get(first - 1..first - 1 + wanted.len())?;
        let indent = raw.get(head)?.strip_suffix(*wanted.get(head)?)?;
        let is_same = |(raw, wanted): (&&str, &&str)| {
            raw.strip_prefix(indent) == Some(*wanted) || (raw.trim().is_empty() && wanted.trim().is_empty())
        };
        let is_whole = indent.bytes().all(|byte| byte == b' ') && raw.iter().zip(&wanted).all(is_same);
        is_whole.then_some(Origin::Lines { first, indent: indent.len() })
    })
}

/// A text between double quotes, on one line of the file, with the escapes of JSON.
fn quoted(file: &str, at: Place, content: &str) -> Option<Origin> {
    let line: Vec<char> = file.lines().nth(at.line - 1)?.chars().collect();
    let place = |index: usize| Place { line: at.line, column: index + 1 };
    // A tag may stand before it.
    let mut index = (at.column - 1..line.len()).find(|index| line[*index] == '"')?;
    if line[at.column - 1..index].contains(&'{') {
        return None;
    }
    index += 1;
    let (mut lines, mut found) = (vec![Vec::new()], String::new());
    while *line.get(index)? != '"' {
        let start = index;
        let (character, length) = match line[index] {
            '\\' => match *line.get(index + 1)? {
                'n' => ('\n', 2),
                't' => ('\t', 2),
                'r' => ('\r', 2),
                'u' => {
                    let digits: String = line.get(index + 2..index + 6)?.iter().collect();
                    (char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?, 6)
                }
                other => (other, 2),
            },
            other => (other, 1),
        };
        index += length;
        found.push(character);
        lines.last_mut()?.push(place(start));
        if character == '\n' {
            lines.push(Vec::new());
        }
    }
    lines.last_mut()?.push(place(index));
    (found == content).then_some(Origin::Characters(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Place {
        Place { line, column }
    }

    #[test]
    fn a_text_is_found_where_it_is() {
        let yaml = "a: |\n  {\n\n    \"x\": 1\n  }\nb: 1\n";
        let content = "{\n\n  \"x\": 1\n}\n";
        for start in [at(1, 4), at(2, 3)] {
            assert_eq!(Origin::of(yaml, start, content).place(at(3, 3)), at(4, 5));
        }
        let json = r#"{"a": "{\n \"x\":\u00e9 1}", "b": 1}"#;
        let origin = Origin::of(json, at(1, 7), "{\n \"x\":é 1}");
        assert_eq!(origin.place(at(1, 1)), at(1, 8));
        assert_eq!(origin.place(at(2, 2)), at(1, 12));
        assert_eq!(origin.place(at(2, 8)), at(1, 25));
        assert_eq!(Origin::of(json, at(1, 7), "something else").place(at(2, 8)), at(1, 7));
        assert_eq!(Origin::of("", at(1, 1), "{}").place(at(1, 1)), at(1, 1));
        let tagged = "a: !Sub \"{}\"\n";
        assert_eq!(Origin::of(tagged, at(1, 4), "{}").place(at(1, 2)), at(1, 11));
    }
}
