//! Who a run is: a user of its own, and no more than that.
//!
//! Root gives each run a user that nobody else is, so that two runs cannot touch each other even if everything else failed. An
//! ordinary user cannot: there the run is that user, seen as [`LEARNER`] inside a user namespace.

use std::fs;

use nix::errno::Errno;
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

/// The user inside a user namespace.
pub const LEARNER: u32 = 1000;

/// Users of runs begin here: beyond what systems give to people and services.
const FIRST: u32 = 200_000;

/// Who a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// A user of its own; the runner is root.
    Own(u32),
    /// The runner's user, seen as [`LEARNER`] in a new user namespace.
    Mapped,
    /// The runner's user.
    Same,
}

impl Identity {
    /// A user of its own for the run whose runner has this process id. Process ids are unique while the runner lives.
    pub fn own(runner: u32) -> Self {
        Identity::Own(FIRST + runner)
    }

    /// The user as the run sees it.
    pub fn user(self) -> u32 {
        match self {
            Identity::Own(user) => user,
            Identity::Mapped => LEARNER,
            Identity::Same => Uid::effective().as_raw(),
        }
    }

    /// Becomes it. Capabilities are another matter.
    pub fn assume(self) -> Result<(), Errno> {
        let Identity::Own(user) = self else {
            return Ok(());
        };
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(user));
        setgroups(&[])?;
        setresgid(group, group, group)?;
        setresuid(user, user, user)
    }
}

/// The runner's user and group outside; taken before a user namespace is entered.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    user: u32,
    group: u32,
}

impl Outside {
    /// Of this process.
    pub fn now() -> Self {
        Outside { user: Uid::effective().as_raw(), group: Gid::effective().as_raw() }
    }

    /// Makes [`LEARNER`] stand for this user in the user namespace that this process has just entered.
    pub fn map(self) -> Result<(), Errno> {
        for (file, text) in [
            ("/proc/self/setgroups", "deny".to_owned()),
            ("/proc/self/uid_map", format!("{LEARNER} {} 1", self.user)),
            ("/proc/self/gid_map", format!("{LEARNER} {} 1", self.group)),
        ] {
            fs::write(file, text).map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runners_have_two_users() {
        assert_ne!(Identity::own(17).user(), Identity::own(18).user());
        assert!(Identity::own(1).user() > 65_536);
    }
}
