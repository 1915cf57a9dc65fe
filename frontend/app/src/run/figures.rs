//! Figures for people: with a unit, and at most three digits.

use forkyard_timeline::units::fixed;

/// A length of time given in nanoseconds: `312 ms`, `1.24 s`, `2 min 5 s`.
pub fn time(ns: u64) -> String {
    let ns_f = ns as f64;
    match ns {
        0..1_000 => format!("{ns} ns"),
        _ if ns_f < 999.5e3 => format!("{} µs", three(ns_f / 1e3)),
        _ if ns_f < 999.5e6 => format!("{} ms", three(ns_f / 1e6)),
        _ if ns_f < 99.95e9 => format!("{} s", three(ns_f / 1e9)),
        _ => {
            let seconds = (ns_f / 1e9).round() as u64;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// A length of time that is still growing, in tenths of a second so that it does not flicker: `3.4 s`.
pub fn elapsed(ns: u64) -> String {
    format!("{} s", fixed(ns as f64 / 1e9, 1))
}

/// An amount of memory given in bytes: `18.4 MB`, in powers of ten.
pub fn memory(bytes: u64) -> String {
    let (size, unit) = match bytes as f64 {
        size if size < 999.5 => (size, "B"),
        size if size < 999.5e3 => (size / 1e3, "kB"),
        size if size < 999.5e6 => (size / 1e6, "MB"),
        size => (size / 1e9, "GB"),
    };
    format!("{} {unit}", three(size))
}

/// How many cores were busy: `1.93`.
pub fn cores(cores: f64) -> String {
    fixed(cores, 2)
}

/// How many times `first` the `second` is: `0.79 ×`.
pub fn ratio(first: f64, second: f64) -> String {
    if first <= 0.0 || second <= 0.0 { "–".to_owned() } else { format!("{} ×", three(second / first)) }
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

/// At most three digits that matter.
fn three(value: f64) -> String {
    let decimals = match value {
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    let text = fixed(value, decimals);
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_three_digits() {
        let told = |ns| time(ns);
        assert_eq!(told(0), "0 ns");
        assert_eq!(told(999), "999 ns");
        assert_eq!(told(1_500), "1.5 µs");
        assert_eq!(told(999_400), "999 µs");
        assert_eq!(told(999_600), "1 ms");
        assert_eq!(told(312_400_000), "312 ms");
        assert_eq!(told(999_600_000), "1 s");
        assert_eq!(told(1_238_000_000), "1.24 s");
        assert_eq!(told(12_380_000_000), "12.4 s");
        assert_eq!(told(99_990_000_000), "1 min 40 s");
        assert_eq!(told(125_000_000_000), "2 min 5 s");
    }

    #[test]
    fn memory_has_a_unit_and_three_digits() {
        assert_eq!(memory(12), "12 B");
        assert_eq!(memory(18_440_000), "18.4 MB");
        assert_eq!(memory(999_900_000), "1 GB");
    }

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
