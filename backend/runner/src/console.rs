//! The program's standard streams in a jail: two datagram sockets into one, and a pipe.
//!
//! Both output streams end in one receiving socket, so that the kernel itself keeps the order in which all processes wrote to
//! both; with each piece it tells who wrote it and when. The address of the sender tells the stream.

use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use forkyard_wire::run::Stream;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixAddr, UnixCredentials, bind, connect, getsockname,
    getsockopt, recvmsg, setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeSpec, TimeValLike};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{pipe2, write};

/// How much may wait in a stream's socket; the machine may allow less.
const WAITING: usize = 4 << 20;

/// The most text that waits for the program to read it. What comes beyond is let go.
const TYPED: usize = 1 << 20;

/// One write of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Who wrote.
    pub(crate) pid: u32,
    /// Where.
    pub(crate) stream: Stream,
    /// When: CLOCK_MONOTONIC, nanoseconds.
    pub(crate) t_ns: u64,
    /// What.
    pub(crate) bytes: Vec<u8>,
}

/// The program's ends, to be handed to it.
#[derive(Debug)]
pub(crate) struct ProgramStreams {
    /// Its standard input.
    pub(crate) stdin: OwnedFd,
    /// Its standard output.
    pub(crate) stdout: OwnedFd,
    /// Its standard error.
    pub(crate) stderr: OwnedFd,
}

/// Our end of the output.
#[derive(Debug)]
pub(crate) struct Receiver {
    socket: OwnedFd,
    stderr: Vec<u8>,
    buffer: Vec<u8>,
    control: Vec<u8>,
}

/// Our end of the input.
#[derive(Debug)]
pub(crate) struct Keyboard {
    pipe: Option<OwnedFd>,
    typed: Vec<u8>,
    closing: bool,
}

