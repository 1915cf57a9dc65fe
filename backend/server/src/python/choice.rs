//! The interpreters that were found, one for each minor version, and which of them is meant.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::discover::{self, Candidate, Found, Source};

/// The interpreters, newest first, and the default one.
#[derive(Debug, Clone)]
pub(crate) struct Interpreters {
    found: Vec<Found>,
    default: usize,
}

impl Interpreters {
    /// Finds all, following `FORKYARD_PYTHON`: a version picks the default, a path is asked and becomes it.
    pub(crate) async fn find() -> Result<Self, ChoiceError> {
        let wish = Wish::from_environment(std::env::var_os("FORKYARD_PYTHON"));
        let named = match &wish {
            Wish::Path(path) => Some(path.as_path()),
            Wish::Version(_) | Wish::Nothing => None,
        };
        Self::choose(discover::candidates(named).await, &wish)
    }

    /// Keeps one interpreter for each minor version and settles the default.
    fn choose(candidates: Vec<Candidate>, wish: &Wish) -> Result<Self, ChoiceError> {
        let mut kept: Vec<(Source, Found)> = Vec::new();
        for candidate in candidates {
            let found = match candidate.answer {
                Ok(found) => found,
                Err(error) if candidate.source == Source::Named => {
                    return Err(ChoiceError::Named { path: candidate.path, reason: error.to_string() });
                }
                Err(error) => {
                    tracing::debug!(path = %candidate.path.display(), %error, "not an interpreter for Forkyard");
                    continue;
                }
            };
            match kept.iter_mut().find(|(_, other)| other.minor() == found.minor()) {
                Some(other) if better((candidate.source, &found), (other.0, &other.1)) => *other = (candidate.source, found),
                Some(_) => {}
                None => kept.push((candidate.source, found)),
            }
        }
        kept.sort_by_key(|(_, found)| std::cmp::Reverse(found.version));
        let of_source = |wanted| kept.iter().position(|(source, _)| *source == wanted);
        let default = of_source(Source::Named).or_else(|| of_source(Source::Path)).unwrap_or(0);
        let mut interpreters = Interpreters { default, found: kept.into_iter().map(|(_, found)| found).collect() };
        if interpreters.found.is_empty() {
            return Err(ChoiceError::NoneFound);
        }
        if let Wish::Version(version) = wish {
            interpreters.default = interpreters.position(version)?;
        }
        Ok(interpreters)
    }

    /// Those found, newest first.
    pub(crate) fn all(&self) -> &[Found] {
        &self.found
    }

    /// The one a run gets unless it asks for another.
    pub(crate) fn default(&self) -> &Found {
        &self.found[self.default]
    }

    /// The one with this version, `3.12` or `3.12.1`; the default one for `None`.
    pub(crate) fn pick(&self, version: Option<&str>) -> Result<&Found, ChoiceError> {
        match version {
            None => Ok(self.default()),
            Some(version) => Ok(&self.found[self.position(version)?]),
        }
    }

    fn position(&self, version: &str) -> Result<usize, ChoiceError> {
        let is_meant = |found: &Found| found.minor() == version || found.full() == version;
        self.found.iter().position(is_meant).ok_or_else(|| ChoiceError::Unknown {
            wanted: version.to_owned(),
            found: self.found.iter().map(Found::minor).collect::<Vec<_>>().join(", "),
        })
    }
}

/// Whether the first is to be kept of two of one minor version: what was asked for, then the fuller standard library, then
/// what `python3` means, then the later patch.
fn better(new: (Source, &Found), old: (Source, &Found)) -> bool {
    let rank =
        |(source, found): (Source, &Found)| (source == Source::Named, found.modules, source == Source::Path, found.version);
    rank(new) > rank(old)
}

/// What `FORKYARD_PYTHON` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Nothing,
    Version(String),
    Path(PathBuf),
}

impl Wish {
    fn from_environment(value: Option<OsString>) -> Self {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return Wish::Nothing };
        match value.to_str() {
            Some(text) if text.chars().all(|c| c.is_ascii_digit() || c == '.') => Wish::Version(text.to_owned()),
            _ => Wish::Path(std::path::absolute(Path::new(&value)).unwrap_or_else(|_| PathBuf::from(value))),
        }
    }
}

/// Why there is no interpreter to take.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChoiceError {
    /// There is none at all.
    #[error("no CPython {}.{} or later was found on this machine: install one, or name one with FORKYARD_PYTHON", discover::OLDEST.0, discover::OLDEST.1)]
    NoneFound,
    /// None has this version.
    #[error("there is no Python {wanted} here; found: {found}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// The minor versions that are there.
        found: String,
    },
    /// The one named by its path will not do.
    #[error("FORKYARD_PYTHON names {}, but {reason}", .path.display())]
    Named {
        /// The path.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(source: Source, version: (u32, u32, u32), modules: u32) -> Candidate {
        let path = PathBuf::from(format!("/{source:?}/{}.{}.{}", version.0, version.1, version.2));
        let found = Found {
            implementation: "cpython".into(),
            version,
            executable: path.clone(),
            prefix: "/".into(),
            modules,
            free_threaded: false,
            site_packages: Vec::new(),
        };
        Candidate { source, path, answer: Ok(found) }
    }

    #[test]
    fn one_is_kept_for_each_minor_version_and_the_fuller_library_wins() {
        let all = vec![
            candidate(Source::Path, (3, 11, 7), 9),
            candidate(Source::Directory, (3, 13, 0), 5),
            candidate(Source::Directory, (3, 13, 1), 9),
            candidate(Source::Directory, (3, 11, 2), 9),
        ];
        let interpreters = Interpreters::choose(all, &Wish::Nothing).unwrap();
        let versions: Vec<_> = interpreters.all().iter().map(Found::full).collect();
        assert_eq!(versions, ["3.13.1", "3.11.7"]);
        assert_eq!(interpreters.default().full(), "3.11.7", "what python3 means is the default");
    }

    #[test]
    fn a_wish_for_a_version_moves_the_default() {
        let all = || vec![candidate(Source::Path, (3, 11, 7), 9), candidate(Source::Directory, (3, 13, 0), 9)];
        let interpreters = Interpreters::choose(all(), &Wish::Version("3.13".into())).unwrap();
        assert_eq!(interpreters.default().full(), "3.13.0");
        assert_eq!(interpreters.pick(Some("3.11.7")).unwrap().full(), "3.11.7");
        let refused = Interpreters::choose(all(), &Wish::Version("3.12".into())).unwrap_err().to_string();
        assert_eq!(refused, "there is no Python 3.12 here; found: 3.13, 3.11");
    }

    #[test]
    fn a_named_interpreter_that_will_not_do_is_refused_by_name() {
        let mut named = candidate(Source::Named, (3, 9, 0), 9);
        named.answer = Err(discover::AskError::TooOld("3.9.0".into()));
        let error = Interpreters::choose(vec![named], &Wish::Nothing).unwrap_err().to_string();
        assert!(error.contains("/Named/3.9.0") && error.contains("3.11 or later"), "{error}");
    }

    #[test]
    fn forkyard_python_is_a_version_or_a_path() {
        assert_eq!(Wish::from_environment(Some("3.13".into())), Wish::Version("3.13".into()));
        assert_eq!(Wish::from_environment(Some("/opt/python".into())), Wish::Path("/opt/python".into()));
        assert_eq!(Wish::from_environment(Some("".into())), Wish::Nothing);
    }
}
