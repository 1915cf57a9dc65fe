//! Where groups can be made: read from `/proc/self/cgroup` and `/proc/self/mounts`.

use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

/// A place below which this process may make groups that hold memory and processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Version 1: one directory for each controller.
    V1(V1),
    /// Version 2: one directory, with `memory` and `pids` handed on to those below.
    V2(PathBuf),
}

/// The directories of version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct V1 {
    pub(super) memory: PathBuf,
    pub(super) pids: PathBuf,
    /// CPU time; absent on some machines.
    pub(super) cpuacct: Option<PathBuf>,
}

impl Place {
    /// The one to use, if any.
    pub(super) fn find() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        v2_place(&mounts, &own).or_else(|| v1_place(&mounts, &own))
    }

    /// Every directory below which groups are made.
    pub(super) fn directories(&self) -> Vec<&Path> {
        match self {
            Place::V1(v1) => {
                [Some(&v1.memory), Some(&v1.pids), v1.cpuacct.as_ref()].into_iter().flatten().map(|p| &**p).collect()
            }
            Place::V2(above) => vec![above],
        }
    }
}

/// The nearest group at or above our own that can hand the controllers on. A group with processes of its own cannot, except the
/// topmost.
fn v2_place(mounts: &str, own: &str) -> Option<Place> {
    let mount = mounted(mounts, |kind, _| kind == "cgroup2")?;
    let own = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let start = mount.join(own);
    start
        .ancestors()
        .take_while(|path| path.starts_with(&mount))
        .find(|path| hands_on(path))
        .map(|path| Place::V2(path.to_owned()))
}

/// Whether groups below this directory get the memory and pids controllers, now or after asking.
fn hands_on(directory: &Path) -> bool {
    let has = |file: &str| {
        let text = fs::read_to_string(directory.join(file)).unwrap_or_default();
        ["memory", "pids"].iter().all(|name| text.split_whitespace().any(|word| word == *name))
    };
    writable(directory)
        && has("cgroup.controllers")
        && (has("cgroup.subtree_control") || fs::write(directory.join("cgroup.subtree_control"), "+memory +pids").is_ok())
}

fn v1_place(mounts: &str, own: &str) -> Option<Place> {
    let of = |controller: &str| {
        let mount = mounted(mounts, |kind, options| kind == "cgroup" && options.split(',').any(|option| option == controller))?;
        let inner = own.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            parts.next()?.split(',').any(|name| name == controller).then(|| parts.next())?
        });
        // In a container the path may be one of the host's that is not seen here.
        let own = inner.map(|path| mount.join(path.trim_start_matches('/'))).filter(|path| path.is_dir());
        [own, Some(mount)].into_iter().flatten().find(|path| writable(path))
    };
    Some(Place::V1(V1 { memory: of("memory")?, pids: of("pids")?, cpuacct: of("cpuacct") }))
}

/// The first mount point whose type and options fit.
fn mounted(mounts: &str, fits: impl Fn(&str, &str) -> bool) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (at, kind, options) = (words.next()?, words.next()?, words.next()?);
        fits(kind, options).then(|| PathBuf::from(at))
    })
}

fn writable(directory: &Path) -> bool {
    access(directory, AccessFlags::W_OK | AccessFlags::X_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_2_is_taken_at_the_nearest_group_that_hands_its_controllers_on() {
        let root = tempfile::tempdir().unwrap();
        let slice = root.path().join("user.slice");
        fs::create_dir_all(slice.join("app.scope")).unwrap();
        fs::write(slice.join("cgroup.controllers"), "cpu memory pids\n").unwrap();
        fs::write(slice.join("cgroup.subtree_control"), "memory pids\n").unwrap();
        let mounts = format!("cgroup2 {} cgroup2 rw 0 0\n", root.path().display());
        assert_eq!(v2_place(&mounts, "0::/user.slice/app.scope\n"), Some(Place::V2(slice)));
    }

    #[test]
    fn version_2_without_controllers_is_no_place() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("cgroup.controllers"), "hugetlb\n").unwrap();
        let mounts = format!("cgroup2 {} cgroup2 rw 0 0\n", root.path().display());
        assert_eq!(v2_place(&mounts, "0::/\n"), None);
    }

    #[test]
    fn version_1_prefers_the_own_group_and_falls_back_to_the_mount() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path();
        fs::create_dir_all(path.join("memory/mine")).unwrap();
        fs::create_dir_all(path.join("pids")).unwrap();
        let at = path.display();
        let mounts = format!("c {at}/memory cgroup rw,memory 0 0\nc {at}/pids cgroup rw,pids 0 0\n");
        let place = v1_place(&mounts, "4:memory:/mine\n8:pids:/elsewhere\n");
        assert_eq!(place, Some(Place::V1(V1 { memory: path.join("memory/mine"), pids: path.join("pids"), cpuacct: None })));
    }

    #[test]
    fn version_1_needs_memory_and_pids() {
        assert_eq!(v1_place("c /sys/x cgroup rw,cpu 0 0\n", "1:cpu:/\n"), None);
    }
}
