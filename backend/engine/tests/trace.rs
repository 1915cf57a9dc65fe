//! What the primitives record. One test alone in its program: a process has one recording.

mod watchdog;

use std::collections::HashMap;
use std::os::fd::AsRawFd;

use forkyard_engine::channel::{Direction, Queue, pipe};
use forkyard_engine::sync::{Event, Lock, LockKind, Semaphore, Wait};
use forkyard_engine::trace::{Label, Role, set_line_source};
use forkyard_trace::event::{Event as Recorded, Kind, pack, unpack};
use forkyard_trace::memory::TraceMemory;
use forkyard_trace::reader::Reader;
use forkyard_trace::recorder;
use forkyard_wire::timeline::SegmentKind;
use watchdog::{child, code, watch};

fn label(kind: &str, role: Role) -> Label {
    Label { role, object: recorder::new_object(kind, "", 1) }
}

#[test]
fn a_wait_a_hold_and_a_message_are_recorded_by_the_primitive_itself() {
    watch();
    let mut reader = Reader::new(TraceMemory::create().unwrap());
    recorder::attach(reader.memory().fd().as_raw_fd()).unwrap();
    set_line_source(|| 14);

    let (lock, queue, inner) =
        (Lock::new(LockKind::Plain).unwrap(), Queue::new(Default::default()).unwrap(), Semaphore::new(1, 1).unwrap());
    let of_lock = label("Lock", Role::Waits(SegmentKind::LockAcquire));
    let of_queue = label("Queue", Role::Waits(SegmentKind::QueueGet));
    let of_inner = label("Semaphore", Role::Silent);
    lock.set_label(of_lock);
    queue.set_label(of_queue);
    inner.set_label(of_inner);
    let (ours, theirs) = pipe(Direction::Duplex).unwrap();
    let of_pipe = label("Connection", Role::Waits(SegmentKind::ConnectionRecv));
    ours.set_label(of_pipe);

    let waits = Event::new().unwrap();
    lock.acquire(Wait::Never).unwrap();
    let other = child(|| {
        waits.set();
        lock.acquire(Wait::Forever).unwrap();
        lock.release().unwrap();
        queue.put(b"12345", Wait::Forever).unwrap();
        let answer = theirs.recv(Wait::Forever).unwrap();
        theirs.send(&answer, Wait::Forever).unwrap();
        0
    });
    waits.wait(Wait::Forever).unwrap();
    let mut events: HashMap<u32, Vec<Recorded>> = HashMap::new();
    let mut drain = |events: &mut HashMap<u32, Vec<Recorded>>| {
        for batch in reader.drain().unwrap() {
            events.entry(batch.pid).or_default().extend(batch.events);
        }
    };
    // Until the child waits for the lock.
    let waits = |event: &Recorded| Kind::unpack(event.kind) == Some(Kind::WaitBegin(SegmentKind::LockAcquire));
    while !events.get(&other.pid()).is_some_and(|events| events.iter().any(waits)) {
        drain(&mut events);
        std::thread::yield_now();
    }
    lock.release().unwrap();
    inner.acquire(Wait::Never).unwrap();
    inner.release().unwrap();
    queue.get(Wait::Forever).unwrap();
    ours.send(b"123", Wait::Forever).unwrap();
    ours.recv(Wait::Forever).unwrap();
    assert_eq!(code(&other), 0);

    drain(&mut events);
    let of = |pid: u32, object: u32| -> Vec<(Kind, u64)> {
        let kind = |event: &Recorded| (Kind::unpack(event.kind).unwrap(), event.argument);
        events[&pid].iter().filter(|event| event.object == object).map(kind).collect()
    };
    let (parent, child) = (std::process::id(), other.pid());
    let held = [(Kind::HoldBegin, pack(0, 14)), (Kind::HoldEnd, 0)];
    assert_eq!(of(parent, of_lock.object), held);
    let waited = |kind| [(Kind::WaitBegin(kind), pack(0, 14)), (Kind::WaitEnd(kind), 1)];
    let child_waited = of(child, of_lock.object);
    // The lock is taken within the wait.
    assert_eq!(child_waited[0], waited(SegmentKind::LockAcquire)[0]);
    assert!(child_waited.contains(&waited(SegmentKind::LockAcquire)[1]));
    assert_eq!(child_waited.iter().copied().filter(|event| held.contains(event)).collect::<Vec<_>>(), held);
    assert!(of(parent, of_inner.object).is_empty());

    assert_eq!(of(child, of_queue.object), [(Kind::Sent, pack(1, 5))]);
    let got = of(parent, of_queue.object);
    assert_eq!(*got.last().unwrap(), (Kind::Received, pack(1, 5)));
    assert!(got.len() == 1 || got[..2] == waited(SegmentKind::QueueGet));

    // Both directions of a pipe belong to one object, and no two of its messages have the same number.
    let numbers = |pid, wanted| -> Vec<u64> {
        of(pid, of_pipe.object).into_iter().filter(|(kind, _)| *kind == wanted).map(|(_, argument)| argument).collect()
    };
    assert_eq!(numbers(parent, Kind::Sent), numbers(child, Kind::Received));
    assert_eq!(numbers(child, Kind::Sent), numbers(parent, Kind::Received));
    assert_ne!(numbers(parent, Kind::Sent), numbers(child, Kind::Sent));

    let at = |pid: u32, wanted: Kind, object: u32| {
        let event = events[&pid].iter().find(|event| event.object == object && Kind::unpack(event.kind) == Some(wanted));
        event.unwrap().t_ns
    };
    assert!(at(child, Kind::Sent, of_queue.object) <= at(parent, Kind::Received, of_queue.object));
    let joined = of(parent, 0);
    let reaped = (Some(Kind::Reaped), pack(child, 0));
    assert!(
        events[&parent].iter().any(|event| (Kind::unpack(event.kind), event.argument) == reaped),
        "with what it was charged as object"
    );
    assert!(
        joined.iter().all(|(kind, argument)| *kind != Kind::WaitBegin(SegmentKind::ProcessJoin) || unpack(*argument).0 == child)
    );
}
