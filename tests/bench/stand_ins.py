"""What takes the part of `multiprocessing` in a case: the module itself, billiard, or a library that offers a piece of it.

A library with an interface of its own gets just so much wrapping that a case cannot tell; where it offers more than one way,
the fastest that does the same.
"""

import importlib
import os


def of(peer):
    """The stand-in of this name."""
    return {"faster-fifo": FasterFifo, "zeroq": Zeroq, "mpire": Mpire, "joblib": Joblib, "loky": Loky}.get(peer, _module)(peer)


def _module(name):
    importlib.import_module(f"{name}.shared_memory" if name == "multiprocessing" else name)
    return importlib.import_module(name)


class _Partly:
    """A library that stands in for a piece; the rest is the interpreter's own."""

    def __init__(self, _peer):
        pass

    def __getattr__(self, name):
        return getattr(_module("multiprocessing"), name)


class FasterFifo(_Partly):
    # As large as its authors' own benchmark has it, and room for the largest message twice.
    BYTES = 64 << 20

    def Queue(self):
        import faster_fifo

        return faster_fifo.Queue(max_size_bytes=self.BYTES)


class Zeroq(_Partly):
    """Carries bytes of one length alone, and no int: 8 bytes take its part."""

    INT = b"an int64"
    # Its queues have names; each of a process gets another.
    made = 0

    def Queue(self):
        return self.QueueOf(len(self.INT))

    def QueueOf(self, length):
        import zeroq

        self.made += 1
        capacity = max(2, min(1 << 16, (64 << 20) // length))
        return zeroq.Queue(f"/forkyard-bench-{os.getpid()}-{self.made}", element_size=length, capacity=capacity)


class Mpire(_Partly):
    def Pool(self, workers):
        import mpire

        return _MpirePool(mpire.WorkerPool(n_jobs=workers, keep_alive=True))


class _MpirePool:
    def __init__(self, pool):
        self.pool = pool

    def __enter__(self):
        self.pool.__enter__()
        return self

    def __exit__(self, *error):
        self.pool.__exit__(*error)

    def map(self, function, tasks, chunksize=None):
        return self.pool.map(function, tasks, chunk_size=chunksize)

    def apply(self, function, arguments):
        return self.pool.apply(function, arguments)


class Joblib(_Partly):
    def Pool(self, workers):
        import joblib

        return _JoblibPool(joblib, workers)


class _JoblibPool:
    def __init__(self, joblib, workers):
        self.delayed = joblib.delayed
        self.parallel = {size: joblib.Parallel(n_jobs=workers, batch_size=size) for size in ("auto", 1)}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)

    def map(self, function, tasks, chunksize="auto"):
        return self.parallel[chunksize](self.delayed(function)(task) for task in tasks)


class Loky(_Partly):
    def ProcessPoolExecutor(self, workers):
        import loky

        return loky.ProcessPoolExecutor(workers)
