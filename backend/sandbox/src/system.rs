//! What building a jail asks of the machine, as values, and the two that can do it: the kernel, and a list for tests.
//!
//! A [`Step`] is one thing done. Working out the steps ([`crate::root`]) touches nothing; [`Kernel`] performs them.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{Gid, Uid, chown};

use crate::sys;

/// How a part of the host is seen in the jail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Nothing below can be written; no set-user-id bit and no device file has force.
    ReadOnly,
    /// As it is: for the jail's own store.
    Own,
    /// A device file.
    Device,
}

/// One step of building a jail. Paths are those that hold when it is performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// No mount made from here on is seen outside.
    Separate,
    /// A new file system in memory; `bytes` and `inodes` bound it.
    Memory {
        /// Where.
        at: PathBuf,
        /// Size.
        bytes: u64,
        /// Number of files.
        inodes: u64,
    },
    /// The processes of this pid namespace.
    Processes(PathBuf),
    /// A directory, and those above it that are missing.
    Directory {
        /// Where.
        at: PathBuf,
        /// Permission bits.
        mode: u32,
    },
    /// A new file.
    File {
        /// Where.
        at: PathBuf,
        /// What it holds.
        content: Vec<u8>,
    },
    /// A symbolic link.
    Link {
        /// Where.
        at: PathBuf,
        /// What it points to.
        to: PathBuf,
    },
    /// Gives a file to the user of the run.
    Give {
        /// Which.
        at: PathBuf,
        /// User and group.
        to: u32,
    },
    /// Shows one place at another. The place must exist.
    Bind {
        /// What.
        from: PathBuf,
        /// Where.
        at: PathBuf,
        /// How.
        view: View,
    },
    /// `root` becomes `/`, and what was `/` is found at `old`, which lies below `root`.
    Pivot {
        /// The new root.
        root: PathBuf,
        /// Where the old one goes.
        old: PathBuf,
    },
    /// Takes a mount away and the directory it was on.
    Detach(PathBuf),
    /// No file of the mount itself can be written any more.
    Seal(PathBuf),
    /// The name of the machine as the run sees it.
    Hostname(String),
    /// The network within the run.
    Loopback,
    /// Writes to a setting of the kernel; one that is refused is no harm.
    Setting {
        /// Which.
        at: PathBuf,
        /// The value.
        value: String,
    },
    /// Where relative paths begin.
    Enter(PathBuf),
}

/// Who performs steps.
pub trait System {
    /// Performs one.
    fn perform(&mut self, step: &Step) -> Result<(), Errno>;
}

/// The machine itself.
#[derive(Debug, Default)]
pub struct Kernel;

impl System for Kernel {
    fn perform(&mut self, step: &Step) -> Result<(), Errno> {
        let none: Option<&str> = None;
        match step {
            Step::Separate => mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none),
            Step::Memory { at, bytes, inodes } => {
                let options = format!("mode=0755,size={bytes},nr_inodes={inodes}");
                mount(Some("forkyard"), at, Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some(options.as_str()))
            }
            Step::Processes(at) => {
                let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
                mount(Some("proc"), at, Some("proc"), flags, none)
            }
            Step::Directory { at, mode } => directory(at, *mode),
            Step::File { at, content } => file(at, content),
            Step::Link { at, to } => std::os::unix::fs::symlink(to, at).map_err(errno),
            Step::Give { at, to } => chown(at, Some(Uid::from_raw(*to)), Some(Gid::from_raw(*to))),
            Step::Bind { from, at, view } => bind(from, at, *view),
            Step::Pivot { root, old } => nix::unistd::pivot_root(root, old).and_then(|()| nix::unistd::chdir("/")),
            Step::Detach(at) => {
                umount2(at, MntFlags::MNT_DETACH)?;
                fs::remove_dir(at).map_err(errno)
            }
            Step::Seal(at) => read_only(at, MsFlags::empty()),
            Step::Hostname(name) => nix::unistd::sethostname(name),
            Step::Loopback => sys::loopback_up(),
            Step::Setting { at, value } => {
                let _ = fs::write(at, value);
                Ok(())
            }
            Step::Enter(at) => nix::unistd::chdir(at),
        }
    }
}

fn directory(at: &Path, mode: u32) -> Result<(), Errno> {
    if let Some(above) = at.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(above).map_err(errno)?;
    }
    match fs::DirBuilder::new().mode(mode).create(at) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        other => other.map_err(errno)?,
    }
    // The process's umask took bits away.
    fs::set_permissions(at, std::os::unix::fs::PermissionsExt::from_mode(mode)).map_err(errno)
}

fn file(at: &Path, content: &[u8]) -> Result<(), Errno> {
    if let Some(above) = at.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(above).map_err(errno)?;
    }
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(at).map_err(errno)?;
    file.write_all(content).map_err(errno)
}

fn bind(from: &Path, at: &Path, view: View) -> Result<(), Errno> {
    let none: Option<&str> = None;
    mount(Some(from), at, none, MsFlags::MS_BIND | MsFlags::MS_REC, none)?;
    match view {
        View::Own | View::Device => Ok(()),
        View::ReadOnly => match sys::make_read_only(at) {
            // Before Linux 5.12: the mount itself, not those below it.
            Err(Errno::ENOSYS) => read_only(at, MsFlags::MS_NOSUID | MsFlags::MS_NODEV),
            other => other,
        },
    }
}

/// Remounts read-only and keeps the flags that are there: a user namespace may not take them away.
fn read_only(at: &Path, more: MsFlags) -> Result<(), Errno> {
    use nix::sys::statvfs::{FsFlags, statvfs};
    let now = statvfs(at)?.flags();
    let mut flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | more;
    for (is, flag) in [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ] {
        flags.set(flag, flags.contains(flag) || now.contains(is));
    }
    let none: Option<&str> = None;
    mount(none, at, none, flags, none)
}

fn errno(error: std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// Performs nothing and keeps the steps; for tests.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// What was asked for, in order.
    pub(crate) steps: Vec<Step>,
    /// The step, counted from 0, that fails, and how.
    pub(crate) fails: Option<(usize, Errno)>,
}

#[cfg(test)]
impl System for Recorder {
    fn perform(&mut self, step: &Step) -> Result<(), Errno> {
        if let Some((at, errno)) = self.fails
            && at == self.steps.len()
        {
            return Err(errno);
        }
        self.steps.push(step.clone());
        Ok(())
    }
}
