//! Figures of a run that the timeline has none of: what grows, what is compared, what is counted.

use forkyard_timeline::units::{fixed, three_digits};

/// A length of time that is still growing, in tenths of a second so that it does not flicker: `3.4 s`.
pub fn elapsed(ns: u64) -> String {
    format!("{} s", fixed(ns as f64 / 1e9, 1))
}

/// How many times `first` the `second` is: `0.79 ×`.
pub fn ratio(first: f64, second: f64) -> String {
    if first <= 0.0 || second <= 0.0 { "–".to_owned() } else { format!("{} ×", three_digits(second / first)) }
}

/// A count with its noun: `1 process`, `4 processes`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A count, its thousands apart: `12 345`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_has_three_digits_and_needs_both() {
        assert_eq!(ratio(1.0, 1.934), "1.93 ×");
        assert_eq!(ratio(2.0, 1.0), "0.5 ×");
        assert_eq!(ratio(1.0, 1_240.0), "1240 ×");
        assert_eq!(ratio(0.0, 1.0), "–");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(1, "line", "lines"), "1 line");
        assert_eq!(count(1_234_567, "line", "lines"), "1\u{202f}234\u{202f}567 lines");
    }
}
