//! What this machine gives to runs, as one line of JSON on standard output.

use anyhow::Context;
use forkyard_sandbox::cores::Cores;
use forkyard_sandbox::tier;
use forkyard_wire::job::Probe;

use crate::recording;

/// Tries everything and prints what was found.
pub(crate) fn print() -> anyhow::Result<()> {
    let tier = tier::probe();
    let (on_core, on_core_detail) = recording::probe();
    let cores = Cores::of_this_process().context("asking for this machine's cores")?.count();
    let probe = Probe { isolation: tier.isolation, isolation_detail: tier.detail, on_core, on_core_detail, cores };
    println!("{}", serde_json::to_string(&probe)?);
    Ok(())
}
