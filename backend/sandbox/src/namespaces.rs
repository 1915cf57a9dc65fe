//! A fork into a world of its own: mounts, processes, network, System V ids and machine name, and where needed users.
//!
//! The one that forks stays where it is: it can still reach control groups, and try again with less when the machine refuses.

use nix::errno::Errno;
use nix::sched::CloneFlags;
use nix::unistd::Uid;

use crate::identity::{Identity, Outside};
use crate::sys::{self, Fork};

/// Which namespaces a run gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespaces {
    /// All but users: the runner is root.
    ByRoot,
    /// All: what an ordinary user may make, where the machine lets it.
    ByUser,
    /// None.
    None,
}

impl Namespaces {
    /// What is worth trying here, strongest first.
    pub fn worth_trying() -> Vec<Self> {
        if Uid::effective().is_root() {
            // Root in a container may lack the right to make namespaces and yet have that of an ordinary user.
            vec![Namespaces::ByRoot, Namespaces::ByUser, Namespaces::None]
        } else {
            vec![Namespaces::ByUser, Namespaces::None]
        }
    }

    /// Who the run is in them; `runner` is the process id of its runner.
    pub fn identity(self, runner: u32) -> Identity {
        match self {
            Namespaces::ByRoot => Identity::own(runner),
            Namespaces::ByUser => Identity::Mapped,
            Namespaces::None => Identity::own_if_possible(runner),
        }
    }

    /// Forks into them. The child is process 1 there (unless there are none), holds every capability within them, and must call
    /// [`Namespaces::settle`] first of all.
    pub fn fork(self) -> Result<Fork, Errno> {
        sys::fork(self.flags())
    }

    /// The child's first act: says who it is. `outside` was taken before the fork.
    pub fn settle(self, outside: Outside) -> Result<(), Errno> {
        if self == Namespaces::ByUser { outside.map() } else { Ok(()) }
    }

    fn flags(self) -> CloneFlags {
        let all = CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWPID
            | CloneFlags::CLONE_NEWNET
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWUTS;
        match self {
            Namespaces::ByRoot => all,
            Namespaces::ByUser => all | CloneFlags::CLONE_NEWUSER,
            Namespaces::None => CloneFlags::empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_tried_last() {
        let tries = Namespaces::worth_trying();
        assert_eq!(tries.last(), Some(&Namespaces::None));
        assert!(tries.contains(&Namespaces::ByUser));
    }

    #[test]
    fn a_user_namespace_is_made_where_root_is_missing_and_only_there() {
        assert!(Namespaces::ByUser.flags().contains(CloneFlags::CLONE_NEWUSER));
        assert!(!Namespaces::ByRoot.flags().contains(CloneFlags::CLONE_NEWUSER));
        assert!(Namespaces::None.flags().is_empty());
    }
}
