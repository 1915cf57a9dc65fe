//! What a program prints arrives whole, in order, and as text.

#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod runs;

use forkyard_wire::job::Command;
use forkyard_wire::run::{Outcome, Stream};
use runs::Trial;

#[test]
fn hello_world() {
    let ended = Trial::new("print('hello, world')").run();
    assert_eq!(ended.on(Stream::Stdout), "hello, world\n");
    assert_eq!(ended.outputs[0].process, "MainProcess");
    assert_eq!(ended.finished.outcome, Outcome::Completed);
    assert_eq!((ended.finished.exit_code, ended.finished.signal.as_deref()), (Some(0), None));
    assert!(ended.finished.wall_ns > 0 && ended.finished.cpu_ns > 0 && ended.finished.peak_memory_bytes > 0);
    assert_eq!((ended.finished.processes, ended.message()), (1, ""));
    ended.left_nothing();
}

#[test]
fn both_streams_keep_their_order() {
    let ended = Trial::new("import os\nfor i in range(200): os.write(1 + i % 2, b'%d\\n' % i)").run();
    let expected: String = (0..200).map(|number| format!("{number}\n")).collect();
    assert_eq!(ended.text(), expected);
    assert_eq!(ended.on(Stream::Stderr).lines().next(), Some("1"));
    assert!(ended.outputs.is_sorted_by_key(|output| output.at_ns));
}

#[test]
fn several_processes_keep_their_order_among_each_other() {
    let ended = Trial::new(
        "import os
for i in range(20):
    pid = os.fork()
    if pid == 0:
        os.write(1, b'child %d\\n' % i)
        os._exit(0)
    os.waitpid(pid, 0)
    os.write(1, b'parent %d\\n' % i)",
    )
    .run();
    let expected: String = (0..20).map(|number| format!("child {number}\nparent {number}\n")).collect();
    assert_eq!(ended.text(), expected);
}

#[test]
fn a_character_split_over_writes_is_whole_and_rubbish_is_marked() {
    let ended = Trial::new(
        "import os
for byte in 'grün 😀'.encode(): os.write(1, bytes([byte]))
os.write(1, b'a\\0b\\xff\\xfec\\n')
os.write(2, b'\\xe2\\x82')",
    )
    .run();
    assert_eq!(ended.on(Stream::Stdout), "grün 😀a\0b\u{fffd}\u{fffd}c\n");
    assert_eq!(ended.on(Stream::Stderr), "\u{fffd}");
}

#[test]
fn a_long_write_arrives_whole() {
    let ended = Trial::new("import os\nassert os.write(1, b'x' * 300_000) == 300_000").run();
    assert_eq!(ended.text(), "x".repeat(300_000));
}

#[test]
fn what_is_printed_last_arrives_before_the_end() {
    for _ in 0..10 {
        let ended = Trial::new("import os\nfor i in range(300): os.write(1, b'line %d\\n' % i)\nos._exit(3)").run();
        assert!(ended.text().ends_with("line 299\n"), "{:?}", ended.outputs.last());
        assert_eq!(ended.finished.exit_code, Some(3));
    }
}

#[test]
fn standard_input_is_typed_and_closed() {
    let mut running =
        Trial::new("import sys\nprint('ready', flush=True)\nfor line in sys.stdin: print('got', line.strip())").start();
    running.until("ready");
    running.send(&Command::Stdin("one\ntwo\n".to_owned()));
    running.send(&Command::CloseStdin);
    assert!(running.end().text().ends_with("got one\ngot two\n"));
}

#[test]
fn arguments_and_the_name_of_the_program_are_pythons() {
    let mut trial = Trial::new("import sys\nprint(sys.argv[0], sys.argv[2:])\n1 / 0");
    trial.job.args.extend(["a b".to_owned(), "ü".to_owned()]);
    let ended = trial.run();
    assert_eq!(ended.on(Stream::Stdout), "main.py ['a b', 'ü']\n");
    assert!(ended.on(Stream::Stderr).contains("main.py\", line 3"), "{}", ended.text());
}
