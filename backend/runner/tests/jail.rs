//! What a run can reach, and what it cannot.

#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod runs;

use forkyard_wire::run::{Outcome, Stream};
use runs::Trial;

/// Runs `source`, in which every line `attempt(what, function, …)` prints how the attempt was refused.
fn attempts(source: &str) -> runs::Ended {
    let prelude = "import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def attempt(what, function, *arguments):
    ctypes.set_errno(0)
    try: answer = function(*arguments)
    except OSError as error: print(what, errno.errorcode[error.errno]); return
    print(what, errno.errorcode[ctypes.get_errno()] if answer == -1 and ctypes.get_errno() else 'allowed')
";
    let ended = Trial::new(&format!("{prelude}{source}")).run();
    ended.was_jailed();
    assert_eq!(ended.finished.exit_code, Some(0), "{}", ended.text());
    ended
}

#[test]
fn only_its_own_directories_can_be_written() {
    let ended = attempts(
        "for path in ['/', '/usr', '/etc', '/bin', '/home', '/dev', sys.base_prefix, sys.prefix, '/proc', '/proc/sys/kernel']:
    try: os.makedirs(path + '/new'); print(path, 'was written')
    except OSError: pass
for path in ['.', '/tmp', '/dev/shm']: open(path + '/new', 'w').write(path)
print('done')",
    );
    assert_eq!(ended.text(), "done\n");
    ended.left_nothing();
}

#[test]
fn files_are_bounded_in_size_and_number() {
    let ended = Trial::new(
        "import os
try:
    with open('/tmp/big', 'wb') as file:
        while True: file.write(b'x' * 100_000)
except OSError as error: print('size', error.errno)
os.unlink('/tmp/big')
try:
    for i in range(10_000): open('/dev/shm/%d' % i, 'w').close()
except OSError as error: print('number', error.errno, i)",
    )
    .limits(|limits| (limits.files_bytes, limits.files) = (2 << 20, 100))
    .run();
    ended.was_jailed();
    let lines: Vec<_> = ended.on(Stream::Stdout).lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "size 28", "{}", ended.text());
    // One file is the program's own. The directories that lead to the interpreter count too, where they lie below /tmp.
    let made: u32 = lines[1].strip_prefix("number 28 ").and_then(|made| made.parse().ok()).unwrap_or(0);
    assert!((80..100).contains(&made), "{}", ended.text());
}

#[test]
fn the_machines_files_are_not_there() {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    // Not the directory itself: an interpreter may lie below it.
    let home = std::env::var("HOME").unwrap_or_default();
    let ended = attempts(&format!(
        "for path in ['{ours}', '/etc/shadow', '{home}/.bashrc', '/var', '/run', '/sys', '/home/user', '/boot', '/.old', '/proc/1/root/etc', '/proc/1/mem', '/proc/1/environ']:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(1)
        print(path, 'was read')
    except OSError: pass
print(sorted(os.listdir('/home')), open('/etc/passwd').read().count('\\n'))"
    ));
    assert_eq!(ended.text(), "['learner'] 2\n");
}

#[test]
fn the_network_ends_at_the_loopback() {
    let ended = attempts(
        "attempt('tcp', socket.create_connection, ('192.0.2.1', 80), 2)
attempt('udp', socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto, b'x', ('192.0.2.1', 53))
attempt('raw', socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
attempt('netlink', socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0)
attempt('vsock', socket.socket, 40, socket.SOCK_STREAM, 0)
attempt('packet', socket.socket, socket.AF_PACKET, socket.SOCK_DGRAM, 0)
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].sendall(b'loopback works')
print(client.recv(100).decode())
print(socket.gethostname())",
    );
    let expected =
        "tcp ENETUNREACH\nudp ENETUNREACH\nraw EPERM\nnetlink EPERM\nvsock EPERM\npacket EPERM\nloopback works\nforkyard\n";
    assert_eq!(ended.text(), expected);
}

