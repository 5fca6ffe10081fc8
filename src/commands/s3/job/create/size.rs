//! A size in bytes as people write it: `1024`, `5MB`, `5GiB`.

/// Units of a thousand, and of 1,024 with an `i`.
const UNITS: [(&str, u64); 11] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kb", 1_000),
    ("kib", 1 << 10),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
];

pub fn size(text: &str) -> Result<u64, String> {
    let expected = || "a size is a number of bytes, or looks like 10MB or 5GiB".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_lowercase();
    let number: u64 = number.parse().map_err(|_| expected())?;
    let (_, factor) = UNITS.iter().find(|(known, _)| *known == unit).ok_or_else(expected)?;
    number.checked_mul(*factor).filter(|size| i64::try_from(*size).is_ok()).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_have_units() {
        for (text, bytes) in
            [("0", 0), ("1024", 1024), ("10MB", 10_000_000), ("5 GiB", 5 << 30), ("1kib", 1024)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for bad in ["", "-1", "5 parsecs", "MB", "99999999999TB", "1.5GB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
