//! The system calls and the raw memory: the only place of this crate with `unsafe`. What it offers is safe.
#![allow(unsafe_code)]
