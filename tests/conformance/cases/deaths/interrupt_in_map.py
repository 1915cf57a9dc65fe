"""Ctrl-C while `map` waits, which goes to every process of the terminal; then the pool is closed and joined."""

import os
import signal
import sys
import threading

from scene import about_to_hang, mp

started = None


def initialize(event):
    global started
    started = event
    sys.stderr = open(os.devnull, "w")  # a worker's traceback is not what this is about


def nap(_):
    started.release()
    signal.pause()


def press():
    for _ in range(2):
        started.acquire()
    about_to_hang()
    os.killpg(0, signal.SIGINT)


if __name__ == "__main__":
    started = mp.Semaphore(0)
    pool = mp.Pool(2, initialize, (started,))
    threading.Thread(target=press, daemon=True).start()
    try:
        pool.map(nap, range(2), chunksize=1)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    pool.close()
    pool.join()
    print("joined")
