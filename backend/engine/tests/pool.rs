//! The pool: one death fails one task.

mod watchdog;

use std::time::Duration;

use forkyard_engine::pool::{Board, Pool, TaskError};
use forkyard_engine::process::ExitStatus;
use forkyard_engine::sync::Wait;
use watchdog::{Dice, child, code, watch};

/// Adds one to a number; `die` and `panic` do what they say.
fn add_one(task: &[u8]) -> Vec<u8> {
    match task {
        b"die" => nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::SIGKILL).map_or(Vec::new(), |()| {
            loop {
                std::thread::park();
            }
        }),
        b"panic" => panic!("as asked"),
        number => (String::from_utf8_lossy(number).parse::<u64>().unwrap_or(0) + 1).to_string().into_bytes(),
    }
}

#[test]
fn a_worker_killed_in_a_task_fails_that_task_alone() {
    watch();
    let mut pool = Pool::new(2, add_one).unwrap();
    let mut tasks: Vec<String> = (0..500).map(|number| number.to_string()).collect();
    for at in [3, 250, 499] {
        tasks[at] = "die".to_owned();
    }
    let outcomes = pool.map(&tasks).unwrap();
    for (number, (task, outcome)) in (0_u64..).zip(tasks.iter().zip(&outcomes)) {
        match outcome {
            Ok(bytes) => assert_eq!(*bytes, (number + 1).to_string().into_bytes()),
            Err(TaskError::WorkerLost { status, .. }) => assert_eq!((task.as_str(), *status), ("die", ExitStatus::Signaled(9))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 3);
    assert_eq!(pool.workers().count(), 2);
    pool.close().unwrap();
}

#[test]
fn a_panic_fails_its_task_and_keeps_its_worker() {
    watch();
    let mut pool = Pool::new(1, add_one).unwrap();
    let before: Vec<_> = pool.workers().collect();
    assert_eq!(pool.apply(b"panic").unwrap(), Err(TaskError::Panicked("as asked".to_owned())));
    assert_eq!(pool.apply(b"41").unwrap().unwrap(), b"42");
    assert_eq!(pool.workers().collect::<Vec<_>>(), before);
}

#[test]
fn outcomes_come_in_order_or_as_they_end() {
    watch();
    let mut pool = Pool::new(3, add_one).unwrap();
    let tasks: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    for (number, outcome) in (1..).zip(pool.imap(&tasks).unwrap()) {
        assert_eq!(outcome.unwrap().unwrap(), number.to_string().into_bytes());
    }
    let mut seen: Vec<_> = pool.imap_unordered(&tasks).unwrap().map(|ended| ended.unwrap().0).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..200).collect::<Vec<_>>());
    // An iterator that is dropped early leaves nothing behind that confuses the next one.
    pool.imap(&tasks).unwrap().next().unwrap().unwrap().unwrap();
    assert_eq!(pool.apply(b"7").unwrap().unwrap(), b"8");
}

#[test]
fn workers_killed_at_any_moment_lose_no_task_without_saying_so() {
    watch();
    for seed in 1..=30 {
        let board = Board::new(1, Default::default()).unwrap();
        let ids: Vec<_> = (0..2_000_u32).map(|number| board.submit(&number.to_ne_bytes()).unwrap()).collect();
        let work = || loop {
            let task = board.take(0, Wait::Forever).unwrap();
            let bytes = task.to_vec();
            board.complete(0, &bytes).unwrap();
        };
        let (mut done, mut lost) = (Vec::new(), 0);
        let mut dice = Dice(seed * 49_979_687);
        while done.len() + lost < ids.len() {
            let worker = child(work);
            dice.moment(Duration::from_micros(800));
            worker.kill().unwrap();
            assert_eq!(code(&worker), -9);
            while let Ok(result) = board.result(Wait::Never) {
                assert_eq!(*result, (result.id() - 1).to_ne_bytes());
                done.push(result.id());
            }
            if let Some(id) = board.lost(0)
                && !done.contains(&id)
            {
                lost += 1;
            }
        }
        let count = done.len();
        done.sort_unstable();
        done.dedup();
        assert_eq!(done.len(), count, "seed {seed}: a task was done twice");
    }
}
