//! A group in version 1: the same name in the hierarchy of each controller.

use std::fs;
use std::path::{Path, PathBuf};

use super::place::V1;
use super::{CgroupError, Cpu, Files, GroupLimits, open, open_procs, set};

/// Makes it, sets its limits and opens its files.
pub(super) fn create(place: &V1, name: &str, limits: GroupLimits) -> Result<(Vec<PathBuf>, Files), CgroupError> {
    let mut made = Vec::new();
    let filled = fill(place, name, limits, &mut made);
    if filled.is_err() {
        made.iter().for_each(|directory| drop(fs::remove_dir(directory)));
    }
    filled.map(|files| (made, files))
}

fn fill(place: &V1, name: &str, limits: GroupLimits, made: &mut Vec<PathBuf>) -> Result<Files, CgroupError> {
    let mut files = Files::default();
    let mut make = |above: &Path, files: &mut Files| {
        let directory = above.join(name);
        fs::create_dir(&directory).map_err(|error| CgroupError::at(&directory, error))?;
        made.push(directory.clone());
        // Not `cgroup.procs`: who moves only the calling thread need not wait for the other cores.
        open_procs(files, &directory, "tasks").map(|()| directory)
    };
    let memory = make(&place.memory, &mut files)?;
    let pids = make(&place.pids, &mut files)?;
    let bytes = limits.memory_bytes.to_string();
    set(&memory.join("memory.limit_in_bytes"), &bytes)?;
    // Memory and swap together; absent where swap is not accounted.
    let with_swap = memory.join("memory.memsw.limit_in_bytes");
    if with_swap.exists() {
        set(&with_swap, &bytes)?;
    }
    set(&pids.join("pids.max"), &limits.processes.to_string())?;
    files.memory_peak = open(memory.join("memory.max_usage_in_bytes"));
    files.memory_now = open(memory.join("memory.usage_in_bytes"));
    files.oom_kills = open(memory.join("memory.oom_control"));
    files.refused_forks = open(pids.join("pids.events"));
    if let Some(above) = &place.cpuacct {
        let cpu = make(above, &mut files)?;
        files.cpu = open(cpu.join("cpuacct.usage")).map(Cpu::Nanoseconds);
    }
    Ok(files)
}
