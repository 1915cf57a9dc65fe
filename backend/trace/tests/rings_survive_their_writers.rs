//! Real processes write, and are killed, while the reader reads.

use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use forkyard_trace::event::{Event, Kind};
use forkyard_trace::memory::{LONG_RING_EVENTS, SLOTS, TraceMemory};
use forkyard_trace::names::Name;
use forkyard_trace::reader::{RawBatch, Reader};
use forkyard_trace::recorder;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

const WATCHDOG: Duration = Duration::from_secs(300);

/// Runs `body` in a forked child, which then exits.
fn child(body: impl FnOnce()) -> Pid {
    // SAFETY: the child calls nothing but this crate, the allocator (which glibc makes usable after a fork) and `_exit`.
    match unsafe { fork() }.expect("no process can be forked") {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            // Some write for ever: they must not outlive a test that fails.
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).expect("the kernel takes the signal");
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_ok();
            // SAFETY: `_exit` may be called at any time.
            unsafe { nix::libc::_exit(i32::from(!done)) }
        }
    }
}

/// Records `number` so that a torn event is told from a whole one.
fn record_number(number: u64) {
    recorder::record_at(number, Kind::Sent, number as u32, !number);
}

fn number_of(event: &Event) -> u64 {
    assert_eq!(event.kind, Kind::Sent.pack());
    assert_eq!((event.object, event.argument), (event.t_ns as u32, !event.t_ns), "a torn event was read");
    event.t_ns
}

fn is_ascending(numbers: &[u64]) -> bool {
    numbers.windows(2).all(|pair| pair[0] < pair[1])
}

#[test]
fn no_event_is_torn_wherever_a_writer_is_killed() {
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    let mut read_of_all = 0;
    for round in 0..400_u64 {
        let started = Instant::now();
        let pid = child(|| {
            recorder::attach(fd).unwrap();
            (1..u64::MAX).for_each(record_number);
        });
        let mut numbers = Vec::new();
        let mut lost = 0;
        let mut take = |batches: Vec<RawBatch>| {
            for batch in batches {
                assert_eq!(batch.pid, pid.as_raw() as u32);
                numbers.extend(batch.events.iter().map(number_of));
                lost += batch.lost;
            }
            numbers.len() as u64 + lost
        };
        // A different number of events before each kill, so that it strikes at a different point.
        while take(reader.drain().unwrap()) < round * 37 % 5000 + 1 {
            assert!(started.elapsed() < WATCHDOG, "the child does not write");
        }
        kill(pid, Signal::SIGKILL).unwrap();
        waitpid(pid, None).unwrap();
        reader.died(pid.as_raw() as u32);
        take(reader.drain().unwrap());
        assert!(is_ascending(&numbers), "events came out of order");
        // The single thread had at most one event begun when it was killed.
        assert_eq!(numbers.last().copied(), Some(numbers.len() as u64 + lost), "written is not read and lost");
        read_of_all += numbers.len();
        assert_eq!(reader.owners(), [] as [u32; 0], "the slot was not given back");
    }
    assert!(read_of_all > 400);
}

#[test]
fn a_killed_process_with_threads_leaves_whole_events_and_its_slot() {
    const THREADS: u64 = 3;
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    for round in 0..150_u64 {
        let started = Instant::now();
        let pid = child(|| {
            recorder::attach(fd).unwrap();
            std::thread::scope(|scope| {
                for thread in 0..THREADS {
                    scope.spawn(move || (1..u64::from(u32::MAX)).for_each(|number| record_number(thread << 32 | number)));
                }
            });
        });
        let mut read = vec![Vec::new(); THREADS as usize];
        let mut count = 0;
        let mut take = |batches: Vec<RawBatch>| {
            for number in batches.iter().flat_map(|batch| &batch.events).map(number_of) {
                read[(number >> 32) as usize].push(number);
                count += 1;
            }
            count
        };
        while take(reader.drain().unwrap()) < round * 53 % 3000 + 1 {
            assert!(started.elapsed() < WATCHDOG, "the child does not write");
        }
        kill(pid, Signal::SIGKILL).unwrap();
        waitpid(pid, None).unwrap();
        reader.died(pid.as_raw() as u32);
        take(reader.drain().unwrap());
        assert!(read.iter().all(|numbers| is_ascending(numbers)), "events of a thread came out of order");
        assert_eq!(reader.owners(), [] as [u32; 0], "the slot was not given back");
    }
}

#[test]
fn what_is_lost_is_counted_exactly() {
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    let written = 3 * LONG_RING_EVENTS as u64 + 1234;
    let pid = child(|| {
        recorder::attach(fd).unwrap();
        (1..=written).for_each(record_number);
    });
    waitpid(pid, None).unwrap();
    reader.died(pid.as_raw() as u32);
    let batches = reader.drain().unwrap();
    let [batch] = &batches[..] else { panic!("one process wrote") };
    assert!(batch.last);
    assert_eq!(batch.events.len(), LONG_RING_EVENTS);
    assert_eq!(batch.lost, written - LONG_RING_EVENTS as u64);
    assert_eq!(number_of(&batch.events[0]), batch.lost + 1);
}

