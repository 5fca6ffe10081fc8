//! Doubles as the service's Java writes them: `80.0`, `1.0E7`.

/// Plain from a thousandth to ten millions, else with an exponent; always with a digit after the point.
pub fn write(number: f64) -> String {
    let size = number.abs();
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number.is_nan() || number == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_written_as_java_does() {
        let rows = [
            (80.0, "80.0"),
            (0.02, "0.02"),
            (-87.5, "-87.5"),
            (0.0, "0.0"),
            (0.001, "0.001"),
            (0.000_25, "2.5E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e12, "1.25E12"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, text) in rows {
            assert_eq!(super::write(number), text);
        }
    }
}
