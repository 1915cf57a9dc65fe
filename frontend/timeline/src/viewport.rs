//! The window onto the axis of time: which part of the run is on the screen.
//!
//! Held in fractions of a nanosecond, so that zooming in and out again comes back to where it began.

/// The narrowest window: below this a pixel is far less than the clock's own step.
const NARROWEST_NS: f64 = 1_000.0;

/// Room to the right of the end when everything is shown, as a share of the run.
const MARGIN: f64 = 0.015;

/// Whether the window moves with the end of a run that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Follow {
    /// Everything is shown, and stays shown while the run grows.
    #[default]
    All,
    /// The reader chose a window; it stays.
    Still,
}

/// A window onto a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    start_ns: f64,
    span_ns: f64,
    length_ns: f64,
    follow: Follow,
}

impl Default for Viewport {
    fn default() -> Self {
        Self::fit(0)
    }
}

impl Viewport {
    /// All of a run of this length.
    pub fn fit(length_ns: u64) -> Self {
        let length_ns = (length_ns as f64).max(NARROWEST_NS);
        Self { start_ns: 0.0, span_ns: length_ns * (1.0 + MARGIN), length_ns, follow: Follow::All }
    }

    /// The same window after the run has grown to this length.
    pub fn grown(self, length_ns: u64) -> Self {
        match self.follow {
            Follow::All => Self::fit(length_ns),
            Follow::Still => Self { length_ns: (length_ns as f64).max(NARROWEST_NS), ..self }.clamped(),
        }
    }

    /// A window of the reader's choice.
    pub fn window(self, from_ns: f64, to_ns: f64) -> Self {
        let (from, to) = (from_ns.min(to_ns), from_ns.max(to_ns));
        Self { start_ns: from, span_ns: to - from, follow: Follow::Still, ..self }.clamped()
    }

    /// Zoomed by a factor, under 1 to see less of the run, about a moment that stays where it is.
    pub fn zoomed(self, about_ns: f64, factor: f64) -> Self {
        let widest = self.length_ns * (1.0 + MARGIN);
        let span = (self.span_ns * factor).max(NARROWEST_NS).min(widest);
        if span >= widest {
            return Self::fit(self.length_ns as u64);
        }
        let start_ns = about_ns - (about_ns - self.start_ns) * span / self.span_ns;
        Self { start_ns, span_ns: span, follow: Follow::Still, ..self }.clamped()
    }

    /// Moved along the axis; later moments come into sight where `by_ns` is positive.
    pub fn panned(self, by_ns: f64) -> Self {
        if self.follow == Follow::All {
            return self;
        }
        Self { start_ns: self.start_ns + by_ns, ..self }.clamped()
    }

    /// Moved as little as needed for a stretch to be in sight, zoomed out if it is wider than the window.
    pub fn showing(self, from_ns: u64, to_ns: u64) -> Self {
        let (from, to) = (from_ns as f64, to_ns as f64);
        if from >= self.start_ns && to <= self.end_ns() {
            return self;
        }
        if to - from > self.span_ns {
            let room = (to - from) * 0.1;
            return self.window(from - room, to + room);
        }
        let room = (self.span_ns - (to - from)).min(self.span_ns * 0.1);
        let start_ns = if from < self.start_ns { from - room } else { to + room - self.span_ns };
        Self { start_ns, follow: Follow::Still, ..self }.clamped()
    }

    /// The moment at the left edge.
    pub fn start_ns(&self) -> f64 {
        self.start_ns
    }

    /// The moment at the right edge.
    pub fn end_ns(&self) -> f64 {
        self.start_ns + self.span_ns
    }

    /// The length of the window.
    pub fn span_ns(&self) -> f64 {
        self.span_ns
    }

    /// The length of the run.
    pub fn length_ns(&self) -> f64 {
        self.length_ns
    }

    /// Whether it moves with the end of the run.
    pub fn follow(&self) -> Follow {
        self.follow
    }

    /// Where a moment lies on a picture of this width; may lie outside it.
    pub fn x(&self, t_ns: f64, width: f64) -> f64 {
        (t_ns - self.start_ns) / self.span_ns * width
    }

    /// The moment at a place of a picture of this width.
    pub fn time(&self, x: f64, width: f64) -> f64 {
        self.start_ns + x / width.max(1.0) * self.span_ns
    }

    fn clamped(self) -> Self {
        let widest = self.length_ns * (1.0 + MARGIN);
        let span_ns = self.span_ns.max(NARROWEST_NS).min(widest);
        let start_ns = self.start_ns.min(widest - span_ns).max(0.0);
        Self { start_ns, span_ns, ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_moment_under_the_pointer_stays_under_it(at in 0.3_f64..0.7, factor in 0.2_f64..0.9) {
            let viewport = Viewport::fit(1_000_000_000).window(400e6, 600e6);
            let about = viewport.time(at * 800.0, 800.0);
            let zoomed = viewport.zoomed(about, factor);
            prop_assert!((zoomed.x(about, 800.0) - at * 800.0).abs() < 1e-3);
        }

        #[test]
        fn a_window_never_leaves_the_run(steps in prop::collection::vec((0_u8..3, -2e9_f64..2e9, 0.1_f64..4.0), 0..30)) {
            let mut viewport = Viewport::fit(1_000_000_000);
            for (step, t, factor) in steps {
                viewport = match step {
                    0 => viewport.zoomed(t, factor),
                    1 => viewport.panned(t),
                    _ => viewport.window(t, t + factor * 1e8),
                };
                prop_assert!(viewport.start_ns() >= 0.0);
                prop_assert!(viewport.end_ns() <= 1_015_000_001.0);
                prop_assert!(viewport.span_ns() >= NARROWEST_NS);
            }
        }

        #[test]
        fn place_and_moment_are_each_others_inverse(x in 0.0_f64..1_000.0) {
            let viewport = Viewport::fit(50_000_000).window(1e7, 2e7);
            prop_assert!((viewport.x(viewport.time(x, 1_000.0), 1_000.0) - x).abs() < 1e-6);
        }
    }

    #[test]
    fn it_follows_the_end_until_the_reader_zooms() {
        let all = Viewport::fit(1_000_000).grown(2_000_000);
        assert!(all.end_ns() >= 2_000_000.0);
        let zoomed = all.zoomed(500_000.0, 0.5);
        assert_eq!(zoomed.follow(), Follow::Still);
        assert_eq!(zoomed.grown(9_000_000).span_ns(), zoomed.span_ns());
    }

    #[test]
    fn zooming_all_the_way_out_shows_everything_again() {
        let viewport = Viewport::fit(1_000_000).zoomed(0.0, 0.1).zoomed(0.0, 100.0);
        assert_eq!(viewport, Viewport::fit(1_000_000));
    }

    #[test]
    fn what_is_in_sight_is_not_moved_and_what_is_not_is_brought_in() {
        let viewport = Viewport::fit(1_000_000).window(200_000.0, 400_000.0);
        assert_eq!(viewport.showing(250_000, 300_000), viewport);
        let left = viewport.showing(50_000, 60_000);
        assert!(left.start_ns() <= 50_000.0 && left.end_ns() >= 60_000.0);
        let wide = viewport.showing(100_000, 900_000);
        assert!(wide.start_ns() <= 100_000.0 && wide.end_ns() >= 900_000.0);
    }
}
