"""What is the least that a start by fork takes: the interpreter's own, of a child that does less and less.

Usage: forks.py [ROUNDS]. Prints for each child the milliseconds from its start to its being reaped, below which a quarter of the
rounds stayed, and the pages that it copied or mapped. Whoever runs it decides whose `multiprocessing` it is.
"""

import multiprocessing
import os
import resource
import sys
import time
from contextlib import contextmanager
from multiprocessing import popen_fork, process, util

# What is cold is warm after so many.
FIRST = 5


def nothing():
    pass


def bare():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def whole():
    started = multiprocessing.get_context("fork").Process(target=nothing)
    started.start()
    started.join()


def ends_at_once():
    def launch(self, _process):
        self.sentinel, other = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(0)
        os.close(other)
        self.finalizer = util.Finalize(self, util.close_fds, (self.sentinel,))

    with replaced(popen_fork.Popen, "_launch", launch):
        whole()


def runs_its_target():
    def bootstrap(self, **_options):
        self.run()
        return 0

    with replaced(process.BaseProcess, "_bootstrap", bootstrap):
        whole()


@contextmanager
def replaced(owner, name, function):
    own = getattr(owner, name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        setattr(owner, name, own)


def main(rounds=1000):
    kinds = {bare: [], ends_at_once: [], runs_its_target: [], whole: []}
    for number in range(FIRST + rounds):
        for kind, figures in kinds.items():
            pages, begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt, time.perf_counter()
            kind()
            took = time.perf_counter() - begin
            if number >= FIRST:
                figures.append((took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - pages))
    for kind, figures in kinds.items():
        took, pages = (sorted(column)[rounds // 4] for column in zip(*figures, strict=True))
        print(f"{kind.__name__:16} {took * 1e3:.2f} ms, {pages} pages")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
