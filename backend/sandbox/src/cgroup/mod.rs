//! The control group of a run: memory, processes and CPU time of all its processes together.
//!
//! Version 2 where it has the controllers, else version 1, below the group in which the runner itself lies. A group is named
//! `forkyard-RUN.PID` after its run and the runner that owns it; a runner that was killed leaves an empty one behind, which the
//! next runner sweeps away. Files are opened when the group is made, so that it can be read from inside the jail.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

mod place;
mod v1;
mod v2;

use place::Place;

/// How the names of groups begin.
const PREFIX: &str = "forkyard-";

/// What a run's processes may have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupLimits {
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Processes and threads.
    pub processes: u32,
}

/// A run's group. It must be removed with [`Cgroup::remove`] by its owner once its processes have ended.
#[derive(Debug)]
pub struct Cgroup {
    directories: Vec<PathBuf>,
    files: Files,
}

/// The group's files, open.
#[derive(Debug, Default)]
struct Files {
    /// Take a process in.
    procs: Vec<PathBuf>,
    procs_open: Vec<File>,
    memory_peak: Option<File>,
    memory_now: Option<File>,
    oom_kills: Option<File>,
    refused_forks: Option<File>,
    cpu: Option<Cpu>,
}

/// CPU time, in the file's own unit.
#[derive(Debug)]
enum Cpu {
    /// A number of nanoseconds.
    Nanoseconds(File),
    /// A line `usage_usec N`.
    UsageMicroseconds(File),
}

impl Cgroup {
    /// Makes the group of `run` for the runner with the process id `owner`.
    pub fn create(run: &str, owner: u32, limits: GroupLimits) -> Result<Self, CgroupError> {
        let name = format!("{PREFIX}{}.{owner}", plain(run));
        let place = Place::find().ok_or(CgroupError::Nowhere)?;
        let (directories, files) = match &place {
            Place::V1(v1) => v1::create(v1, &name, limits)?,
            Place::V2(above) => v2::create(above, &name, limits)?,
        };
        Ok(Cgroup { directories, files })
    }

    /// Takes the calling process in, which must have one thread. In version 2 the kernel may wait here until every core has passed
    /// a quiet point, about 10 ms.
    pub fn enter(&self) -> Result<(), CgroupError> {
        for (file, path) in self.files.procs_open.iter().zip(&self.files.procs) {
            // 0 is whoever writes.
            file.write_all_at(b"0", 0).map_err(|error| CgroupError::at(path, error))?;
        }
        Ok(())
    }

    /// The most memory that the run held at once, in bytes.
    pub fn memory_peak_bytes(&self) -> Option<u64> {
        number(self.files.memory_peak.as_ref()?)
    }

    /// The memory it holds now, in bytes.
    pub fn memory_bytes(&self) -> Option<u64> {
        number(self.files.memory_now.as_ref()?)
    }

    /// How many of its processes the kernel ended for want of memory.
    pub fn oom_kills(&self) -> u64 {
        self.files.oom_kills.as_ref().and_then(|file| field(file, "oom_kill")).unwrap_or(0)
    }

    /// How many times a new process or thread was refused.
    pub fn refused_forks(&self) -> u64 {
        self.files.refused_forks.as_ref().and_then(|file| field(file, "max")).unwrap_or(0)
    }

    /// CPU time of all its processes, in nanoseconds.
    pub fn cpu_ns(&self) -> Option<u64> {
        match self.files.cpu.as_ref()? {
            Cpu::Nanoseconds(file) => number(file),
            Cpu::UsageMicroseconds(file) => field(file, "usage_usec").map(|micros| micros * 1000),
        }
    }

    /// Takes the group away. Fails while it has processes.
    pub fn remove(&self) -> Result<(), CgroupError> {
        self.directories.iter().try_for_each(|directory| match fs::remove_dir(directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(|error| CgroupError::at(directory, error)),
        })
    }
}

/// Takes away what runners left behind that were killed.
pub fn sweep() {
    let Some(place) = Place::find() else { return };
    for above in place.directories() {
        let entries = fs::read_dir(above).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_str().and_then(owner).is_some_and(is_dead)) {
            // A group that still has processes refuses to go, which is right.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// The owner in a group's name.
fn owner(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.rsplit_once('.')?.1.parse().ok()
}

fn is_dead(pid: u32) -> bool {
    !Path::new("/proc").join(pid.to_string()).exists()
}

/// A run's id with nothing in it that means something in a path.
fn plain(run: &str) -> String {
    run.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')).take(64).collect()
}

/// The whole of a small file that tells something new each time.
fn text(file: &File) -> Option<String> {
    let mut bytes = [0; 4096];
    let length = file.read_at(&mut bytes, 0).ok()?;
    String::from_utf8(bytes[..length].to_vec()).ok()
}

fn number(file: &File) -> Option<u64> {
    text(file)?.trim().parse().ok()
}

/// The number in the line `name number`.
fn field(file: &File, name: &str) -> Option<u64> {
    let text = text(file)?;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Writes a setting.
fn set(path: &Path, value: &str) -> Result<(), CgroupError> {
    fs::write(path, value).map_err(|error| CgroupError::at(path, error))
}

/// Opens a file for reading; `None` when this kernel does not have it.
fn open(path: PathBuf) -> Option<File> {
    let file = File::open(path).ok()?;
    // Some files can be opened and not read.
    file.read_at(&mut [0; 1], 0).ok()?;
    Some(file)
}

/// Opens the file of this name that takes processes in.
fn open_procs(files: &mut Files, directory: &Path, name: &str) -> Result<(), CgroupError> {
    let path = directory.join(name);
    let file = File::options().write(true).open(&path).map_err(|error| CgroupError::at(&path, error))?;
    files.procs_open.push(file);
    files.procs.push(path);
    Ok(())
}

/// Why there is no group.
#[derive(Debug, thiserror::Error)]
pub enum CgroupError {
    /// No hierarchy is mounted whose memory and process controllers this user may use.
    #[error("no control group can be made here: none is mounted, or none was handed to this user")]
    Nowhere,
    /// A file or directory refused.
    #[error("control group {}: {source}", path.display())]
    Refused {
        /// Which.
        path: PathBuf,
        /// How.
        source: std::io::Error,
    },
}

impl CgroupError {
    fn at(path: &Path, source: std::io::Error) -> Self {
        CgroupError::Refused { path: path.to_owned(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_owner() {
        assert_eq!(owner("forkyard-abc-1.77"), Some(77));
        assert_eq!(owner("forkyard-abc"), None);
        assert_eq!(owner("other.77"), None);
    }

    #[test]
    fn a_run_id_cannot_lead_elsewhere() {
        assert_eq!(plain("../../x y"), "xy");
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, b"oom_kill_disable 0\noom_kill 3\n").unwrap();
        assert_eq!(field(&file, "oom_kill"), Some(3));
        assert_eq!(field(&file, "kill"), None);
    }
}
