"""Who leaves an executor waits for a task, which wants the lock that is held meanwhile."""
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Lock


def enter(key):
    global door
    door = key


def work(number):
    with door:
        return number


if __name__ == "__main__":
    key = Lock()
    with key:
        with ProcessPoolExecutor(1, initializer=enter, initargs=(key,)) as staff:
            print(staff.submit(abs, -1).result())
            time.sleep(0.1)
            staff.submit(work, 2)
