//! The marks of the axis: round moments, as many as there is room for.

use crate::units::fixed;
use crate::viewport::Viewport;

/// A mark of the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// When.
    pub t_ns: f64,
    /// What is written there: `20 ms`.
    pub label: String,
}

/// The marks of a picture `width` pixels wide, no two nearer to each other than `room` pixels.
pub fn ticks(viewport: &Viewport, width: f64, room: f64) -> Vec<Tick> {
    let step = step(viewport.span_ns() * room / width.max(1.0));
    let (unit, name) = unit(viewport.end_ns().max(step));
    // As many places behind the point as tell two marks apart.
    let places = (0..9).find(|places| step * 10_f64.powi(*places) >= unit).unwrap_or(9) as u32;
    let first = (viewport.start_ns() / step).ceil() as u64;
    (first..)
        .map(|number| number as f64 * step)
        .take_while(|t_ns| *t_ns <= viewport.end_ns())
        .map(|t_ns| {
            let label = if t_ns == 0.0 { "0".to_owned() } else { format!("{} {name}", fixed(t_ns / unit, places)) };
            Tick { t_ns, label }
        })
        .collect()
}

/// The next of 1, 2, 5, 10, 20, … at or above.
fn step(least: f64) -> f64 {
    let mut power = 1.0;
    loop {
        match [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power).find(|step| *step >= least) {
            Some(step) => return step,
            None if power > 1e30 => return power,
            None => power *= 10.0,
        }
    }
}

/// The unit in which the last moment in sight is read best, in nanoseconds, and its name.
fn unit(end_ns: f64) -> (f64, &'static str) {
    match end_ns {
        _ if end_ns < 1e3 => (1.0, "ns"),
        _ if end_ns < 1e6 => (1e3, "µs"),
        _ if end_ns < 1e9 => (1e6, "ms"),
        _ => (1e9, "s"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_have_room_and_differ(length in 1_000_u64..100_000_000_000, start in 0.0_f64..1.0, share in 0.000_1_f64..1.0) {
            let from = start * length as f64;
            let viewport = Viewport::fit(length).window(from, from + share * length as f64);
            let ticks = ticks(&viewport, 900.0, 80.0);
            prop_assert!(!ticks.is_empty() || viewport.span_ns() > 0.0);
            for pair in ticks.windows(2) {
                prop_assert!(viewport.x(pair[1].t_ns, 900.0) - viewport.x(pair[0].t_ns, 900.0) >= 79.9);
                prop_assert_ne!(&pair[0].label, &pair[1].label);
            }
        }
    }

    #[test]
    fn marks_are_round_and_say_their_unit() {
        let labels = |length| ticks(&Viewport::fit(length), 600.0, 80.0).into_iter().map(|t| t.label).collect::<Vec<_>>();
        assert_eq!(labels(100_000_000), ["0", "20 ms", "40 ms", "60 ms", "80 ms", "100 ms"]);
        assert_eq!(labels(1_300_000_000), ["0", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s", "1.2 s"]);
        assert_eq!(labels(3_000_000_000), ["0", "0.5 s", "1.0 s", "1.5 s", "2.0 s", "2.5 s", "3.0 s"]);
    }
}
