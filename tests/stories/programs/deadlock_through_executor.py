"""A task wants the lock that is held by who waits for its result."""
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
    with ProcessPoolExecutor(1, initializer=enter, initargs=(key,)) as staff:
        with key:
            print(sum(staff.map(work, range(3))))
