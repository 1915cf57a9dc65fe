//! Remembers what interpreters answered, so that a warm start asks none.
//!
//! An answer holds as long as the file does: same path, same target, same time of change. What a shim answers also depends on
//! where and how it is called, so the directory and the version managers' variables belong to its key, and it is asked again
//! after a day.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::discover::Found;

/// Changes with the question, so that old answers are not taken for new ones.
const FORMAT: u32 = 1;

/// How long a shim's answer holds.
const SHIM: Duration = Duration::from_secs(24 * 60 * 60);

/// How many answers are kept.
const ENTRIES: usize = 64;

/// Variables by which version managers choose.
const CHOOSERS: [&str; 3] = ["PYENV_VERSION", "ASDF_PYTHON_VERSION", "MISE_PYTHON_VERSION"];

/// The answers of the last time.
#[derive(Debug)]
pub(crate) struct Cache {
    file: PathBuf,
    entries: BTreeMap<String, Found>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    entries: BTreeMap<String, Found>,
}

impl Cache {
    /// Reads what was kept; nothing when there is nothing that can be read.
    pub(crate) fn open() -> Self {
        let file = super::cache_directory().join("interpreters.json");
        let stored = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok());
        let entries = stored.filter(|stored| stored.format == FORMAT).map(|stored| stored.entries).unwrap_or_default();
        Cache { file, entries }
    }

    /// What this path answered, if it still holds.
    pub(crate) fn get(&self, path: &Path) -> Option<Found> {
        let found = self.entries.get(&key(path)?)?;
        found.executable.is_file().then(|| found.clone())
    }

    /// Adds to what is kept. A cache that cannot be written costs time at the next start and nothing else.
    pub(crate) fn keep<'a>(&self, answers: impl Iterator<Item = (&'a Path, &'a Found)>) {
        let new: BTreeMap<_, _> = answers.filter_map(|(path, found)| Some((key(path)?, found.clone()))).collect();
        let mut entries = self.entries.clone();
        entries.extend(new.clone());
        if entries == self.entries {
            return;
        }
        // Old answers of shims pile up, one for each directory and day: begin anew now and then.
        if entries.len() > ENTRIES {
            entries = new;
        }
        let written = serde_json::to_vec_pretty(&Stored { format: FORMAT, entries }).map_err(Into::into);
        if let Err(error) = written.and_then(|bytes| replace(&self.file, &bytes)) {
            tracing::debug!(file = %self.file.display(), %error, "the interpreters' answers are not kept");
        }
    }
}

/// What an answer depends on, in one text; `None` when the file is gone.
fn key(path: &Path) -> Option<String> {
    let metadata = path.metadata().ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let target = path.canonicalize().ok()?;
    let mut key = format!("{} -> {} {} {changed}", path.display(), target.display(), metadata.len());
    if is_script(path) {
        let day = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs() / SHIM.as_secs();
        let here = std::env::current_dir().ok()?;
        key += &format!(" day {day} in {}", here.display());
        for name in CHOOSERS {
            key += &format!(" {}", std::env::var(name).unwrap_or_default());
        }
    }
    Some(key)
}

fn is_script(path: &Path) -> bool {
    let mut start = [0_u8; 2];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && &start == b"#!"
}

/// Writes beside the file and renames, so that a reader sees the old text or the new one.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let draft = file.with_extension(format!("{}.draft", std::process::id()));
    std::fs::write(&draft, bytes)?;
    std::fs::rename(&draft, file).inspect_err(|_| _ = std::fs::remove_file(&draft))
}
