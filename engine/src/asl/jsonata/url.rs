//! Addresses in percent encoding, as JavaScript has it: a whole address keeps the signs that separate its parts.

/// Signs that separate the parts of an address.
const SEPARATORS: &[u8] = b";/?:@&=+$,#";
/// Signs that stand for themselves everywhere.
const PLAIN: &[u8] = b"-_.!~*'()";

pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() || SEPARATORS.contains(&byte) || PLAIN.contains(&byte) => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Without the encoding, but for separators; nothing when it is not well formed.
pub(super) fn decoded(text: &str) -> Option<String> {
    decode(text, SEPARATORS)
}

/// Without any encoding.
pub(super) fn decoded_component(text: &str) -> Option<String> {
    decode(text, b"")
}

fn decode(text: &str, kept: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            decoded.push(*byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
        let value = u8::from_str_radix(digits, 16).ok()?;
        match kept.contains(&value) {
            true => decoded.extend([b'%', digits.as_bytes()[0], digits.as_bytes()[1]]),
            false => decoded.push(value),
        }
        rest = after;
    }
    String::from_utf8(decoded).ok()
}
