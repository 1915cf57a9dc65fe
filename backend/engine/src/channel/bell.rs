//! The descriptor that tells others' `poll(2)` that there is something to take.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use nix::unistd::{read, write};

/// Makes a descriptor readable and quiet again. Both are called under the chain's tail lock.
pub(super) trait Bell {
    /// Whether there is a descriptor at all.
    const AUDIBLE: bool = true;

    /// Makes it readable. `false`: nobody will ever hear it.
    fn ring(&self) -> bool;
    /// Makes the own side's descriptor quiet.
    fn silence(&self);
}

/// No descriptor, at least not in this process.
pub(super) struct NoBell;

impl Bell for NoBell {
    const AUDIBLE: bool = false;

    fn ring(&self) -> bool {
        true
    }
    fn silence(&self) {}
}

/// An eventfd, which has no sides.
pub(super) struct Eventfd<'a>(pub(super) &'a OwnedFd);

impl Bell for Eventfd<'_> {
    fn ring(&self) -> bool {
        // It can only fail when it is readable already.
        let _ = write(self.0, &1_u64.to_ne_bytes());
        true
    }

    fn silence(&self) {
        // It can only fail when it is quiet already.
        let _ = read(self.0.as_fd(), &mut [0; 8]);
    }
}

/// What a bell writes into a socket. `reduction.send_handle` sends a descriptor over it with the byte that says how many: never none.
const RUNG: u8 = 0;

/// One of a pair of stream sockets: what is rung here is heard at the other one.
pub(super) struct Socket<'a>(pub(super) &'a OwnedFd);

impl Bell for Socket<'_> {
    fn ring(&self) -> bool {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        loop {
            match send(self.0.as_raw_fd(), &[RUNG], flags) {
                Err(Errno::EINTR) => {}
                // A full socket is readable.
                Ok(_) | Err(Errno::EAGAIN) => return true,
                Err(_) => return false,
            }
        }
    }

    fn silence(&self) {
        let mut bytes = [0; 64];
        let mut rung = bytes.len();
        while rung == bytes.len() {
            let seen = recv(self.0.as_raw_fd(), &mut bytes, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_PEEK).unwrap_or(0);
            rung = bytes[..seen].iter().take_while(|&&byte| byte == RUNG).count();
            if rung > 0 {
                let _ = recv(self.0.as_raw_fd(), &mut bytes[..rung], MsgFlags::MSG_DONTWAIT);
            }
        }
    }
}
