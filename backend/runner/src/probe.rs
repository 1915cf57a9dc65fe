//! What this machine gives to runs, as one line of JSON on standard output.

use anyhow::Context;
use forkyard_sandbox::cores::Cores;
use forkyard_sandbox::tier;
use forkyard_wire::job::Probe;

/// Tries everything and prints what was found.
pub(crate) fn print() -> anyhow::Result<()> {
    let tier = tier::probe();
    let on_core = forkyard_oncpu::probe();
    let cores = Cores::of_this_process().context("asking for this machine's cores")?.count();
    let probe = Probe {
        isolation: tier.isolation,
        isolation_detail: tier.detail,
        on_core: on_core.mode,
        on_core_detail: on_core.reason,
        cores,
    };
    println!("{}", serde_json::to_string(&probe)?);
    Ok(())
}
