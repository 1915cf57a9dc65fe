//! What came of a comparison's runs, in figures. Pure: runs in, figures out.

use forkyard_wire::comparison::{Figures, Ratio, Times, Turn};
use forkyard_wire::run::Outcome;

/// What counts of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) wall_ns: u64,
    pub(super) cpu_ns: u64,
    pub(super) cores_used: f64,
    /// What it printed on standard output.
    pub(super) printed: String,
}

/// The runs so far.
#[derive(Debug)]
pub(super) struct Tally {
    variants: Vec<Variant>,
    /// The lines that the first completed run printed, sorted.
    lines: Option<Vec<String>>,
}

#[derive(Debug)]
struct Variant {
    label: String,
    outcomes: Vec<Outcome>,
    /// Those that completed, with their repeat.
    completed: Vec<(u32, Run)>,
    equal: bool,
}

impl Tally {
    /// No runs yet.
    pub(super) fn new(labels: impl Iterator<Item = String>) -> Self {
        let variant = |label| Variant { label, outcomes: Vec::new(), completed: Vec::new(), equal: true };
        Tally { variants: labels.map(variant).collect(), lines: None }
    }

    /// Counts a run that has ended.
    pub(super) fn add(&mut self, turn: Turn, outcome: Outcome, mut run: Run) {
        let Some(variant) = self.variants.get_mut(turn.variant as usize) else { return };
        variant.outcomes.push(outcome);
        if outcome != Outcome::Completed {
            return;
        }
        let lines = sorted_lines(&std::mem::take(&mut run.printed));
        variant.equal &= *self.lines.get_or_insert_with(|| lines.clone()) == lines;
        variant.completed.push((turn.repeat, run));
    }

    /// The figures of every variant.
    pub(super) fn figures(&self) -> Vec<Figures> {
        self.variants.iter().map(|variant| variant.figures(&self.variants[0])).collect()
    }
}

impl Variant {
    fn figures(&self, first: &Variant) -> Figures {
        Figures {
            label: self.label.clone(),
            outcomes: self.outcomes.clone(),
            wall_ns: self.times(|run| run.wall_ns),
            cpu_ns: self.times(|run| run.cpu_ns),
            cores_used: self.cores_used(),
            median_run: self.median_run(),
            outputs_equal: self.equal && !self.completed.is_empty(),
            ratio: self.ratio(first),
        }
    }

    fn times(&self, of: fn(&Run) -> u64) -> Option<Times> {
        let all: Vec<u64> = self.completed.iter().map(|(_, run)| of(run)).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let (low, high) = middle(&sorted)?;
        Some(Times { all, median: low.midpoint(*high), min, max })
    }

    fn cores_used(&self) -> Option<f64> {
        let mut sorted: Vec<f64> = self.completed.iter().map(|(_, run)| run.cores_used).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        middle(&sorted).map(|(low, high)| low.midpoint(*high))
    }

    fn median_run(&self) -> Option<String> {
        let mut sorted: Vec<&Run> = self.completed.iter().map(|(_, run)| run).collect();
        sorted.sort_by_key(|run| run.wall_ns);
        middle(&sorted).map(|(low, _)| low.id.clone())
    }

    fn ratio(&self, first: &Variant) -> Option<Ratio> {
        let median = quotient(self.times(|run| run.wall_ns)?.median, first.times(|run| run.wall_ns)?.median);
        let of_repeat = |(repeat, run): &(u32, Run)| {
            let (_, beside) = first.completed.iter().find(|(other, _)| other == repeat)?;
            Some(quotient(run.wall_ns, beside.wall_ns))
        };
        let spread = self.completed.iter().filter_map(of_repeat);
        // A repeat whose run did not complete has nothing to stand beside; then the median alone is known.
        let (min, max) = spread.fold((median, median), |(min, max), ratio| (ratio.min(min), ratio.max(max)));
        Some(Ratio { median, min, max })
    }
}

/// The middle one twice, or the middle two.
fn middle<T>(sorted: &[T]) -> Option<(&T, &T)> {
    let last = sorted.len().checked_sub(1)?;
    Some((&sorted[last / 2], &sorted[last.div_ceil(2)]))
}

fn quotient(time: u64, of: u64) -> f64 {
    time as f64 / of.max(1) as f64
}

fn sorted_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, wall_ns: u64, printed: &str) -> Run {
        Run { id: id.to_owned(), wall_ns, cpu_ns: 2 * wall_ns, cores_used: 2.0, printed: printed.to_owned() }
    }

    fn tally(runs: &[(u32, u32, Outcome, Run)]) -> Vec<Figures> {
        let mut tally = Tally::new(["first", "second"].map(str::to_owned).into_iter());
        for (variant, repeat, outcome, run) in runs {
            tally.add(Turn { variant: *variant, repeat: *repeat }, *outcome, run.clone());
        }
        tally.figures()
    }

    #[test]
    fn medians_ratios_and_their_spread() {
        use Outcome::Completed;
        let figures = tally(&[
            (0, 0, Completed, run("a0", 100, "x\ny\n")),
            (1, 0, Completed, run("b0", 400, "y\nx\n")),
            (0, 1, Completed, run("a1", 200, "x\ny\n")),
            (1, 1, Completed, run("b1", 500, "x\ny\n")),
            (0, 2, Completed, run("a2", 150, "x\ny\n")),
            (1, 2, Completed, run("b2", 450, "x\nz\n")),
        ]);
        assert_eq!(figures[0].wall_ns, Some(Times { all: vec![100, 200, 150], median: 150, min: 100, max: 200 }));
        assert_eq!((figures[0].median_run.as_deref(), figures[1].median_run.as_deref()), (Some("a2"), Some("b2")));
        assert_eq!(figures[0].ratio, Some(Ratio { median: 1.0, min: 1.0, max: 1.0 }));
        assert_eq!(figures[1].ratio, Some(Ratio { median: 3.0, min: 2.5, max: 4.0 }));
        assert_eq!((figures[0].outputs_equal, figures[1].outputs_equal), (true, false));
    }

    #[test]
    fn an_even_number_has_a_median_between_the_middle_two_and_the_smaller_run() {
        let figures = tally(&[(0, 0, Outcome::Completed, run("a", 10, "")), (0, 1, Outcome::Completed, run("b", 20, ""))]);
        assert_eq!(figures[0].wall_ns.as_ref().map(|times| times.median), Some(15));
        assert_eq!(figures[0].median_run.as_deref(), Some("a"));
    }

    #[test]
    fn a_run_that_did_not_complete_counts_as_an_outcome_alone() {
        let figures = tally(&[(0, 0, Outcome::Completed, run("a", 10, "")), (1, 0, Outcome::TimedOut, run("b", 99, ""))]);
        assert_eq!(figures[1].outcomes, [Outcome::TimedOut]);
        assert_eq!((&figures[1].wall_ns, &figures[1].ratio, figures[1].outputs_equal), (&None, &None, false));
    }
}
