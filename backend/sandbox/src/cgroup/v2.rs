//! A group in version 2: one directory for everything.

use std::fs;
use std::path::{Path, PathBuf};

use super::{CgroupError, Cpu, Files, GroupLimits, open, open_procs, set};

/// Makes it, sets its limits and opens its files.
pub(super) fn create(above: &Path, name: &str, limits: GroupLimits) -> Result<(Vec<PathBuf>, Files), CgroupError> {
    let directory = above.join(name);
    fs::create_dir(&directory).map_err(|error| CgroupError::at(&directory, error))?;
    let filled = fill(&directory, limits);
    if filled.is_err() {
        let _ = fs::remove_dir(&directory);
    }
    filled.map(|files| (vec![directory], files))
}

fn fill(directory: &Path, limits: GroupLimits) -> Result<Files, CgroupError> {
    let mut files = Files::default();
    open_procs(&mut files, directory, "cgroup.procs")?;
    set(&directory.join("memory.max"), &limits.memory_bytes.to_string())?;
    set(&directory.join("pids.max"), &limits.processes.to_string())?;
    // Without this a run would be pushed out to swap before it is ended. Absent where swap is not accounted.
    let swap = directory.join("memory.swap.max");
    if swap.exists() {
        set(&swap, "0")?;
    }
    files.memory_peak = open(directory.join("memory.peak"));
    files.memory_now = open(directory.join("memory.current"));
    files.oom_kills = open(directory.join("memory.events"));
    files.refused_forks = open(directory.join("pids.events"));
    files.cpu = open(directory.join("cpu.stat")).map(Cpu::UsageMicroseconds);
    Ok(files)
}
