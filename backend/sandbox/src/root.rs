//! The file system that a run sees: a small one in memory, with the interpreter and the system's libraries shown read-only.
//!
//! Everything that can be written lies in one store of bounded size: the working directory, `/tmp` and `/dev/shm` share it. The
//! old root is moved aside first, so that what lies under the place where the new one is put can still be shown, and is taken
//! away last. Directories above a shown path are the jail's own with mode 0755: an interpreter below a closed home directory can
//! be reached by the run's user, and nothing else of that home.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;

use crate::system::{Step, System, View};

/// The learner's directory, where `main.py` lies.
pub const HOME: &str = "/home/learner";

/// The program's name within [`HOME`].
pub const MAIN: &str = "main.py";

/// The name of the machine in a jail.
pub const HOSTNAME: &str = "forkyard";

/// Where the new root is put. It exists on every system.
const STAGE: &str = "/tmp";

/// Where the old root is found while the new one is furnished.
const OLD: &str = "/.old";

/// Where the store lies while its parts are shown in their places.
const STORE: &str = "/.store";

/// What of the system is shown. A link is made a link.
const SYSTEM: [&str; 6] = ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin"];

/// What of the system's settings is shown.
const SETTINGS: [&str; 3] = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"];

/// Device files of a run.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// How many datagrams may lie in a socket of the run before a writer waits; the kernel's own is 10.
const DATAGRAMS: &str = "512";

/// A root to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Directories shown read-only at the paths they have: the interpreter's prefix, the environment, the package.
    pub shown: Vec<PathBuf>,
    /// The program's text, for `main.py`.
    pub source: String,
    /// Bytes of everything that the run may write.
    pub bytes: u64,
    /// How many files it may make.
    pub inodes: u64,
    /// User and group of the run, as seen inside.
    pub user: u32,
}

/// What stands at a path of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A symbolic link to this.
    Link(PathBuf),
    /// A directory whose real path is this.
    Directory(PathBuf),
    /// Anything else, at this real path.
    File(PathBuf),
}

/// Looks at the host.
pub fn look(path: &Path) -> Found {
    let Ok(facts) = path.symlink_metadata() else {
        return Found::Nothing;
    };
    if facts.is_symlink()
        && let Ok(to) = path.read_link()
    {
        return Found::Link(to);
    }
    match path.canonicalize() {
        Ok(real) if facts.is_dir() => Found::Directory(real),
        Ok(real) => Found::File(real),
        Err(_) => Found::Nothing,
    }
}

impl Root {
    /// Builds it and enters it. The process must lie in mount, pid, network, ipc and uts namespaces of its own.
    pub fn build(&self, system: &mut impl System) -> Result<(), RootError> {
        for step in self.steps(look)? {
            system.perform(&step).map_err(|errno| RootError::Refused { step: Box::new(step), errno })?;
        }
        Ok(())
    }

    /// What has to be done; `look` tells what stands on the host.
    pub fn steps(&self, look: impl Fn(&Path) -> Found) -> Result<Vec<Step>, RootError> {
        let mut steps = stage();
        self.store(&mut steps);
        steps.extend([directory("/proc", 0o755), Step::Processes("/proc".into())]);
        show_system(&mut steps, &look);
        self.show(&mut steps, &look)?;
        self.settings(&mut steps, &look);
        devices(&mut steps);
        steps.extend([
            Step::Setting { at: "/proc/sys/net/unix/max_dgram_qlen".into(), value: DATAGRAMS.to_owned() },
            Step::Detach(OLD.into()),
            Step::Seal("/".into()),
            Step::Hostname(HOSTNAME.to_owned()),
            Step::Loopback,
            Step::Enter(HOME.into()),
        ]);
        Ok(steps)
    }

