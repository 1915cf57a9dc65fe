//! How far a model goes.

use loom::model::Builder;

/// Tries every order with at most so many switches away from a thread that could have gone on; more do not find more in practice, and
/// take hours.
pub(crate) fn explore(preemptions: usize, steps: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(steps);
}
