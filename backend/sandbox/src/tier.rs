//! How far a run can be shut in on this machine, and what is missing for more.
//!
//! Found by trying: a throw-away process goes into the namespaces and builds a root with nothing of a run in it. What a machine
//! says it can do and what it lets be done differ too often.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use forkyard_wire::run::Isolation;
use nix::sys::wait::waitpid;

use crate::cgroup::{Cgroup, GroupLimits};
use crate::identity::Outside;
use crate::namespaces::Namespaces;
use crate::root::Root;
use crate::sys::{self, Fork};
use crate::system::Kernel;

/// What this machine gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// How far.
    pub isolation: Isolation,
    /// What is missing, and what would give it.
    pub detail: Option<String>,
}

/// The tier that follows from which namespaces could be had and whether there is a control group.
pub fn isolation(namespaces: Namespaces, cgroup: Option<&Cgroup>) -> Isolation {
    match (namespaces, cgroup) {
        (Namespaces::None, _) => Isolation::Rlimits,
        (_, Some(_)) => Isolation::Full,
        (_, None) => Isolation::Namespaces,
    }
}

/// Tries. The process must have one thread.
pub fn probe() -> Tier {
    let cgroup = Cgroup::create("probe", std::process::id(), GroupLimits { memory_bytes: 64 << 20, processes: 8 });
    let mut refusals = Vec::new();
    let namespaces = Namespaces::worth_trying().into_iter().find(|namespaces| {
        *namespaces == Namespaces::None || attempt(*namespaces).inspect_err(|why| refusals.push(why.clone())).is_ok()
    });
    let namespaces = namespaces.unwrap_or(Namespaces::None);
    let isolation = isolation(namespaces, cgroup.as_ref().ok());
    if let Ok(cgroup) = &cgroup {
        let _ = cgroup.remove();
    }
    let detail = match isolation {
        Isolation::Full => None,
        Isolation::Namespaces => cgroup.err().map(|error| no_cgroup(&error.to_string())),
        Isolation::Rlimits | Isolation::None => Some(no_namespaces(&refusals.join("; "))),
    };
    Tier { isolation, detail }
}

fn no_cgroup(why: &str) -> String {
    format!(
        "memory and processes are held by resource limits of each process alone ({why}); run as root, or under \
         `systemd-run --user --scope -p Delegate=yes`, to get a control group"
    )
}

fn no_namespaces(why: &str) -> String {
    format!(
        "runs can see this machine's files and network, because namespaces are refused ({why}); run as root, or allow user \
         namespaces to ordinary users (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)"
    )
}

/// Builds an empty jail in a process of its own and tells why it could not.
fn attempt(namespaces: Namespaces) -> Result<(), String> {
    let (read, write) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).map_err(|errno| errno.to_string())?;
    let outside = Outside::now();
    match namespaces.fork() {
        Ok(Fork::Child) => {
            let user = namespaces.identity(std::process::id()).user();
            let root = Root { shown: Vec::new(), source: String::new(), bytes: 1 << 20, inodes: 16, user };
            let settled = namespaces.settle(outside).map_err(|errno| format!("user namespace: {errno}"));
            let built = settled.and_then(|()| root.build(&mut Kernel).map_err(|error| error.to_string()));
            if let Err(why) = &built {
                let _ = File::from(write).write_all(why.as_bytes());
            }
            sys::exit_now(i32::from(built.is_err()))
        }
        Ok(Fork::Parent(pid)) => {
            drop(write);
            let told = told(read);
            let _ = waitpid(pid, None);
            told
        }
        Err(errno) => Err(format!("new namespaces: {errno}")),
    }
}

fn told(read: OwnedFd) -> Result<(), String> {
    let mut text = String::new();
    File::from(read).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.is_empty() { Ok(()) } else { Err(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_namespaces_a_control_group_does_not_help() {
        assert_eq!(isolation(Namespaces::None, None), Isolation::Rlimits);
        assert_eq!(isolation(Namespaces::ByUser, None), Isolation::Namespaces);
    }

    #[test]
    fn what_is_missing_names_what_would_give_it() {
        assert!(no_cgroup("x").contains("Delegate=yes"));
        assert!(no_namespaces("x").contains("unprivileged_userns_clone"));
    }
}
