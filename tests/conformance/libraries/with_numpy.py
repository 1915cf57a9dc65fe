"""numpy: arrays over shared memory of every kind, through pools, queues and pipes."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory
from multiprocessing.managers import SharedMemoryManager

import numpy


def row_sums(matrix):
    return matrix.sum(axis=1)


def nested(n):
    return {"n": n, "parts": [numpy.full((n, 2), n), {"deep": numpy.eye(n)}]}


def scale(array, factor):
    with array.get_lock():
        view = numpy.frombuffer(array.get_obj())
        view *= factor


def set_diagonal(name, shape, value):
    block = shared_memory.SharedMemory(name=name)
    matrix = numpy.ndarray(shape, dtype=numpy.int32, buffer=block.buf)
    numpy.fill_diagonal(matrix, value)
    del matrix
    block.close()


def send_back(connection, queue):
    while (array := connection.recv()) is not None:
        queue.put(array.T)


def main():
    method = (sys.argv[1:] or ["fork"])[0]
    context = multiprocessing.get_context(method)

    with context.Pool(2) as pool:
        matrices = [numpy.arange(12).reshape(3, 4) * n for n in range(6)]
        print("pool", [sums.tolist() for sums in pool.map(row_sums, matrices)])
        big = pool.apply(numpy.ones, ((1000, 500),))
        print("big", big.shape, big.sum())
        results = pool.imap_unordered(nested, [2, 3])
        print("nested", sorted((r["n"], r["parts"][0].sum(), r["parts"][1]["deep"].trace()) for r in results))
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        print("executor", [array.tolist() for array in executor.map(numpy.cumsum, [[1, 2, 3], [4, 5]])])

    array = context.Array("d", numpy.linspace(0, 1, 5))
    process = context.Process(target=scale, args=(array, 10))
    process.start()
    process.join()
    print("Array", numpy.frombuffer(array.get_obj()).tolist())
    raw = context.RawArray("i", 6)
    numpy.frombuffer(raw, dtype=numpy.int32).reshape(2, 3)[1] = 7
    print("RawArray", raw[:])

    block = shared_memory.SharedMemory(create=True, size=4 * 9)
    matrix = numpy.ndarray((3, 3), dtype=numpy.int32, buffer=block.buf)
    matrix[:] = 0
    process = context.Process(target=set_diagonal, args=(block.name, matrix.shape, 5))
    process.start()
    process.join()
    print("SharedMemory", matrix.tolist())
    del matrix
    block.close()
    block.unlink()
    with SharedMemoryManager(ctx=context) as manager:
        block = manager.SharedMemory(size=64)
        numpy.ndarray((8,), dtype=numpy.float64, buffer=block.buf)[:] = 1.5
        print("manager", bytes(block.buf[:8]).hex(), manager.ShareableList([1, "two", None])[1])

    here, there = context.Pipe()
    queue = context.Queue()
    process = context.Process(target=send_back, args=(there, queue))
    process.start()
    for shape in ((2, 3), (200, 300), (1, 1)):
        here.send(numpy.ones(shape, dtype=numpy.float32))
        print("pipe and queue", queue.get().shape)
    here.send(None)
    process.join()


if __name__ == "__main__":
    main()
