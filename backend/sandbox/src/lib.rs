//! The jail of a run: namespaces, mounts, seccomp, limits.
