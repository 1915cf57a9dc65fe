//! Figures as they are read: a unit, and at most three digits.

/// A length of time in nanoseconds: `1.23 ms`, `45 µs`, `2.5 s`, `2 min 5 s`.
pub fn duration(ns: u64) -> String {
    match ns {
        0 => "0 s".to_owned(),
        1..1_000 => format!("{ns} ns"),
        _ if rounded(ns, 1_000.0) < 1_000.0 => format!("{} µs", three_digits(ns as f64 / 1_000.0)),
        _ if rounded(ns, 1_000_000.0) < 1_000.0 => format!("{} ms", three_digits(ns as f64 / 1_000_000.0)),
        _ if ns < 99_950_000_000 => format!("{} s", three_digits(ns as f64 / 1_000_000_000.0)),
        _ => {
            let seconds = (ns + 500_000_000) / 1_000_000_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// A size in bytes: `512 B`, `1.5 kB`.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        _ if rounded(count, 1_000.0) < 1_000.0 => format!("{} kB", three_digits(count as f64 / 1_000.0)),
        _ if rounded(count, 1_000_000.0) < 1_000.0 => format!("{} MB", three_digits(count as f64 / 1_000_000.0)),
        _ => format!("{} GB", three_digits(count as f64 / 1_000_000_000.0)),
    }
}

/// A share from 0 to 1: `12 %`, `0.4 %`, `under 0.1 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        _ if percent <= 0.0 => "0 %".to_owned(),
        _ if percent < 0.1 => "under 0.1 %".to_owned(),
        _ if percent < 9.95 => format!("{} %", trimmed(fixed(percent, 1))),
        _ => format!("{} %", fixed(percent, 0)),
    }
}

/// A number of cores: `1.9 cores`, `1 core`, `under 0.1 cores`.
pub fn cores(count: f64) -> String {
    match trimmed(fixed(count, 1)).as_str() {
        "0" if count > 0.0 => "under 0.1 cores".to_owned(),
        "1" => "1 core".to_owned(),
        text => format!("{text} cores"),
    }
}

/// A number of things: `1 process`, `2 processes`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// A number with so many decimals, rounded: `fixed(1.25, 1)` is `1.3`. In integers, since the standard library's way to write a
/// float in full is several kilobytes of a page that is downloaded.
pub fn fixed(value: f64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals);
    let rounded = (value.abs() * scale as f64).round() as u64;
    let sign = if value < 0.0 && rounded > 0 { "-" } else { "" };
    let (whole, rest) = (rounded / scale, rounded % scale);
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}", width = decimals as usize) }
}

/// At most three digits, without zeros that say nothing; more than three only before the point.
pub fn three_digits(value: f64) -> String {
    match value {
        _ if value < 9.995 => trimmed(fixed(value, 2)),
        _ if value < 99.95 => trimmed(fixed(value, 1)),
        _ => fixed(value, 0),
    }
}

/// The value in a unit, rounded to the three digits that will be shown: 999 999 ns is 1 ms, not 1000 µs.
fn rounded(value: u64, unit: f64) -> f64 {
    (value as f64 / unit).round()
}

fn trimmed(mut text: String) -> String {
    while text.contains('.') && text.ends_with('0') {
        text.pop();
    }
    if text.ends_with('.') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_at_most_three_digits() {
        for (ns, text) in [
            (0, "0 s"),
            (999, "999 ns"),
            (45_000, "45 µs"),
            (1_230_000, "1.23 ms"),
            (12_345_678, "12.3 ms"),
            (999_999, "1 ms"),
            (9_999_999, "10 ms"),
            (450_000_000, "450 ms"),
            (2_500_000_000, "2.5 s"),
            (99_940_000_000, "99.9 s"),
            (99_990_000_000, "1 min 40 s"),
            (125_000_000_000, "2 min 5 s"),
        ] {
            assert_eq!(duration(ns), text);
        }
    }

    #[test]
    fn sizes_have_a_unit_and_at_most_three_digits() {
        assert_eq!(bytes(5), "5 B");
        assert_eq!(bytes(1_536), "1.54 kB");
        assert_eq!(bytes(999_999), "1 MB");
        assert_eq!(bytes(2_000_000_000), "2 GB");
    }

    #[test]
    fn shares_are_whole_from_ten_on_and_never_a_false_zero() {
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.000_1), "under 0.1 %");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(percent(0.123), "12 %");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn a_number_has_the_decimals_that_were_asked_for() {
        for (value, decimals, text) in
            [(1.25, 1, "1.3"), (1.04, 1, "1.0"), (-0.04, 1, "0.0"), (-12.5, 2, "-12.50"), (99.6, 0, "100"), (0.007, 2, "0.01")]
        {
            assert_eq!(fixed(value, decimals), text);
        }
    }

    #[test]
    fn cores_and_counts_agree_with_their_noun() {
        assert_eq!(cores(1.0), "1 core");
        assert_eq!(cores(1.94), "1.9 cores");
        assert_eq!(cores(0.96), "1 core");
        assert_eq!(cores(0.02), "under 0.1 cores");
        assert_eq!(cores(0.0), "0 cores");
        assert_eq!(count(1, "process", "processes"), "1 process");
        assert_eq!(count(3, "process", "processes"), "3 processes");
    }
}
