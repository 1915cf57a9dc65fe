"""The parent is killed: its children end, whatever they are doing."""

import os
import signal

from scene import about_to_hang, die, mp


def stay(ready):
    print(os.getpid(), flush=True)
    ready.release()
    while True:
        signal.pause()


def nap(_):
    stay(ready)


def initialize(semaphore):
    global ready
    ready = semaphore


if __name__ == "__main__":
    ready = mp.Semaphore(0)
    children = [mp.Process(target=stay, args=(ready,)) for _ in range(2)]
    for child in children:
        child.start()
    pool = mp.Pool(2, initialize, (ready,))
    pool.map_async(nap, range(2), chunksize=1)
    for _ in range(4):
        ready.acquire()
    about_to_hang()
    die()