    /// One bounded file system, its directories shown at the three places that a run writes to.
    fn store(&self, steps: &mut Vec<Step>) {
        steps.extend([
            directory(STORE, 0o755),
            // The store's own four directories are not counted against the run.
            Step::Memory { at: STORE.into(), bytes: self.bytes, inodes: self.inodes + 4 },
        ]);
        for (part, at, mode) in [("home", HOME, 0o755), ("tmp", "/tmp", 0o1777), ("shm", "/dev/shm", 0o1777)] {
            let part = Path::new(STORE).join(part);
            steps.extend([
                Step::Directory { at: part.clone(), mode },
                Step::Give { at: part.clone(), to: self.user },
                directory(at, 0o755),
                Step::Bind { from: part, at: at.into(), view: View::Own },
            ]);
        }
        let main = Path::new(HOME).join(MAIN);
        steps.extend([
            Step::File { at: main.clone(), content: self.source.clone().into_bytes() },
            Step::Give { at: main, to: self.user },
            Step::Detach(STORE.into()),
        ]);
    }

    /// The paths of [`Root::shown`], those above first, none twice, none that lies below another or below the system's.
    fn show(&self, steps: &mut Vec<Step>, look: &impl Fn(&Path) -> Found) -> Result<(), RootError> {
        let paths: BTreeSet<&Path> = self.shown.iter().map(PathBuf::as_path).collect();
        let mut covered: Vec<&Path> = SYSTEM.iter().map(Path::new).collect();
        for path in paths {
            if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) || path == Path::new("/") {
                return Err(RootError::NotPlain(path.to_owned()));
            }
            if covered.iter().any(|above| path.starts_with(above)) {
                continue;
            }
            // The last part may be a link; what it leads to is shown under the name that was given.
            let real = match look(path) {
                Found::Directory(real) => real,
                Found::Link(_) => path.canonicalize().map_err(|_| RootError::Missing(path.to_owned()))?,
                Found::File(_) | Found::Nothing => return Err(RootError::Missing(path.to_owned())),
            };
            covered.push(path);
            steps.extend([directory(path, 0o755), Step::Bind { from: old(&real), at: path.to_owned(), view: View::ReadOnly }]);
        }
        Ok(())
    }

    /// `/etc`: who the learner is, the libraries' table, the time zone.
    fn settings(&self, steps: &mut Vec<Step>, look: &impl Fn(&Path) -> Found) {
        let user = self.user;
        for (at, content) in [
            (
                "/etc/passwd",
                format!("learner:x:{user}:{user}:learner:{HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
            ),
            ("/etc/group", format!("learner:x:{user}:\nnogroup:x:65534:\n")),
            ("/etc/hosts", format!("127.0.0.1 localhost {HOSTNAME}\n::1 localhost\n")),
            ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n".to_owned()),
        ] {
            steps.push(Step::File { at: at.into(), content: content.into_bytes() });
        }
        for path in SETTINGS.map(Path::new) {
            match look(path) {
                Found::Link(to) => steps.push(Step::Link { at: path.to_owned(), to }),
                Found::Directory(real) => steps.extend([directory(path, 0o755), show(&real, path, View::ReadOnly)]),
                Found::File(real) => steps.extend([empty(path), show(&real, path, View::ReadOnly)]),
                Found::Nothing => {}
            }
        }
    }
}

/// A new root with the old one below it.
fn stage() -> Vec<Step> {
    let old = Path::new(STAGE).join(OLD.trim_start_matches('/'));
    vec![
        Step::Separate,
        // Directories and some short files; the run cannot write here.
        Step::Memory { at: STAGE.into(), bytes: 1 << 20, inodes: 4096 },
        Step::Directory { at: old.clone(), mode: 0o700 },
        Step::Pivot { root: STAGE.into(), old },
    ]
}

fn show_system(steps: &mut Vec<Step>, look: &impl Fn(&Path) -> Found) {
    for path in SYSTEM.map(Path::new) {
        match look(path) {
            Found::Link(to) => steps.push(Step::Link { at: path.to_owned(), to }),
            Found::Directory(real) => steps.extend([directory(path, 0o755), show(&real, path, View::ReadOnly)]),
            Found::File(_) | Found::Nothing => {}
        }
    }
}

fn devices(steps: &mut Vec<Step>) {
    for device in DEVICES.map(Path::new) {
        steps.extend([empty(device), show(device, device, View::Device)]);
    }
    for (at, to) in [("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")] {
        steps.push(Step::Link { at: Path::new("/dev").join(at), to: Path::new("/proc/self").join(to) });
    }
}

