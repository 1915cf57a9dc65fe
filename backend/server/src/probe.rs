//! What this machine offers to runs: asked of the runner, which alone knows.

use std::path::Path;
use std::process::Stdio;

use forkyard_wire::run::{Isolation, OnCore};
use serde::Deserialize;
use tokio::process::Command;

use crate::limits;

/// The runner's answer to `--probe`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Offer {
    /// How far runs are shut in.
    pub(crate) isolation: Isolation,
    /// What is missing for more, and what would give it.
    pub(crate) isolation_detail: Option<String>,
    /// How on-core time is measured.
    pub(crate) on_core: OnCore,
    /// Why not better.
    pub(crate) on_core_detail: Option<String>,
    /// How many cores a run may use.
    pub(crate) cores: u32,
}

impl Offer {
    /// Asks the runner.
    pub(crate) async fn ask(runner: &Path) -> Result<Self, ProbeError> {
        let mut command = Command::new(runner);
        command.arg("--probe").stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
        let output = tokio::time::timeout(limits::PROBE, command.output())
            .await
            .map_err(|_| ProbeError::Silent)?
            .map_err(ProbeError::Start)?;
        serde_json::from_slice(&output.stdout).map_err(ProbeError::Answer)
    }

    /// What is said when the runner cannot be asked.
    pub(crate) fn unknown(reason: impl std::fmt::Display) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Offer {
            isolation: Isolation::None,
            isolation_detail: Some(reason.to_string()),
            on_core: OnCore::Off,
            on_core_detail: None,
            cores: u32::try_from(cores).unwrap_or(1),
        }
    }
}

/// The runner does not say what the machine offers.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    /// It could not be started.
    #[error("the runner cannot be started: {0}")]
    Start(std::io::Error),
    /// It did not answer in time.
    #[error("the runner did not say what this machine offers within {} s", limits::PROBE.as_secs())]
    Silent,
    /// It answered something else.
    #[error("the runner does not say what this machine offers: {0}")]
    Answer(serde_json::Error),
}
