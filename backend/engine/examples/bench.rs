//! Figures of the primitives, two processes, one line each: `cargo run --release -p forkyard-engine --example bench [WORD]`;
//! with a word only the lines that contain it.
//!
//! Compare only within one run. The best of five rounds is printed, as noise only ever makes a round slower.

use std::time::{Duration, Instant};

use forkyard_engine::channel::{Direction, Queue, pipe};
use forkyard_engine::pool::{Board, Pool};
use forkyard_engine::process::Process;
use forkyard_engine::sync::{Event, Lock, LockKind, Wait};
use forkyard_engine::value::Value;

const ROUNDS: usize = 5;
const FOREVER: Wait = Wait::Forever;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let alone = Lock::new(LockKind::Plain)?;
    report("lock, acquire and release", 2_000_000, |count| {
        (0..count).try_for_each(|_| alone.acquire(FOREVER).map(drop).map_err(Failure::from).and_then(|()| Ok(alone.release()?)))
    })?;
    report("value += 1 under its lock, 2 processes", 200_000, |count| {
        let total = Value::new(0_u64)?;
        let add = || {
            for _ in 0..count / 2 {
                let _ = total.lock().acquire(FOREVER);
                total.set(total.get() + 1);
                let _ = total.lock().release();
            }
            0
        };
        let child = Process::fork(add)?;
        add();
        child.wait(FOREVER)?;
        assert_eq!(total.get(), count);
        Ok(())
    })?;
    report("queue, 8 bytes, put then get, 1 process", 1_000_000, |count| {
        let queue = Queue::new(Default::default())?;
        for number in 0..count {
            queue.put(&number.to_ne_bytes(), FOREVER)?;
            queue.get(FOREVER)?;
        }
        Ok(())
    })?;
    report("queue, 8 bytes, 1 producer, 1 consumer", 1_000_000, |count| transfer(count, 8))?;
    report("queue, 1 KiB, 1 producer, 1 consumer", 300_000, |count| transfer(count, 1 << 10))?;
    report("queue, 1 MiB, 1 producer, 1 consumer", 300, |count| transfer(count, 1 << 20))?;
    report("pipe, round trip, both run", 200_000, |count| round_trips(count, Duration::ZERO))?;
    report("pipe, round trip, one asleep", 200, |count| round_trips(count, Duration::from_millis(1)))?;
    report("board, submit to result, 1 worker", 100_000, |count| {
        let board = Board::new(1, Default::default())?;
        let worker = Process::fork(|| {
            for _ in 0..count {
                let Ok(_task) = board.take(0, FOREVER) else { return 1 };
                let _ = board.complete(0, b"done");
            }
            0
        })?;
        (0..count).try_for_each(|_| board.submit(b"task").map(drop))?;
        (0..count).try_for_each(|_| board.result(FOREVER).map(drop))?;
        worker.wait(FOREVER)?;
        Ok(())
    })?;
    let mut pool = Pool::new(2, |task| task.to_vec())?;
    report("pool of 2, apply", 20_000, |count| (0..count).try_for_each(|_| Ok(pool.apply(b"task").map(drop)?)))?;
    let tasks = vec![[0; 8]; 100_000];
    report("pool of 2, map, one task", tasks.len() as u64, |_| Ok(pool.map(&tasks).map(drop)?))?;
    drop(pool);
    report("lock, made and dropped", 100_000, |count| (0..count).try_for_each(|_| Ok(Lock::new(LockKind::Plain).map(drop)?)))?;
    report("queue, made and dropped", 20_000, |count| {
        (0..count).try_for_each(|_| Ok(Queue::new(Default::default()).map(drop)?))
    })?;
    report("fork, exit, wait", 300, |count| (0..count).try_for_each(|_| Ok(Process::fork(|| 0)?.wait(FOREVER).map(drop)?)))
}

/// Times `count` operations, best of the rounds.
fn report(what: &str, count: u64, mut run: impl FnMut(u64) -> Result<(), Failure>) -> Result<(), Failure> {
    if std::env::args().nth(1).is_some_and(|word| !what.contains(&word)) {
        return Ok(());
    }
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run(count)?;
        best = best.min(start.elapsed());
    }
    let each = best.as_secs_f64() / count as f64;
    println!("{what:<42} {:>12.0} ns {:>14.0} per s", each * 1e9, 1.0 / each);
    Ok(())
}

fn transfer(count: u64, len: usize) -> Result<(), Failure> {
    let queue = Queue::new(Default::default())?;
    let message = vec![7; len];
    let ready = Event::new()?;
    let producer = Process::fork(|| {
        let _ = ready.wait(FOREVER);
        for _ in 0..count {
            let _ = queue.put(&message, FOREVER);
        }
        0
    })?;
    ready.set();
    for _ in 0..count {
        assert_eq!(queue.get(FOREVER)?.len(), len);
    }
    producer.wait(FOREVER)?;
    Ok(())
}

/// With a pause before each answer the other side is asleep when it comes; the pause is part of what is measured.
fn round_trips(count: u64, pause: Duration) -> Result<(), Failure> {
    let (ours, theirs) = pipe(Direction::Duplex)?;
    let child = Process::fork(|| {
        for _ in 0..count {
            let Ok(message) = theirs.recv(FOREVER) else { return 1 };
            std::thread::sleep(pause);
            let _ = theirs.send(&message, FOREVER);
        }
        0
    })?;
    for _ in 0..count {
        ours.send(b"12345678", FOREVER)?;
        ours.recv(FOREVER)?;
    }
    child.wait(FOREVER)?;
    Ok(())
}