fn directory(at: impl AsRef<Path>, mode: u32) -> Step {
    Step::Directory { at: at.as_ref().to_owned(), mode }
}

fn empty(at: &Path) -> Step {
    Step::File { at: at.to_owned(), content: Vec::new() }
}

fn show(real: &Path, at: &Path, view: View) -> Step {
    Step::Bind { from: old(real), at: at.to_owned(), view }
}

/// Where a path of the host is found while the jail is furnished.
fn old(path: &Path) -> PathBuf {
    Path::new(OLD).join(path.strip_prefix("/").unwrap_or(path))
}

/// Why a root could not be built.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// A directory to be shown is not there.
    #[error("{}: no such directory", .0.display())]
    Missing(PathBuf),
    /// A directory to be shown is named in a way that cannot be repeated inside.
    #[error("{}: not an absolute path of a directory", .0.display())]
    NotPlain(PathBuf),
    /// The machine refused a step.
    #[error("the machine refused {step:?}: {errno}")]
    Refused {
        /// Which.
        step: Box<Step>,
        /// How.
        errno: Errno,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Recorder;

    fn root(shown: &[&str]) -> Root {
        Root { shown: shown.iter().map(PathBuf::from).collect(), source: "print(1)".into(), bytes: 100, inodes: 10, user: 7 }
    }

    /// A host on which `/lib` is a link and everything else a directory of its own name.
    fn host(path: &Path) -> Found {
        match path.to_str() {
            Some("/lib") => Found::Link("usr/lib".into()),
            Some("/lib32" | "/sbin") => Found::Nothing,
            Some("/etc/ld.so.cache") => Found::File(path.into()),
            _ => Found::Directory(path.into()),
        }
    }

    fn binds(steps: &[Step]) -> Vec<(String, View)> {
        let bind = |step: &Step| match step {
            Step::Bind { at, view, .. } => Some((at.display().to_string(), *view)),
            _ => None,
        };
        steps.iter().filter_map(bind).collect()
    }

    #[test]
    fn a_directory_below_another_is_shown_once() {
        let steps = root(&["/opt/py/env", "/opt/py", "/usr/local", "/opt/py"]).steps(host).unwrap();
        let places: Vec<_> = binds(&steps).into_iter().map(|(at, _)| at).collect();
        assert_eq!(places.iter().filter(|at| at.starts_with("/opt")).count(), 1);
        assert!(!places.contains(&"/usr/local".to_owned()));
        assert!(places.contains(&"/usr".to_owned()));
    }

    #[test]
    fn only_the_store_can_be_written() {
        let steps = root(&["/opt/py"]).steps(host).unwrap();
        let writable: Vec<_> = binds(&steps).into_iter().filter(|(_, view)| *view == View::Own).map(|(at, _)| at).collect();
        assert_eq!(writable, [HOME, "/tmp", "/dev/shm"]);
        assert!(steps.contains(&Step::Seal("/".into())));
    }

    #[test]
    fn the_old_root_goes_after_the_last_thing_shown_from_it() {
        let steps = root(&["/opt/py"]).steps(host).unwrap();
        let gone = steps.iter().position(|step| *step == Step::Detach(OLD.into())).unwrap();
        assert!(binds(&steps[gone..]).is_empty());
    }

    #[test]
    fn a_link_of_the_system_stays_a_link() {
        let steps = root(&[]).steps(host).unwrap();
        assert!(steps.contains(&Step::Link { at: "/lib".into(), to: "usr/lib".into() }));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for path in ["relative", "/opt/../etc", "/"] {
            assert!(matches!(root(&[path]).steps(host), Err(RootError::NotPlain(_))), "{path}");
        }
    }

    #[test]
    fn a_refusal_names_the_step() {
        let mut system = Recorder { fails: Some((1, Errno::EPERM)), ..Recorder::default() };
        let error = root(&["/usr"]).build(&mut system).unwrap_err();
        assert_eq!(system.steps, [Step::Separate]);
        assert!(error.to_string().contains("EPERM"), "{error}");
    }
}
