//! Makes the environment an interpreter is started from: a minimal virtual environment whose `.pth` file loads the engine.
//!
//! Written by hand rather than by `python -m venv`, which takes seconds and installs pip. One for each interpreter and package
//! directory, made on first use, shared by every later start. It is complete the moment it can be seen: it is written under
//! another name and renamed, and who loses that race uses the winner's.

use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use forkyard_wire::job::Interpreter;
use sha2::{Digest, Sha256};

use super::discover::Found;
use super::{bytecode, gil};

/// Changes with the layout, so that an environment of an older Forkyard is not taken for one of this.
const FORMAT: u32 = 2;

/// The interpreter with its environment, which is made if there is none yet. `package` is the directory with `_forkyard` in it.
pub(crate) fn prepare(found: &Found, package: &Path) -> Result<Interpreter, EnvironmentError> {
    let root = super::cache_directory().join("environments");
    let environment = root.join(name(found, package));
    if !environment.join("pyvenv.cfg").is_file() {
        make(found, package, &environment).map_err(|source| EnvironmentError { environment: environment.clone(), source })?;
    }
    let state = bytecode::state(package);
    if let Err(error) = bytecode::compile(found, package, &state, &environment.join("compiled")) {
        tracing::debug!(%error, "the package cannot be compiled; programs start some milliseconds later");
    }
    Ok(Interpreter {
        version: found.full(),
        executable: found.executable.clone(),
        prefix: found.prefix.clone(),
        unwatched: gil::unwatched(&environment, package, &state),
        environment,
        package: package.to_path_buf(),
        default_start_method: found.default_start_method(),
    })
}

/// A name that differs whenever the content would.
fn name(found: &Found, package: &Path) -> String {
    let sites: Vec<_> = found.site_packages.iter().map(|path| path.display().to_string()).collect();
    let content = format!(
        "{FORMAT}\n{}\n{}\n{}\n{}\n{}",
        found.full(),
        found.executable.display(),
        found.prefix.display(),
        package.display(),
        sites.join("\n"),
    );
    let digest = Sha256::digest(content.as_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{short}", found.full())
}

fn make(found: &Found, package: &Path, environment: &Path) -> io::Result<()> {
    let draft = environment.with_extension(format!("{}.draft", std::process::id()));
    let made = write(found, package, &draft).and_then(|()| std::fs::rename(&draft, environment));
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&draft);
    }
    match made {
        Err(_) if environment.join("pyvenv.cfg").is_file() => Ok(()),
        made => made,
    }
}

fn write(found: &Found, package: &Path, draft: &Path) -> io::Result<()> {
    let minor = found.minor();
    let binaries = draft.join("bin");
    let packages = draft.join(format!("lib/python{minor}/site-packages"));
    std::fs::create_dir_all(&binaries)?;
    std::fs::create_dir_all(&packages)?;

    let home = found.executable.parent().unwrap_or(Path::new("/"));
    let configuration = format!(
        "home = {}\ninclude-system-site-packages = true\nversion = {}\nexecutable = {}\n",
        home.display(),
        found.full(),
        found.executable.display(),
    );
    std::fs::write(draft.join("pyvenv.cfg"), configuration)?;

    symlink(&found.executable, binaries.join("python"))?;
    symlink("python", binaries.join("python3"))?;
    symlink("python", binaries.join(format!("python{minor}")))?;

    let mut path_file = format!("{}\nimport _forkyard.boot\n", package.display());
    for site in &found.site_packages {
        // Its own `.pth` files count as well, those of editable installs above all.
        let site = serde_json::Value::from(site.display().to_string());
        path_file += &format!("import site; site.addsitedir({site})\n");
    }
    std::fs::write(packages.join("forkyard.pth"), path_file)
}

/// An environment could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the Python environment {}: {source}", .environment.display())]
pub(crate) struct EnvironmentError {
    environment: PathBuf,
    source: io::Error,
}
