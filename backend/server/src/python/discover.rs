//! Finds every CPython from 3.11 on and asks each what it is.
//!
//! Looks at `FORKYARD_PYTHON`, at `python3` on the PATH (which may be a slow shim, and is asked rather than trusted), in
//! `~/.pyenv/versions`, and for `python3.N` in the usual directories. All are asked at once, with a deadline; answers are
//! remembered ([`super::cache`]). An interpreter that does not answer, that is too old, or that is no CPython is left out and
//! the reason kept for `forkyard doctor`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use forkyard_wire::run::StartMethod;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::cache::Cache;
use crate::limits;

/// The oldest version that the engine supports.
pub(crate) const OLDEST: (u32, u32) = (3, 11);

/// Directories that hold interpreters named `python3.N`.
const DIRECTORIES: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"];

/// Modules of the standard library that a build without their C library lacks, and that lessons or programs use.
const QUESTION: &str = r#"
import json, sys, sysconfig
from importlib.util import find_spec
wanted = ["_multiprocessing", "_posixshmem", "_ctypes", "_ssl", "_sqlite3", "_bz2", "_lzma", "zlib", "_decimal"]
sites = [p for p in sys.path if p.endswith("-packages")] if sys.prefix != sys.base_prefix else []
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": list(sys.version_info[:3]),
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "prefix": sys.base_prefix,
    "modules": sum(find_spec(name) is not None for name in wanted),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "site_packages": sites,
}))
"#;

/// An interpreter, as it described itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// `cpython`.
    pub(crate) implementation: String,
    /// Major, minor, patch.
    pub(crate) version: (u32, u32, u32),
    /// The real binary, never a shim, never a virtual environment's.
    pub(crate) executable: PathBuf,
    /// `sys.base_prefix`.
    pub(crate) prefix: PathBuf,
    /// How many of the standard library's optional modules it has.
    pub(crate) modules: u32,
    /// Whether it was built without the interpreter's lock; the extension's stable ABI does not hold there.
    pub(crate) free_threaded: bool,
    /// The packages of the virtual environment it was found in, if it was in one.
    pub(crate) site_packages: Vec<PathBuf>,
}

impl Found {
    /// `3.13`.
    pub(crate) fn minor(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// `3.13.0`.
    pub(crate) fn full(&self) -> String {
        format!("{}.{}.{}", self.version.0, self.version.1, self.version.2)
    }

    /// What `multiprocessing` does by itself on Linux: fork up to 3.13, forkserver from 3.14 on.
    pub(crate) fn default_start_method(&self) -> StartMethod {
        if (self.version.0, self.version.1) >= (3, 14) { StartMethod::Forkserver } else { StartMethod::Fork }
    }
}

/// Where an interpreter was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// `FORKYARD_PYTHON` names its path.
    Named,
    /// It is what `python3` means.
    Path,
    /// It lies where interpreters lie.
    Directory,
}

/// Something that may be an interpreter, and what it answered.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Where it was looked for.
    pub(crate) source: Source,
    /// Its path, before any link is followed.
    pub(crate) path: PathBuf,
    /// Its answer.
    pub(crate) answer: Result<Found, AskError>,
}

/// Asks everything that may be an interpreter. `named` is the path in `FORKYARD_PYTHON`, when that is a path.
pub(crate) async fn candidates(named: Option<&Path>) -> Vec<Candidate> {
    let cache = Cache::open();
    let asked = paths(named).into_iter().map(|(source, path)| {
        let remembered = cache.get(&path);
        async move {
            let answer = match remembered {
                Some(found) => Ok(found),
                None => ask(&path).await,
            };
            Candidate { source, path, answer: answer.and_then(suitable) }
        }
    });
    let answers = futures::future::join_all(asked).await;
    cache.keep(answers.iter().filter_map(|candidate| Some((&*candidate.path, candidate.answer.as_ref().ok()?))));
    answers
}

