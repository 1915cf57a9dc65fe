"""What looks like a deadlock, and is none: a signal's handler ends the wait."""
import signal
from multiprocessing import Lock, Queue


def ring(*_):
    raise TimeoutError


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, ring)
    letters, door = Queue(), Lock()
    door.acquire()
    for wait in (letters.get, door.acquire):
        signal.setitimer(signal.ITIMER_REAL, 0.8)
        try:
            wait()
        except TimeoutError:
            print("went on")
