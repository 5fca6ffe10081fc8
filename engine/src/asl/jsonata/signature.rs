//! What functions take, and which argument is at fault when one does not take what it is given. The crate checks the
//! same, but does not say of which function.

use jsonata_core::value::JValue;
use regex::Regex;

/// The signatures of the functions that every expression has.
#[rustfmt::skip]
const BUILTINS: [(&str, &str); 63] = [
    ("abs", "<n-:n>"), ("append", "<xx:a>"), ("assert", "<bs?:x>"), ("average", "<a<n>:n>"),
    ("base64decode", "<s-:s>"), ("base64encode", "<s-:s>"), ("boolean", "<x-:b>"), ("ceil", "<n-:n>"),
    ("clone", "<(oa)-:o>"), ("contains", "<s-(sf):b>"), ("count", "<a:n>"), ("decodeUrl", "<s-:s>"),
    ("decodeUrlComponent", "<s-:s>"), ("distinct", "<x:x>"), ("each", "<o-f:a>"), ("encodeUrl", "<s-:s>"),
    ("encodeUrlComponent", "<s-:s>"), ("error", "<s?:x>"), ("exists", "<x:b>"), ("filter", "<af>"),
    ("floor", "<n-:n>"), ("formatBase", "<n-n?:s>"), ("formatInteger", "<n-s:s>"), ("formatNumber", "<n-so?:s>"),
    ("fromMillis", "<n-s?s?:s>"), ("join", "<a<s>s?:s>"), ("keys", "<x-:a<s>>"), ("length", "<s-:n>"),
    ("lookup", "<x-s:x>"), ("lowercase", "<s-:s>"), ("map", "<af>"), ("match", "<s-f<s:o>n?:a<o>>"),
    ("max", "<a<n>:n>"), ("merge", "<a<o>:o>"), ("millis", "<:n>"), ("min", "<a<n>:n>"), ("not", "<x-:b>"),
    ("now", "<s?s?:s>"), ("number", "<(nsb)-:n>"), ("pad", "<s-ns?:s>"), ("parseInteger", "<s-s:n>"),
    ("power", "<n-n:n>"), ("reduce", "<afj?:j>"), ("replace", "<s-(sf)(sf)n?:s>"), ("reverse", "<a:a>"),
    ("round", "<n-n?:n>"), ("shuffle", "<a:a>"), ("sift", "<o-f?:o>"), ("single", "<af?>"), ("sort", "<af?:a>"),
    ("split", "<s-(sf)n?:a<s>>"), ("spread", "<x-:a<o>>"), ("sqrt", "<n-:n>"), ("string", "<x-b?:s>"),
    ("substring", "<s-nn?:s>"), ("substringAfter", "<s-s:s>"), ("substringBefore", "<s-s:s>"), ("sum", "<a<n>:n>"),
    ("toMillis", "<s-s?:n>"), ("trim", "<s-:s>"), ("type", "<x:s>"), ("uppercase", "<s-:s>"), ("zip", "<a+>"),
];

pub(super) fn of_builtin(name: &str) -> Option<&'static str> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, signature)| *signature)
}

/// One parameter: the letters of the values that it takes, and how often.
#[derive(Default)]
struct Parameter {
    letters: String,
    times: &'static str,
    takes_context: bool,
    /// What the elements of an array are.
    elements: Option<char>,
}

