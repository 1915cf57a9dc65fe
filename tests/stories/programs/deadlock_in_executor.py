"""Tasks of an executor wait for a queue that only who waits for them would fill."""
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Queue


def enter(given):
    global letters
    letters = given


def work():
    return letters.get()


if __name__ == "__main__":
    given = Queue()
    with ProcessPoolExecutor(2, initializer=enter, initargs=(given,)) as staff:
        futures = [staff.submit(work) for _ in range(2)]
        print(futures[0].result())
        given.put("hello")
