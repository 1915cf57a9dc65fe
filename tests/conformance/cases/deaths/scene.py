"""What the programs about deaths share: the start method under test, and ways of waiting for what another process is doing."""

import multiprocessing
import os
import signal
import time

METHOD = os.environ["CONFORMANCE_START_METHOD"]
mp = multiprocessing.get_context(METHOD)


def die(*_):
    """The end of a process that nothing can catch."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill(process):
    """Kills a process and waits for its end, and for nothing else of it."""
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT) if METHOD != "forkserver" else process.join()


def wait_until_asleep(pid):
    """Waits until each thread of a process has been found asleep a few times in a row: it waits for something."""
    quiet = 0
    while quiet < 5:
        states = []
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/stat") as stat:
                states.append(stat.read().rpartition(")")[2].split()[0])
        quiet = quiet + 1 if set(states) == {"S"} else 0
        time.sleep(0.02)


def about_to_hang():
    """Says that the death has happened: from here on CPython's own module hangs."""
    print("dead", flush=True)
