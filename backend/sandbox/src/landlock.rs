//! Landlock, where the kernel has it: the file system's rules once more, kept by another part of the kernel.
//!
//! It adds nothing while the mounts hold; it is there for the day when one of them does not. Missing, it is passed over.

use ::landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus,
};

use crate::root::HOME;

/// The newest version whose rights are known here.
const NEWEST: ABI = ABI::V5;

/// Where a run writes.
const WRITABLE: [&str; 3] = [HOME, "/tmp", "/dev/shm"];

/// Where it writes to files that are there and makes none.
const EXISTING: [&str; 2] = ["/dev", "/proc"];

/// Whether Landlock keeps a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// As far as this kernel can.
    Yes,
    /// The kernel has none.
    No,
}

/// Puts the rules on this process, which sees the jail's root, and those it will start.
pub fn apply() -> Result<Kept, RulesetError> {
    let mut ruleset =
        Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(AccessFs::from_all(NEWEST))?.create()?;
    let existing = AccessFs::from_read(NEWEST) | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
    let rules = [("/", AccessFs::from_read(NEWEST))]
        .into_iter()
        .chain(EXISTING.map(|path| (path, existing)))
        .chain(WRITABLE.map(|path| (path, AccessFs::from_all(NEWEST))));
    for (path, access) in rules {
        // A directory that is not there needs no rule.
        if let Ok(directory) = PathFd::new(path) {
            ruleset = ruleset.add_rule(PathBeneath::new(directory, access))?;
        }
    }
    match ruleset.restrict_self()?.ruleset {
        RulesetStatus::NotEnforced => Ok(Kept::No),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(Kept::Yes),
    }
}
