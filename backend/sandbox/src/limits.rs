//! Resource limits of a run's processes: the second line of defence, and the only one where there is no control group.
//!
//! Address space and file size are left alone: the engine maps a sparse file of many gigabytes, which costs nothing.

use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};

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
