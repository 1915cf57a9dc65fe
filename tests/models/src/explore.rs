//! How far a model goes.

use loom::model::Builder;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;

/// Tries every order with at most so many switches away from a thread that could have gone on; more do not find more in practice, and
/// take hours.
pub(crate) fn explore(preemptions: usize, steps: impl Fn() + Sync + Send + 'static) {
    stay_on_one_core();
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(steps);
}

/// Where there is one core nobody spins: every look of a spinning wait would be one more order to try, and the sleep behind it, which
/// is what can go wrong, would come after all of them.
fn stay_on_one_core() {
    let mut first = CpuSet::new();
    // Any allowed core serves: the number of the one that runs this.
    let core = nix::sched::sched_getcpu().expect("the core has a number");
    first.set(core).expect("it is one of those a set can hold");
    sched_setaffinity(Pid::from_raw(0), &first).expect("a process may give up cores");
}
