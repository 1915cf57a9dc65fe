//! What the process puts on that becomes the program, in the one order that works.
//!
//! Limits and identity need rights, so they come first; then every right is given away; the list of system calls comes last,
//! because what comes before it needs calls that are not on it.

use nix::errno::Errno;

use crate::identity::Identity;
use crate::limits::ProcessLimits;
use crate::namespaces::Namespaces;
use crate::seccomp::{Filter, FilterError};
use crate::{landlock, sys};

/// Everything that holds a run's first process, and through it all the others.
pub struct Confinement {
    /// In which namespaces it lies.
    pub namespaces: Namespaces,
    /// Who it is.
    pub identity: Identity,
    /// Its resource limits.
    pub limits: ProcessLimits,
    /// Its system calls.
    pub filter: Filter,
}

impl Confinement {
    /// Puts everything on this process. On an error it must not go on.
    pub fn apply(&self) -> Result<(), ConfineError> {
        let step = |what| move |errno| ConfineError::Refused { what, errno };
        self.limits.apply().map_err(step("its resource limits"))?;
        if self.namespaces != Namespaces::None || self.identity != Identity::Same {
            self.identity_and_capabilities()?;
        }
        nix::sys::prctl::set_no_new_privs().map_err(step("giving up new privileges"))?;
        if self.namespaces != Namespaces::None {
            landlock::apply().map_err(|error| ConfineError::Landlock(error.to_string()))?;
        }
        self.filter.apply().map_err(ConfineError::Filter)
    }

    /// The bounding set can be emptied only with the right to do so, which goes with the identity.
    fn identity_and_capabilities(&self) -> Result<(), ConfineError> {
        let step = |what| move |errno| ConfineError::Refused { what, errno };
        match self.identity {
            Identity::Own(_) => {
                sys::drop_bounding_set().map_err(step("giving up capabilities"))?;
                self.identity.assume().map_err(step("a user of its own"))?;
            }
            Identity::Mapped => sys::drop_bounding_set().map_err(step("giving up capabilities"))?,
            Identity::Same => {}
        }
        sys::drop_capabilities().map_err(step("giving up capabilities"))
    }
}

/// Why the program may not start.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// The machine refused a part.
    #[error("the machine refused {what}: {errno}")]
    Refused {
        /// Which.
        what: &'static str,
        /// How.
        errno: Errno,
    },
    /// Landlock is there and refused.
    #[error("landlock: {0}")]
    Landlock(String),
    /// The list of system calls.
    #[error(transparent)]
    Filter(FilterError),
}
