//! Resource limits of a run's processes: the second line of defence, and the only one where there is no control group.
//!
//! Address space and file size are left alone: the engine maps a sparse file of many gigabytes, which costs nothing.

use std::fs;
use std::os::unix::fs::MetadataExt;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::identity::Identity;

/// Descriptors of one process.
const DESCRIPTORS: u64 = 1024;

/// What the processes of a run may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessLimits {
    /// Processes and threads of the run's user at once.
    pub processes: u64,
    /// Bytes of private memory of one process; `None` where a control group holds the whole run.
    pub data_bytes: Option<u64>,
}

impl ProcessLimits {
    /// Puts them on this process and those it will start.
    pub fn apply(&self) -> Result<(), Errno> {
        for (resource, value) in self.table() {
            // Nobody but the mightiest may go up again.
            let value = value.min(getrlimit(resource)?.1);
            setrlimit(resource, value, value)?;
        }
        Ok(())
    }

    fn table(&self) -> Vec<(Resource, u64)> {
        let mut table = vec![
            (Resource::RLIMIT_NPROC, self.processes),
            (Resource::RLIMIT_NOFILE, DESCRIPTORS),
            (Resource::RLIMIT_CORE, 0),
            (Resource::RLIMIT_MSGQUEUE, 1 << 20),
        ];
        table.extend(self.data_bytes.map(|bytes| (Resource::RLIMIT_DATA, bytes)));
        table
    }
}

/// Processes and threads that the run's user has before the run begins: a limit counts them too. None where the run has a user
/// of its own.
pub fn in_use(identity: Identity) -> u64 {
    match identity {
        Identity::Own(_) => return 0,
        // The runner itself, within its namespace.
        Identity::Mapped => return 1,
        Identity::Same => {}
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let own = entries.filter(|entry| entry.metadata().is_ok_and(|facts| facts.uid() == identity.user()));
    own.map(|entry| fs::read_dir(entry.path().join("task")).map_or(0, |tasks| tasks.count() as u64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_space_and_file_size_are_free() {
        let table = ProcessLimits { processes: 64, data_bytes: Some(1) }.table();
        assert!(table.iter().all(|(resource, _)| !matches!(resource, Resource::RLIMIT_AS | Resource::RLIMIT_FSIZE)));
        assert!(table.contains(&(Resource::RLIMIT_DATA, 1)));
    }

    #[test]
    fn memory_is_left_to_the_control_group_where_there_is_one() {
        let table = ProcessLimits { processes: 64, data_bytes: None }.table();
        assert!(table.iter().all(|(resource, _)| *resource != Resource::RLIMIT_DATA));
    }
}
