//! Processes, locks, queues, pipes, shared values and pools over one nameless arena of shared memory.
//!
//! A plain synchronous library for Linux: it moves bytes, descriptors and shared memory between the processes of one tree.
//! It knows no Python, no JSON and no asynchronous runtime, and starts no thread.
//!
//! | module | what |
//! | --- | --- |
//! | [`shm`] | the arena, its blocks, and the handles that name them in other processes; segments with names in the file system |
//! | [`sync`] | lock, semaphore, event, condition; how anything waits |
//! | [`channel`] | queue and pipe |
//! | [`value`] | typed values and arrays |
//! | [`process`] | fork, spawn, wait; zygotes |
//! | [`pool`] | the task board, and a pool over it |
//! | [`trace`] | what the primitives record |
//!
//! Objects reach a child by `fork` as they are. To reach a spawned child, pass the arena's descriptor ([`shm::Arena::fd`]) and the
//! object's [`shm::Handle`]; keep the object alive until the child has opened it.
//!
//! # When a process dies
//!
//! Every process of the tree may be killed at any moment; the others go on.
//!
//! | it was | the others |
//! | --- | --- |
//! | holding a [`sync::Lock`] | waiters get [`sync::AcquireError::OwnerDied`] with its pid, within half a second |
//! | holding a permit of a [`sync::Semaphore`] | have one permit less: a permit has no owner |
//! | waiting for anything | are woken in its place, at the latest after 400 ms |
//! | waiting in a [`sync::Condition`] | notify somebody else |
//! | putting into a [`channel::Queue`] or sending | find the message whole or not at all; an acknowledged one is there |
//! | getting from a queue or receiving | find the message still there, or it went with the dead; never twice |
//! | the last one with an end of a [`channel::pipe`] | receive what it had sent, then the end of file |
//! | doing a task of a [`pool::Board`] | learn which one |
//! | the last one of the tree | leave no [`shm::named`] segment: the guard removes them |
//! | holding shared memory | do not miss it: what it held is given back before the arena grows, by whoever needs memory |
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
