"""Ctrl-C strikes in a hook of a fork, where what it raises is told and forgotten; then the child is joined."""

import os
import signal

from scene import about_to_hang, mp


def stay():
    while True:
        signal.pause()


def press():
    about_to_hang()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    os.register_at_fork(after_in_parent=press)
    try:
        child = mp.Process(target=stay)
        child.start()
        child.join()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
