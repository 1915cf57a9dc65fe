//! Processes, locks, queues, pipes, shared values and pools over one nameless arena of shared memory.
//!
//! A plain synchronous library for Linux: it moves bytes, descriptors and shared memory between the processes of one tree.
//! It knows no Python, no JSON and no asynchronous runtime, and starts no thread.
//!
//! | module | what |
//! | --- | --- |
//! | [`shm`] | the arena, its blocks, and the handles that name them in other processes |
//! | [`sync`] | lock, semaphore, event, condition; how anything waits |
//! | [`channel`] | queue and pipe |
//! | [`value`] | typed values and arrays |
//! | [`process`] | fork, spawn, wait |
//! | [`pool`] | the task board, and a pool over it |
//! | [`trace`] | what the primitives record |
//!
//! Objects reach a child by `fork` as they are. To reach a spawned child, pass the arena's descriptor ([`shm::Arena::fd`]) and the
//! object's [`shm::Handle`]; keep the object alive until the child has opened it.
#![deny(unsafe_code)]

pub mod channel;
pub mod limits;
pub mod pool;
pub mod process;
pub mod shm;
pub mod sync;
mod sys;
pub mod trace;
pub mod value;