/// Every path worth asking, most wanted first; two names of one file once.
fn paths(named: Option<&Path>) -> Vec<(Source, PathBuf)> {
    let mut all: Vec<(Source, PathBuf)> = named.into_iter().map(|path| (Source::Named, path.to_path_buf())).collect();
    all.extend(on_path("python3").map(|path| (Source::Path, path)));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    let versions = pyenv.map(|root| entries(&root.join("versions"))).unwrap_or_default();
    let homes = versions.into_iter().map(|version| version.join("bin"));
    for directory in homes.chain(DIRECTORIES.map(PathBuf::from)) {
        all.extend(entries(&directory).into_iter().filter(|path| is_versioned(path)).map(|path| (Source::Directory, path)));
    }
    // A virtual environment's python is a link to the real one and means something else: only what was not named is merged.
    let mut seen = Vec::new();
    all.retain(|(source, path)| {
        let real = match source {
            Source::Directory => path.canonicalize().ok(),
            Source::Named | Source::Path => Some(path.clone()),
        };
        real.is_some_and(|real| {
            !seen.contains(&real) && {
                seen.push(real);
                true
            }
        })
    });
    all
}

/// Asks one interpreter what it is.
async fn ask(path: &Path) -> Result<Found, AskError> {
    let mut command = Command::new(path);
    command.args(["-I", "-c", QUESTION]).stdin(std::process::Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(limits::ASK_INTERPRETER, command.output())
        .await
        .map_err(|_| AskError::Silent(limits::ASK_INTERPRETER))?
        .map_err(AskError::Start)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(AskError::Failed(said.lines().last().unwrap_or("it said nothing").trim().to_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(AskError::Answer)
}

/// Lets through what the engine can work with.
fn suitable(found: Found) -> Result<Found, AskError> {
    if found.implementation != "cpython" {
        Err(AskError::NotCPython(found.implementation))
    } else if (found.version.0, found.version.1) < OLDEST {
        Err(AskError::TooOld(found.full()))
    } else if found.free_threaded {
        Err(AskError::FreeThreaded(found.full()))
    } else {
        Ok(found)
    }
}

/// The first file of this name on the PATH.
fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|directory| directory.join(name)).find(|path| path.is_file())
}

/// What lies in a directory, in the order of names; nothing when it cannot be read.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

/// Whether a file is called `python3.N`, with N at least the oldest that will do: `python3.13-config` is not, `python3.9` is
/// not worth starting.
fn is_versioned(path: &Path) -> bool {
    let minor = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("python3."));
    minor.and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor >= OLDEST.1)
}

/// Why something is not an interpreter that Forkyard can use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// It could not be started.
    #[error("it cannot be started: {0}")]
    Start(std::io::Error),
    /// It did not answer in time.
    #[error("it did not answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// It ended with an error; its last words.
    #[error("it failed: {0}")]
    Failed(String),
    /// It answered something else.
    #[error("it gave an answer that makes no sense: {0}")]
    Answer(serde_json::Error),
    /// It is another Python.
    #[error("it is {0}, not CPython")]
    NotCPython(String),
    /// It is too old.
    #[error("it is {0}, and the engine needs {major}.{minor} or later", major = OLDEST.0, minor = OLDEST.1)]
    TooOld(String),
    /// It has no stable ABI.
    #[error("it is {0} without the GIL, where the engine's extension does not load yet")]
    FreeThreaded(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_versions_count() {
        for (name, expected) in [
            ("python3.11", true),
            ("python3.14", true),
            ("python3.9", false),
            ("python3", false),
            ("python3.13-config", false),
            ("python3.13t", false),
        ] {
            assert_eq!(is_versioned(Path::new("/usr/bin").join(name).as_path()), expected, "{name}");
        }
    }

    #[test]
    fn the_start_method_changes_with_3_14() {
        let found = |minor| Found {
            implementation: "cpython".into(),
            version: (3, minor, 0),
            executable: PathBuf::new(),
            prefix: PathBuf::new(),
            modules: 9,
            free_threaded: false,
            site_packages: Vec::new(),
        };
        assert_eq!(found(13).default_start_method(), StartMethod::Fork);
        assert_eq!(found(14).default_start_method(), StartMethod::Forkserver);
        assert!(matches!(suitable(found(10)), Err(AskError::TooOld(_))));
    }
}
