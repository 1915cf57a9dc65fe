"""What processes know of themselves and of each other."""

import logging
import multiprocessing as mp
import os
import signal
import sys
import time
from multiprocessing import util


def tell(queue):
    me, parent = mp.current_process(), mp.parent_process()
    queue.put((me.name, me.daemon, me.pid == os.getpid(), parent.name, parent.pid == os.getppid() or mp.get_start_method() == "forkserver"))
    queue.put((len(me.authkey), mp.get_start_method(), mp.active_children(), parent.is_alive(), me.exitcode))


def grandchild(queue):
    queue.put(mp.current_process().name)


def child_with_child(queue):
    process = mp.Process(target=grandchild, args=(queue,))
    process.start()
    process.join()


def daemon_with_child(queue):
    try:
        mp.Process(target=grandchild, args=(queue,)).start()
    except AssertionError as error:
        queue.put(str(error))


def sleep():
    time.sleep(600)


def fail():
    raise ValueError("on purpose")


class Own(mp.Process):
    def __init__(self, connection, **options):
        super().__init__(**options)
        self.connection = connection

    def run(self):
        self.connection.send((self.name, type(self).__name__, self._args))


def log():
    util.get_logger().info("from a child")


def end(how):
    how(7)


def shown(process):
    return str(process).replace(str(process.pid), "PID").replace(str(os.getpid()), "PARENT")


def main():
    queue = mp.Queue()
    for process in (mp.Process(target=tell, args=(queue,)), mp.Process(target=tell, args=(queue,), name="named", daemon=True)):
        print("before", process.name, process.pid, process.exitcode, process.is_alive(), process.ident, shown(process))
        process.start()
        print(queue.get(), queue.get())
        process.join()
        print("after", process.exitcode, process.is_alive(), shown(process))
    for target in (child_with_child, daemon_with_child):
        process = mp.Process(target=target, args=(queue,), daemon=target is daemon_with_child)
        process.start()
        print(queue.get())
        process.join()
    for how, code in (("terminate", -signal.SIGTERM), ("kill", -signal.SIGKILL)):
        process = mp.Process(target=sleep)
        process.start()
        print("alive", process.is_alive(), [p is process for p in mp.active_children()])
        getattr(process, how)()
        process.join()
        print(how, process.exitcode == code)
    for target, args in ((sys.exit, (4,)), (sys.exit, ("text",)), (os._exit, (9,)), (fail, ()), (sys.exit, (None,)), (end, (sys.exit,))):
        process = mp.Process(target=target, args=args)
        process.start()
        process.join(60)
        print("exit", process.exitcode)
    here, there = mp.Pipe()
    own = Own(there, name="own", args=(1, 2))
    own.start()
    print(here.recv())
    own.join()
    process = mp.Process(target=sleep, daemon=True)
    process.start()
    before = time.monotonic()
    process.join(0.05)
    print("timed out", process.exitcode, time.monotonic() - before >= 0.05, isinstance(process.sentinel, int))
    process.kill()
    process.join()
    print(mp.active_children(), mp.parent_process(), mp.current_process().name, mp.current_process().daemon)
    print(mp.get_all_start_methods(), mp.get_context() is mp.get_context(None), mp.cpu_count() >= 1)
    for method in ("fork", "spawn", "forkserver"):
        context = mp.get_context(method)
        process = context.Process(target=time.sleep, args=(0,))
        process.start()
        process.join()
        print(method, context.get_start_method(), type(process).__name__, process.exitcode)
    mp.current_process().authkey = b"another"
    print(mp.current_process().authkey, mp.current_process().name)
    logger = mp.log_to_stderr(logging.INFO)
    print(logger.name, logger.level, mp.get_logger() is logger, len(logger.handlers))
    logger.handlers[0].stream = sys.stdout
    logger.info("from the parent")
    logger.setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