/// Why a function does not take its arguments, without a code's colon: the code and the words.
pub(super) fn fault(
    signature: &str,
    function: &str,
    args: &[JValue],
    context: &JValue,
) -> Option<(&'static str, String)> {
    let parameters = parameters(signature)?;
    let given: String = args.iter().map(letter).collect();
    let patterns: Vec<String> =
        parameters.iter().map(|parameter| format!("({}{})", parameter.letters, parameter.times)).collect();
    let Some(found) = Regex::new(&format!("^{}$", patterns.concat())).ok()?.captures(&given) else {
        let mut good = 0;
        for count in 1..=patterns.len() {
            match Regex::new(&format!("^{}", patterns[..count].concat())).ok()?.find(&given) {
                Some(found) => good = found.end(),
                None => break,
            }
        }
        let words = format!("Argument {} of function {function} does not match function signature", good + 1);
        return Some(("T0410", words));
    };
    let mut index = 0;
    for (parameter, found) in parameters.iter().zip(found.iter().skip(1)) {
        let letters = found.map_or("", |found| found.as_str());
        if letters.is_empty() {
            if !parameter.takes_context {
                index += 1;
            } else if !Regex::new(&parameter.letters).ok()?.is_match(&letter(context).to_string()) {
                let words = format!(
                    "Context value is not a compatible type with argument {} of function {function}",
                    index + 1
                );
                return Some(("T0411", words));
            }
        }
        for single in letters.chars() {
            if let (Some(elements), Some(value)) = (parameter.elements, args.get(index))
                && single != 'm'
                && !holds(value, elements)
            {
                let words = format!(
                    "Argument {} of function {function} must be an array of {}",
                    index + 1,
                    plural(elements)
                );
                return Some(("T0412", words));
            }
            index += 1;
        }
    }
    None
}

/// The words of a fault that the crate found in a function that was handed to another, which is the one that is told.
pub(super) fn fault_within(code: &str, message: &str, function: &str) -> Option<String> {
    let (_, text) = message.split_once("Argument ").unwrap_or(("", "1 "));
    let index = text.split(' ').next()?.parse::<usize>().ok()?;
    Some(match code {
        "T0411" => {
            format!("Context value is not a compatible type with argument {index} of function {function}")
        }
        "T0412" => {
            let (_, elements) = message.rsplit_once("an array of ")?;
            let elements = elements.trim_matches('"').chars().next()?.to_ascii_lowercase();
            format!("Argument {index} of function {function} must be an array of {}", plural(elements))
        }
        _ => format!("Argument {index} of function {function} does not match function signature"),
    })
}

/// An array of them, or one of them.
fn holds(value: &JValue, elements: char) -> bool {
    match value {
        JValue::Array(items) => items.iter().all(|item| letter(item) == elements),
        single => letter(single) == elements,
    }
}

fn plural(letter: char) -> &'static str {
    match letter {
        'a' => "\"arrays\"",
        'b' => "\"booleans\"",
        'f' => "\"functions\"",
        'n' => "\"numbers\"",
        'o' => "\"objects\"",
        's' => "\"strings\"",
        _ => "undefined",
    }
}

/// The letter of a value's type; `m` for one that is missing.
fn letter(value: &JValue) -> char {
    match value {
        JValue::Undefined => 'm',
        JValue::Null => 'l',
        JValue::Bool(_) => 'b',
        JValue::Number(_) => 'n',
        JValue::String(_) => 's',
        JValue::Array(_) => 'a',
        JValue::Object(_) => 'o',
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => 'f',
    }
}

fn parameters(signature: &str) -> Option<Vec<Parameter>> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut rest = signature.strip_prefix('<')?.chars();
    while let Some(symbol) = rest.next() {
        match symbol {
            ':' | '>' => break,
            's' | 'n' | 'b' | 'l' | 'o' => parameters.push(takes(format!("[{symbol}m]"))),
            'a' | 'x' => parameters.push(takes("[asnblfom]".to_owned())),
            'f' => parameters.push(takes("f".to_owned())),
            'j' => parameters.push(takes("[asnblom]".to_owned())),
            '(' => {
                let choice: String = rest.by_ref().take_while(|letter| *letter != ')').collect();
                parameters.push(takes(format!("[{}m]", regex::escape(&choice))));
            }
            '<' => {
                let mut depth = 1;
                let inner: String = rest
                    .by_ref()
                    .take_while(|letter| {
                        depth += i32::from(*letter == '<') - i32::from(*letter == '>');
                        depth > 0
                    })
                    .collect();
                let last = parameters.last_mut()?;
                last.elements = inner.chars().next().filter(|_| last.letters != "f");
            }
            '-' => {
                let last = parameters.last_mut()?;
                (last.takes_context, last.times) = (true, "?");
            }
            '?' => parameters.last_mut()?.times = "?",
            '+' => parameters.last_mut()?.times = "+",
            _ => {}
        }
    }
    Some(parameters)
}

fn takes(letters: String) -> Parameter {
    Parameter { letters, ..Parameter::default() }
}
