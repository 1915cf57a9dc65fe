//! What a starter asks of a waiting copy, as messages: the descriptors, their numbers, and bytes that only the two sides understand.
//!
//! The kernel passes a few hundred descriptors in one message, so there may be several.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};

use super::{ZygoteError, refused};
use crate::sys::descriptors;

/// The kernel passes so many descriptors in one message.
const MOST_DESCRIPTORS: usize = 253;
/// Bytes of a message at most.
const REQUEST_BYTES: usize = 64 << 10;

/// One process wanted.
#[derive(Debug)]
pub(super) struct Request {
    /// Which copy is meant; another one has been made since it said its pid, and died.
    pub(super) pid: u32,
    /// Each descriptor and the number that the starter has it under.
    pub(super) wanted: Vec<(OwnedFd, RawFd)>,
    pub(super) message: Vec<u8>,
}

impl Request {
    /// Sends one for the copy with this pid.
    pub(super) fn send(control: BorrowedFd<'_>, pid: u32, fds: &[RawFd], message: &[u8]) -> Result<(), ZygoteError> {
        let mut request = Vec::with_capacity(8 + 4 * fds.len() + message.len());
        request.extend(pid.to_ne_bytes());
        request.extend((fds.len() as u32).to_ne_bytes());
        request.extend(fds.iter().flat_map(|fd| fd.to_ne_bytes()));
        request.extend(message);
        if request.len() > REQUEST_BYTES {
            return Err(ZygoteError::TooMuch);
        }
        let mut chunks = fds.chunks(MOST_DESCRIPTORS);
        send(control, &request, chunks.next().unwrap_or_default())?;
        chunks.try_for_each(|chunk| send(control, &[0], chunk))
    }

    /// The next one; `None` when the starter is gone, or something else came.
    pub(super) fn receive(control: BorrowedFd<'_>) -> Option<Self> {
        let mut bytes = vec![0; REQUEST_BYTES];
        let mut fds = Vec::new();
        let len = receive(control, &mut bytes, &mut fds)?;
        let (pid, rest) = bytes.get(..len)?.split_first_chunk::<4>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let (numbers, message) = rest.split_at_checked(4 * u32::from_ne_bytes(*count) as usize)?;
        let numbers: Vec<RawFd> = numbers.as_chunks::<4>().0.iter().map(|number| i32::from_ne_bytes(*number)).collect();
        while fds.len() < numbers.len() {
            receive(control, &mut [0], &mut fds)?;
        }
        let wanted = fds.into_iter().zip(numbers).collect();
        Some(Self { pid: u32::from_ne_bytes(*pid), wanted, message: message.to_vec() })
    }
}

fn send(control: BorrowedFd<'_>, bytes: &[u8], fds: &[RawFd]) -> Result<(), ZygoteError> {
    let rights = [ControlMessage::ScmRights(fds)];
    let passed: &[ControlMessage<'_>] = if fds.is_empty() { &[] } else { &rights };
    loop {
        return match sendmsg::<()>(control.as_raw_fd(), &[IoSlice::new(bytes)], passed, MsgFlags::MSG_NOSIGNAL, None) {
            Ok(_) => Ok(()),
            Err(Errno::EINTR) => continue,
            Err(Errno::EPIPE | Errno::ECONNRESET) => Err(ZygoteError::Gone),
            Err(other) => Err(refused(other)),
        };
    }
}

/// Bytes of one message, with its descriptors; `None` at the end of the socket.
fn receive(control: BorrowedFd<'_>, bytes: &mut [u8], fds: &mut Vec<OwnedFd>) -> Option<usize> {
    let mut space = nix::cmsg_space!([RawFd; MOST_DESCRIPTORS]);
    let mut parts = [IoSliceMut::new(bytes)];
    let got = loop {
        match recvmsg::<()>(control.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC) {
            Err(Errno::EINTR) => {}
            other => break other.ok()?,
        }
    };
    for part in got.cmsgs().ok()? {
        if let ControlMessageOwned::ScmRights(rights) = part {
            fds.extend(rights.into_iter().map(descriptors::adopt));
        }
    }
    // With fewer than were sent, as this process may have no more, nobody can work.
    (got.bytes > 0 && !got.flags.contains(MsgFlags::MSG_CTRUNC)).then_some(got.bytes)
}
