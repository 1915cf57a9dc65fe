//! The page's files as small as they get, made once and kept on the disk.
//!
//! The hardest compression takes seconds for the page's module and saves a tenth over what a server does on the way out, so it
//! happens in the background when a browser first asks, and later starts read what that one made. Whoever asks before it is there
//! gets the file compressed on the way out. A server that only runs programs never takes a core from them for it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::body::Bytes;

/// 0 to 11. For a module of 1.4 MB: 9 makes 388 KB in 0.3 s, 11 makes 348 KB in 3.3 s.
const QUALITY: u32 = 11;

/// How far back a repetition may lie, as a power of two: as far as every browser follows.
const WINDOW: u32 = 22;

/// Endings worth compressing.
const ENDINGS: [&str; 7] = ["html", "js", "wasm", "css", "svg", "json", "map"];

/// Compressed files by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Compressed {
    made: Arc<RwLock<HashMap<String, Bytes>>>,
    /// What nobody has asked for yet.
    missing: Arc<Mutex<Vec<File>>>,
}

/// A file of the page: its name, its content, and the hash of that as text.
pub(super) type File = (String, Cow<'static, [u8]>, String);

impl Compressed {
    /// What earlier starts have made of these files; the others are made when one of them is asked for.
    pub(super) fn of(files: Vec<File>) -> Self {
        let directory = directory();
        let worth = |name: &str| ENDINGS.into_iter().any(|ending| name.rsplit('.').next() == Some(ending));
        let files: Vec<File> = files.into_iter().filter(|(name, ..)| worth(name)).collect();
        // What belongs to an older page is not needed any more.
        let wanted: HashSet<String> = files.iter().map(|(.., hash)| kept(hash)).collect();
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            if !entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        let mut made = HashMap::new();
        let mut missing = Vec::new();
        for file in files {
            match std::fs::read(directory.join(kept(&file.2))) {
                Ok(small) => drop(made.insert(file.0, small.into())),
                Err(_) => missing.push(file),
            }
        }
        Compressed { made: Arc::new(RwLock::new(made)), missing: Arc::new(Mutex::new(missing)) }
    }

    /// The compressed file, if it is there already.
    pub(super) fn get(&self, name: &str) -> Option<Bytes> {
        let found = self.made.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if found.is_none() {
            let missing = std::mem::take(&mut *self.missing.lock().unwrap_or_else(PoisonError::into_inner));
            if !missing.is_empty() {
                let made = self.made.clone();
                std::thread::spawn(move || make(missing, &made));
            }
        }
        found
    }
}

fn make(files: Vec<File>, made: &RwLock<HashMap<String, Bytes>>) {
    for (name, content, hash) in files {
        if let Ok(small) = shrunk(&content) {
            let small = Bytes::from(small);
            keep(&directory().join(kept(&hash)), &small);
            made.write().unwrap_or_else(PoisonError::into_inner).insert(name, small);
        }
    }
}

fn shrunk(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, QUALITY, WINDOW);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

/// For later starts. Keeping it is a matter of time only, so failing to is no matter.
fn keep(place: &Path, small: &[u8]) {
    let draft = place.with_extension(std::process::id().to_string());
    let _ = place
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&draft, small))
        .and_then(|()| std::fs::rename(&draft, place));
}

fn directory() -> PathBuf {
    crate::python::cache_directory().join("page")
}

/// What a file with this hash is called there.
fn kept(hash: &str) -> String {
    format!("{hash}.br")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_small_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("page").join(kept("hash"));
        let content = b"a page, a page, a page".repeat(50);
        let small = shrunk(&content).unwrap();
        assert!(small.len() < content.len() / 10);
        keep(&place, &small);
        assert_eq!(std::fs::read(&place).unwrap(), small);
    }
}
