//! The page's files as small as they get, made once and kept on the disk.
//!
//! The hardest compression takes seconds for the page's module and saves a tenth over what a server does on the way out, so it
//! happens in the background at the first start, and later starts read what that one made. Whoever asks before it is there gets
//! the file compressed on the way out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;

/// 0 to 11. For a module of 1.4 MB: 9 makes 388 KB in 0.3 s, 11 makes 348 KB in 3.3 s.
const QUALITY: u32 = 11;

/// How far back a repetition may lie, as a power of two: as far as every browser follows.
const WINDOW: u32 = 22;

/// Endings worth compressing.
const ENDINGS: [&str; 7] = ["html", "js", "wasm", "css", "svg", "json", "map"];

/// Compressed files by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Compressed(Arc<RwLock<HashMap<String, Bytes>>>);

/// A file of the page: its name, its content, and the hash of that as text.
pub(super) type File = (String, Cow<'static, [u8]>, String);

impl Compressed {
    /// Begins with these files, in the background.
    pub(super) fn begin(files: Vec<File>) -> Self {
        let compressed = Compressed::default();
        let made = compressed.clone();
        std::thread::spawn(move || made.fill(files));
        compressed
    }

    /// The compressed file, if it is there already.
    pub(super) fn get(&self, name: &str) -> Option<Bytes> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn fill(&self, files: Vec<File>) {
        let directory = crate::python::cache_directory().join("page");
        let worth = |name: &str| ENDINGS.into_iter().any(|ending| name.rsplit('.').next() == Some(ending));
        let mut kept = HashSet::new();
        for (name, content, hash) in files.into_iter().filter(|(name, ..)| worth(name)) {
            let file = format!("{hash}.br");
            if let Some(small) = shrunk(&directory.join(&file), &content) {
                self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, small);
            }
            kept.insert(file);
        }
        // What belongs to an older page is not needed any more.
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            if !entry.file_name().to_str().is_some_and(|name| kept.contains(name)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// What an earlier start made, or makes it now. Keeping it is a matter of time only, so failing to is no matter.
fn shrunk(kept: &Path, content: &[u8]) -> Option<Bytes> {
    if let Ok(small) = std::fs::read(kept) {
        return Some(small.into());
    }
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, QUALITY, WINDOW);
    writer.write_all(content).ok()?;
    let small = writer.into_inner();
    let draft = kept.with_extension(std::process::id().to_string());
    let _ = kept
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&draft, &small))
        .and_then(|()| std::fs::rename(&draft, kept));
    Some(small.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_once_is_read_the_next_time() {
        let directory = tempfile::tempdir().unwrap();
        let kept = directory.path().join("page/hash.br");
        let content = b"a page, a page, a page".repeat(50);
        let small = shrunk(&kept, &content).unwrap();
        assert!(small.len() < content.len() / 10);
        assert_eq!(std::fs::read(&kept).unwrap(), small);

        std::fs::write(&kept, "kept").unwrap();
        assert_eq!(shrunk(&kept, &content).unwrap(), "kept");
    }
}
