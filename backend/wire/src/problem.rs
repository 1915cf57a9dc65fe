//! Errors over HTTP, as RFC 9457 has them (`application/problem+json`).

use serde::{Deserialize, Serialize};

/// What went wrong, for a program and for a learner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Names the kind of problem: `/problems/source-too-long`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words, always the same for one kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This case, in a sentence a learner understands.
    pub detail: String,
}
