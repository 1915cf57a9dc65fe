"""ThreadPool and `multiprocessing.dummy`: the same names, with threads."""

import multiprocessing.dummy as dummy
import threading
from multiprocessing.pool import AsyncResult, Pool, ThreadPool


def square(x):
    return x * x


def fail(x):
    raise ValueError(x)


def main():
    seen = []
    with ThreadPool(3, initializer=lambda: seen.append(threading.current_thread().name)) as pool:
        print(pool.map(square, range(10)), pool.starmap(pow, [(2, 3), (3, 2)]), pool.apply(square, (5,)))
        print(list(pool.imap(square, range(5), 2)), sorted(pool.imap_unordered(square, range(5))))
        results = []
        pool.map_async(square, range(3), callback=results.extend).wait()
        answer = pool.apply_async(fail, (3,), error_callback=lambda error: results.append(str(error)))
        answer.wait()
        print(results, answer.successful(), isinstance(answer, AsyncResult), isinstance(pool, Pool))
        print(pool.map(lambda x: x + 1, [1]), len(seen), pool)
        try:
            pool.map(fail, [7])
        except ValueError as error:
            print("error", error)
    print(pool)
    with dummy.Pool(2) as pool:
        print(type(pool).__name__, pool.map(square, range(3)))
    lock, event, queue = dummy.Lock(), dummy.Event(), dummy.Queue()
    process = dummy.Process(target=lambda: (lock.acquire(), queue.put("x"), event.set()))
    print(process.exitcode, process.is_alive())
    process.start()
    process.join()
    print(event.is_set(), queue.get(), lock.locked(), process.exitcode)
    here, there = dummy.Pipe()
    here.send([1])
    print(there.recv(), there.poll(), dummy.Value("i", 3), list(dummy.Array("i", [1, 2])), dummy.current_process().name)
    manager = dummy.Manager()
    print(manager.list([1]), manager.dict(), dummy.Semaphore(2).acquire(), dummy.Barrier(1).wait(), dummy.JoinableQueue().empty())


if __name__ == "__main__":
    main()
