//! Every bound and every time of the engine, in one place.
/// Messages of a pipe that have not been received, in bytes, before `send` waits.
pub const PIPE_BYTES: u64 = 64 << 20;
