//! What the server is and has.

use serde::{Deserialize, Serialize};

use crate::run::{Isolation, OnCore};

/// The answer of `GET /api/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Forkyard's version.
    pub version: String,
    /// Versions of the interpreters found, newest first: `["3.13", "3.11"]`.
    pub interpreters: Vec<String>,
    /// The one a run gets unless it asks for another.
    pub default_interpreter: String,
    /// How many cores a run may use.
    pub cores: u32,
    /// How far runs are shut in.
    pub isolation: Isolation,
    /// What is missing for more, and what would give it.
    pub isolation_detail: Option<String>,
    /// How on-core time is measured.
    pub on_core: OnCore,
    /// Runs in progress.
    pub running: u32,
    /// Runs that wait.
    pub queued: u32,
}
