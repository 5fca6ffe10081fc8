//! What functions take, and which argument is at fault when one does not take what it is given. The crate checks the
//! same, but does not say of which function.

use jsonata_core::value::JValue;

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

/// The signature of a function that every expression has.
pub(super) fn of_builtin(name: &str) -> Option<&'static str> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, signature)| *signature)
}

/// Beyond this many parameters the ways to share out arguments are too many to try.
const MAX_PARAMETERS: usize = 16;

#[derive(Clone, Copy, Default)]
enum Times {
    #[default]
    Once,
    Perhaps,
    Often,
}

/// One parameter: the letters of the values that it takes, and how often.
#[derive(Default)]
struct Parameter {
    letters: String,
    times: Times,
    takes_context: bool,
    /// What the elements of an array are.
    elements: Option<char>,
}

/// The arguments of a function, with what `$` is in the place of one that is not given; or why it does not take them,
/// the code before the words.
pub(super) fn check(
    signature: &str,
    function: &str,
    args: &[JValue],
    context: &JValue,
) -> Result<Vec<JValue>, String> {
    // What is no signature, or one that no one writes by hand, takes anything.
    let Some(parameters) = parameters(signature).filter(|parameters| parameters.len() <= MAX_PARAMETERS)
    else {
        return Ok(args.to_vec());
    };
    let letters: Vec<char> = args.iter().map(letter).collect();
    let Some(counts) = counts(&parameters, &letters, true) else {
        let good = (1..=parameters.len())
            .map_while(|count| Some(self::counts(&parameters[..count], &letters, false)?.iter().sum()))
            .last()
            .unwrap_or(0_usize);
        return Err(format!(
            "T0410: Argument {} of function {function} does not match function signature",
            good + 1
        ));
    };
    let mut taken = Vec::with_capacity(parameters.len());
    let mut index = 0;
    for (parameter, count) in parameters.iter().zip(counts) {
        if count == 0 && parameter.takes_context {
            if !parameter.takes(letter(context)) {
                return Err(format!(
                    "T0411: Context value is not a compatible type with argument {} of function {function}",
                    index + 1
                ));
            }
            taken.push(context.clone());
        }
        for value in args.iter().skip(index).take(count) {
            index += 1;
            if let Some(elements) = parameter.elements
                && letter(value) != 'm'
                && !holds(value, elements)
            {
                let elements = plural(elements);
                return Err(format!(
                    "T0412: Argument {index} of function {function} must be an array of {elements}"
                ));
            }
            taken.push(value.clone());
        }
        if count == 0 && !parameter.takes_context {
            taken.push(args.get(index).cloned().unwrap_or(JValue::Undefined));
            index += 1;
        }
    }
    Ok(taken)
}

/// The words of a fault that the crate found in a function that was handed to another, which is the one that is told.
pub(super) fn fault_within(code: &str, message: &str, function: &str) -> Option<String> {
    let (_, text) = message.split_once("Argument ").unwrap_or(("", "1 "));
    let index = text.split(' ').next()?.parse::<usize>().ok()?;
    let words = match code {
        "T0411" => {
            format!("Context value is not a compatible type with argument {index} of function {function}")
        }
        "T0412" => {
            let (_, elements) = message.rsplit_once("an array of ")?;
            let elements = elements.trim_matches('"').chars().next()?.to_ascii_lowercase();
            format!("Argument {index} of function {function} must be an array of {}", plural(elements))
        }
        _ => format!("Argument {index} of function {function} does not match function signature"),
    };
    Some(format!("{code}: {words}"))
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
            's' | 'n' | 'b' | 'l' | 'o' => parameters.push(takes(format!("{symbol}m"))),
            'a' | 'x' => parameters.push(takes("asnblfom".to_owned())),
            'f' => parameters.push(takes("f".to_owned())),
            'j' => parameters.push(takes("asnblom".to_owned())),
            '(' => {
                let choice: String = rest.by_ref().take_while(|letter| *letter != ')').collect();
                parameters.push(takes(choice + "m"));
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
                (last.takes_context, last.times) = (true, Times::Perhaps);
            }
            '?' => parameters.last_mut()?.times = Times::Perhaps,
            '+' => parameters.last_mut()?.times = Times::Often,
            _ => {}
        }
    }
    Some(parameters)
}

impl Parameter {
    fn takes(&self, letter: char) -> bool {
        self.letters.contains(letter)
    }
}

/// How many arguments each parameter takes, the first ones as many as they can: all arguments, or a beginning.
fn counts(parameters: &[Parameter], letters: &[char], all: bool) -> Option<Vec<usize>> {
    let Some((first, rest)) = parameters.split_first() else {
        return (!all || letters.is_empty()).then(Vec::new);
    };
    let taken = letters.iter().take_while(|letter| first.takes(**letter)).count();
    let (least, most) = match first.times {
        Times::Once => (1, taken.min(1)),
        Times::Perhaps => (0, taken.min(1)),
        Times::Often => (1, taken),
    };
    (least..=most).rev().find_map(|count| {
        let mut later = counts(rest, &letters[count..], all)?;
        later.insert(0, count);
        Some(later)
    })
}

fn takes(letters: String) -> Parameter {
    Parameter { letters, ..Parameter::default() }
}
