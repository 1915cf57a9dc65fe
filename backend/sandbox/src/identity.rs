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

    /// The same where this process may become such a user; else the one that it is.
    pub fn own_if_possible(runner: u32) -> Self {
        let own = Identity::own(runner);
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
        if can_change_user(&status) && covers(&map, own.user()) { own } else { Identity::Same }
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

/// Whether the effective capabilities hold CAP_CHOWN, CAP_SETGID and CAP_SETUID.
fn can_change_user(status: &str) -> bool {
    const NEEDED: u64 = 1 << 0 | 1 << 6 | 1 << 7;
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    effective.and_then(|hexadecimal| u64::from_str_radix(hexadecimal.trim(), 16).ok()).is_some_and(|all| all & NEEDED == NEEDED)
}

/// Whether a user is one of those that this user namespace knows. A line of the map: first inside, first outside, how many.
fn covers(map: &str, user: u32) -> bool {
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        matches!(numbers[..], [first, _, count] if (first..first + count).contains(&u64::from(user)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_namespace_knows_only_its_users() {
        assert!(covers("         0          0 4294967295\n", 200_001));
        assert!(!covers("      1000          0          1\n", 200_001));
        assert!(!covers("", 0));
    }

    #[test]
    fn changing_the_user_needs_the_right_to() {
        assert!(can_change_user("CapPrm:\t0\nCapEff:\t000001ffffffffff\n"));
        assert!(!can_change_user("CapEff:\t0000000000000001\n"));
    }

    #[test]
    fn two_runners_have_two_users() {
        assert_ne!(Identity::own(17).user(), Identity::own(18).user());
        assert!(Identity::own(1).user() > 65_536);
    }
}