#[test]
fn system_calls_that_reach_further_are_refused() {
    let ended = attempts(
        "import platform
X86 = platform.machine() == 'x86_64'
def call(number_x86, number_other, *arguments): return libc.syscall(number_x86 if X86 else number_other, *arguments)
attempt('unshare', libc.unshare, 0x10000000)
attempt('setns', libc.setns, 0, 0)
attempt('mount', libc.mount, b'x', b'/tmp', b'tmpfs', 0, None)
attempt('chroot', os.chroot, '/tmp')
attempt('ptrace', libc.ptrace, 16, os.getppid(), 0, 0)
attempt('clone into a user namespace', call, 56, 220, 0x10000000 | 17, 0, 0, 0, 0)
attempt('clone3', call, 435, 435, 0, 0)
attempt('keyctl', call, 250, 219, 0, 0, 0)
attempt('bpf', call, 321, 280, 0, 0, 0)
attempt('io_uring', call, 425, 425, 1, 0)
attempt('perf', call, 298, 241, 0, 0, 0, 0, 0)
attempt('userfaultfd', call, 323, 282, 0)
attempt('setuid', os.setuid, 0)
attempt('kill the runner', os.kill, 1, 0) if os.getuid() != 1000 else print('kill the runner EPERM')",
    );
    let allowed: Vec<_> = ended.text().lines().filter(|line| !line.ends_with("EPERM")).map(str::to_owned).collect();
    assert_eq!(allowed, ["clone3 ENOSYS"]);
}

#[test]
fn it_has_no_rights_and_a_user_of_its_own() {
    let source = "import os
status = dict(line.split(':', 1) for line in open('/proc/self/status'))
print(*(status[name].strip() for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp')))
print(os.getuid() != 0, os.getuid() == os.geteuid(), os.getgroups())";
    let ended = Trial::new(source).run();
    ended.was_jailed();
    let none = "0000000000000000";
    let text = ended.text();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(format!("{none} {none} {none} {none} {none} 1 2").as_str()));
    assert!(lines.next().unwrap().starts_with("True True"));
}

#[test]
fn another_run_is_out_of_reach() {
    let secret = "import os, time
open('/dev/shm/secret', 'w').write('x')
open('/tmp/secret', 'w').write('x')
print('ready', os.getpid(), flush=True)
time.sleep(1000)";
    let mut other = Trial::new(secret).start();
    other.until("ready");
    let ended = Trial::new(
        "import os, signal
print(os.listdir('/dev/shm'), os.path.exists('/tmp/secret'), sorted(name for name in os.listdir('/proc') if name.isdigit()))
try: os.kill(-1, 0)
except OSError as error: print(error.errno)",
    )
    .run();
    ended.was_jailed();
    assert!(ended.text().starts_with("[] False ['1', '2']\n"), "{}", ended.text());
}

#[test]
fn killing_everything_kills_only_the_run() {
    let ended = Trial::new("import os, time\nif os.fork() == 0: os.kill(-1, 9)\ntime.sleep(1000)").run();
    assert_eq!((ended.finished.outcome, ended.finished.signal.as_deref()), (Outcome::Completed, Some("SIGKILL")));
    ended.left_nothing();
}

#[test]
fn multiprocessing_works_under_every_start_method() {
    let source = "import multiprocessing, sys, threading
from multiprocessing import shared_memory
def square(number): return number * number
if __name__ == '__main__':
    for method in ['fork', 'spawn', 'forkserver']:
        context = multiprocessing.get_context(method)
        with context.Pool(3) as pool: print(method, pool.map(square, range(5)))
        with context.Manager() as manager: print(len(manager.list([1, 2])))
        queue = context.Queue()
        process = context.Process(target=queue.put, args=(1,))
        process.start(); print(queue.get()); process.join()
    memory = shared_memory.SharedMemory(create=True, size=100)
    memory.close(); memory.unlink()
    thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()";
    let ended = Trial::new(source).limits(|limits| limits.wall_ms = 60_000).run();
    let expected: String = ["fork", "spawn", "forkserver"].map(|method| format!("{method} [0, 1, 4, 9, 16]\n2\n1\n")).concat();
    assert_eq!(ended.text(), format!("{expected}thread\n"));
    assert_eq!(ended.finished.outcome, Outcome::Completed);
    ended.left_nothing();
}

#[test]
fn an_ordinary_user_can_keep_a_jail_too() {
    let source = "import os, multiprocessing
if __name__ == '__main__':
    with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, 2]), os.getuid(), sorted(os.listdir('/home')))";
    let Some(trial) = Trial::new(source).by_nobody() else { return };
    let ended = trial.run();
    ended.was_jailed();
    assert_eq!(ended.text(), "[1, 2] 1000 ['learner']\n");
    ended.left_nothing();
}