/// Makes all of them, in the network namespace of the caller.
pub(crate) fn open() -> Result<(ProgramStreams, Receiver, Keyboard), Errno> {
    let receiving = datagrams()?;
    bind(receiving.as_raw_fd(), &UnixAddr::new_unnamed())?;
    setsockopt(&receiving, sockopt::PassCred, &true)?;
    setsockopt(&receiving, sockopt::ReceiveTimestampns, &true)?;
    let to: UnixAddr = getsockname(receiving.as_raw_fd())?;
    let sender = || -> Result<OwnedFd, Errno> {
        let sending = datagrams()?;
        bind(sending.as_raw_fd(), &UnixAddr::new_unnamed())?;
        connect(sending.as_raw_fd(), &to)?;
        // Root may go beyond what the machine allows to everybody.
        if setsockopt(&sending, sockopt::SndBufForce, &WAITING).is_err() {
            setsockopt(&sending, sockopt::SndBuf, &WAITING)?;
        }
        Ok(sending)
    };
    let (stdout, stderr) = (sender()?, sender()?);
    let name: UnixAddr = getsockname(stderr.as_raw_fd())?;
    let receiver = Receiver {
        socket: receiving,
        stderr: name.as_abstract().unwrap_or_default().to_vec(),
        // No datagram is longer than what may wait.
        buffer: vec![0; getsockopt(&stderr, sockopt::SndBuf)?],
        control: nix::cmsg_space!(UnixCredentials, TimeSpec),
    };
    let (stdin, typing) = pipe2(OFlag::O_CLOEXEC)?;
    fcntl(&typing, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    let keyboard = Keyboard { pipe: Some(typing), typed: Vec::new(), closing: false };
    Ok((ProgramStreams { stdin, stdout, stderr }, receiver, keyboard))
}

fn datagrams() -> Result<OwnedFd, Errno> {
    socket(AddressFamily::Unix, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)
}

impl Receiver {
    /// The descriptor, to be waited for.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// At most `most` pieces that have arrived, in the order in which they were written.
    pub(crate) fn receive(&mut self, most: usize) -> Result<Vec<Piece>, Errno> {
        let behind = real_ahead_of_monotonic()?;
        let mut pieces = Vec::new();
        while pieces.len() < most {
            match self.next(behind) {
                Ok(piece) => pieces.push(piece),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(pieces)
    }

    fn next(&mut self, behind: i64) -> Result<Piece, Errno> {
        let mut parts = [IoSliceMut::new(&mut self.buffer)];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_CMSG_CLOEXEC;
        let message = recvmsg::<UnixAddr>(self.socket.as_raw_fd(), &mut parts, Some(&mut self.control), flags)?;
        let (mut pid, mut stamp) = (0, None);
        for control in message.cmsgs()? {
            match control {
                ControlMessageOwned::ScmCredentials(credentials) => pid = credentials.pid() as u32,
                ControlMessageOwned::ScmTimestampns(time) => stamp = Some(time),
                _ => {}
            }
        }
        let is_stderr = message.address.as_ref().and_then(UnixAddr::as_abstract) == Some(self.stderr.as_slice());
        let length = message.bytes;
        let t_ns = stamp.map_or_else(monotonic_ns, |stamp| Ok(stamp.num_nanoseconds().saturating_sub(behind).max(0) as u64))?;
        let stream = if is_stderr { Stream::Stderr } else { Stream::Stdout };
        Ok(Piece { pid, stream, t_ns, bytes: self.buffer[..length].to_vec() })
    }
}

impl Keyboard {
    /// The descriptor to be waited for until there is room, when something waits to be written.
    pub(crate) fn waiting(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().filter(|_| !self.typed.is_empty()).map(AsFd::as_fd)
    }

    /// Types; what the program does not read yet waits.
    pub(crate) fn type_text(&mut self, text: &str) {
        let room = TYPED.saturating_sub(self.typed.len());
        self.typed.extend_from_slice(&text.as_bytes()[..text.len().min(room)]);
        self.push();
    }

    /// The end of the input, after everything that was typed.
    pub(crate) fn close(&mut self) {
        self.closing = true;
        self.push();
    }

    /// Writes what there is room for.
    pub(crate) fn push(&mut self) {
        while let Some(pipe) = self.pipe.as_ref().filter(|_| !self.typed.is_empty()) {
            match write(pipe, &self.typed) {
                Ok(length) => drop(self.typed.drain(..length)),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                // Nobody reads any more.
                Err(_) => self.typed.clear(),
            }
        }
        if self.closing && self.typed.is_empty() {
            self.pipe = None;
        }
    }
}

/// Now, on the clock that everything is told in.
pub(crate) fn monotonic_ns() -> Result<u64, Errno> {
    Ok(clock_gettime(ClockId::CLOCK_MONOTONIC)?.num_nanoseconds() as u64)
}

/// The kernel stamps datagrams with the time of day.
fn real_ahead_of_monotonic() -> Result<i64, Errno> {
    let real = clock_gettime(ClockId::CLOCK_REALTIME)?.num_nanoseconds();
    Ok(real - clock_gettime(ClockId::CLOCK_MONOTONIC)?.num_nanoseconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::unistd::read;

    #[test]
    fn pieces_keep_their_order_over_both_streams_and_tell_their_writer() {
        let (program, mut receiver, _keyboard) = open().unwrap();
        for (stream, text) in [(&program.stdout, "a"), (&program.stderr, "b"), (&program.stdout, "c")] {
            write(stream, text.as_bytes()).unwrap();
        }
        let pieces = receiver.receive(10).unwrap();
        let told: Vec<_> = pieces.iter().map(|piece| (piece.stream, piece.bytes.as_slice())).collect();
        assert_eq!(told, [(Stream::Stdout, b"a".as_slice()), (Stream::Stderr, b"b"), (Stream::Stdout, b"c")]);
        assert!(pieces.iter().all(|piece| piece.pid == std::process::id()));
        assert!(pieces[0].t_ns <= monotonic_ns().unwrap());
    }

    #[test]
    fn typing_never_waits_and_arrives_whole() {
        let (program, _receiver, mut keyboard) = open().unwrap();
        let text = "x".repeat(200_000);
        keyboard.type_text(&text);
        keyboard.close();
        let mut arrived = 0;
        let mut piece = [0; 65_536];
        loop {
            match read(&program.stdin, &mut piece).unwrap() {
                0 => break,
                length => arrived += length,
            }
            keyboard.push();
        }
        assert_eq!(arrived, text.len());
    }
}
