//! What a new process inherits from the one that starts it, as a value that can be compared.
//!
//! A copy of a zygote has the surroundings that the zygote was given. Where those of its starter have changed since, a copy would not be
//! what a new process is, and a process has to be started afresh. Compared is what programs can change from within: environment, current
//! directory, masks, ignored signals, identity, limits, priority, cores, control group, namespaces, and what the three standard
//! descriptors are.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::fstat;

use crate::sys::descriptors;

/// The lines of `/proc/PID/status` that a new process has the same.
const INHERITED: [&str; 19] = [
    "Umask",
    "Uid",
    "Gid",
    "Groups",
    "NSpgid",
    "NSsid",
    "SigBlk",
    "SigIgn",
    "CapInh",
    "CapPrm",
    "CapEff",
    "CapBnd",
    "CapAmb",
    "NoNewPrivs",
    "Seccomp",
    "Seccomp_filters",
    "THP_enabled",
    "Cpus_allowed",
    "Mems_allowed",
];

/// Limits of resources.
const LIMITS: [Resource; 15] = [
    Resource::RLIMIT_AS,
    Resource::RLIMIT_CORE,
    Resource::RLIMIT_CPU,
    Resource::RLIMIT_DATA,
    Resource::RLIMIT_FSIZE,
    Resource::RLIMIT_LOCKS,
    Resource::RLIMIT_MEMLOCK,
    Resource::RLIMIT_MSGQUEUE,
    Resource::RLIMIT_NICE,
    Resource::RLIMIT_NOFILE,
    Resource::RLIMIT_NPROC,
    Resource::RLIMIT_RTPRIO,
    Resource::RLIMIT_RTTIME,
    Resource::RLIMIT_SIGPENDING,
    Resource::RLIMIT_STACK,
];

/// Namespaces that a process can change for those it starts.
const NAMESPACES: [&str; 7] = ["cgroup", "ipc", "mnt", "net", "pid_for_children", "user", "uts"];

/// What a process that the calling thread starts now would inherit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings(Vec<u8>);

impl Surroundings {
    /// As they are now. Where they cannot be read there is nothing to compare, and no zygote can be trusted: `None`.
    pub fn now() -> Option<Self> {
        let mut all = Vec::with_capacity(8 << 10);
        for (name, value) in std::env::vars_os() {
            all.extend(name.as_bytes());
            all.push(b'=');
            all.extend(value.as_bytes());
            all.push(0);
        }
        for place in [".", "/"] {
            let directory = std::fs::metadata(place).ok()?;
            number(&mut all, directory.dev());
            number(&mut all, directory.ino());
        }
        let status = std::fs::read("/proc/thread-self/status").ok()?;
        for line in status.split(|&byte| byte == b'\n') {
            let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
            if INHERITED.iter().any(|inherited| inherited.as_bytes() == name) {
                all.extend(line);
            }
        }
        // Nice value, real-time priority and policy are the 19th, 40th and 41st field; the second may contain anything.
        let stat = std::fs::read("/proc/thread-self/stat").ok()?;
        let after_name = stat.iter().rposition(|&byte| byte == b')')? + 2;
        let fields: Vec<&[u8]> = stat.get(after_name..)?.split(|&byte| byte == b' ').collect();
        for field in [16, 37, 38] {
            all.extend(*fields.get(field)?);
            all.push(b' ');
        }
        for limit in LIMITS {
            let (soft, hard) = getrlimit(limit).ok()?;
            number(&mut all, soft);
            number(&mut all, hard);
        }
        for file in ["cgroup", "oom_score_adj"] {
            all.extend(std::fs::read(format!("/proc/thread-self/{file}")).unwrap_or_default());
        }
        for namespace in NAMESPACES {
            number(&mut all, std::fs::metadata(format!("/proc/thread-self/ns/{namespace}")).map_or(0, |file| file.ino()));
        }
        for standard in 0..3 {
            let Ok(fd) = descriptors::borrow(standard) else { continue };
            let Ok(file) = fstat(fd) else { continue };
            number(&mut all, standard as u64 + 1);
            number(&mut all, file.st_dev);
            number(&mut all, file.st_ino);
            number(&mut all, fcntl(fd, FcntlArg::F_GETFL).map_or(0, |flags| flags as u64));
        }
        Some(Self(all))
    }
}

fn number(all: &mut Vec<u8>, number: u64) {
    all.extend(number.to_ne_bytes());
}