#[test]
fn threads_of_one_process_overflow_its_ring_and_nothing_is_miscounted() {
    const THREADS: u64 = 4;
    const EACH: u64 = 200_000;
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    let pid = child(|| {
        recorder::attach(fd).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || (1..=EACH).for_each(|number| record_number(thread << 32 | number)));
            }
        });
    });
    let (mut read, mut lost) = (vec![Vec::new(); THREADS as usize], 0);
    let started = Instant::now();
    let mut ended = false;
    loop {
        for batch in reader.drain().unwrap() {
            lost += batch.lost;
            for number in batch.events.iter().map(number_of) {
                read[(number >> 32) as usize].push(number);
            }
        }
        if ended {
            break;
        }
        ended = waitpid(pid, Some(nix::sys::wait::WaitPidFlag::WNOHANG)).unwrap().pid().is_some();
        if ended {
            reader.died(pid.as_raw() as u32);
        }
        assert!(started.elapsed() < WATCHDOG);
    }
    assert!(read.iter().all(|numbers| is_ascending(numbers)));
    let read: usize = read.iter().map(Vec::len).sum();
    assert_eq!(read as u64 + lost, THREADS * EACH);
}

#[test]
fn a_forked_child_has_a_ring_names_and_a_thread_id_of_its_own() {
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    let pid = child(|| {
        recorder::attach(fd).unwrap();
        recorder::name_process("parent");
        assert_eq!(recorder::string("shared text"), 1);
        assert_eq!(recorder::new_object("Lock", "first", 3), 1);
        record_number(1);
        let grandchild = child(|| {
            recorder::after_fork_in_child();
            recorder::name_process("child");
            assert_eq!(recorder::string("own text"), 1);
            assert_eq!(recorder::new_object("Lock", "second", 4), 2);
            record_number(2);
        });
        waitpid(grandchild, None).unwrap();
        record_number(3);
    });
    assert!(matches!(waitpid(pid, None).unwrap(), nix::sys::wait::WaitStatus::Exited(_, 0)));
    let batches = reader.drain().unwrap();
    let [parent, child] = &batches[..] else { panic!("two processes wrote: {batches:?}") };
    assert_eq!(parent.pid, pid.as_raw() as u32);
    assert_ne!(parent.pid, child.pid);
    assert_eq!(parent.events.iter().map(number_of).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(child.events.iter().map(number_of).collect::<Vec<_>>(), [2]);
    assert_eq!(child.events[0].tid, child.pid);
    let object = |id, name: &str, line| Name::Object { id, kind: "Lock".into(), name: name.into(), line };
    let text = |text: &str| Name::String { id: 1, text: text.into() };
    assert_eq!(parent.names, [Name::Process { name: "parent".into() }, text("shared text"), object(1, "first", 3)]);
    assert_eq!(child.names, [Name::Process { name: "child".into() }, text("own text"), object(2, "second", 4)]);
}

#[test]
fn a_fork_while_other_threads_record_harms_nobody() {
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    let pid = child(|| {
        recorder::attach(fd).unwrap();
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut number = 0_u64;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    number += 1;
                    recorder::string(&format!("text {}", number % 500));
                    record_number(number);
                }
            });
            for _ in 0..100 {
                let grandchild = child(|| {
                    recorder::after_fork_in_child();
                    recorder::string("alive");
                    record_number(7);
                });
                let status = waitpid(grandchild, None).unwrap();
                assert!(matches!(status, nix::sys::wait::WaitStatus::Exited(_, 0)));
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    });
    let deadline = Instant::now() + WATCHDOG;
    let mut children = 0;
    loop {
        let ended = waitpid(pid, Some(nix::sys::wait::WaitPidFlag::WNOHANG)).unwrap();
        for batch in reader.drain().unwrap() {
            let numbers: Vec<u64> = batch.events.iter().map(number_of).collect();
            if batch.pid != pid.as_raw() as u32 {
                children += usize::from(numbers == [7]);
            }
        }
        if ended.pid().is_some() {
            assert!(matches!(ended, nix::sys::wait::WaitStatus::Exited(_, 0)));
            break;
        }
        assert!(Instant::now() < deadline, "a child hangs");
        std::thread::yield_now();
    }
    assert_eq!(children, 100);
}

#[test]
fn slots_are_enough_for_one_process_after_another() {
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    let fd = reader.memory().fd().as_raw_fd();
    for number in 1..=(SLOTS as u64 + 20) {
        let pid = child(|| {
            recorder::attach(fd).unwrap();
            record_number(number);
        });
        waitpid(pid, None).unwrap();
        reader.died(pid.as_raw() as u32);
        let batches = reader.drain().unwrap();
        assert_eq!(batches.iter().flat_map(|batch| batch.events.iter().map(number_of)).collect::<Vec<_>>(), [number]);
    }
    assert_eq!(reader.memory().refused(), 0);
}
