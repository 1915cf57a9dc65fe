"""Few descriptors are left, or not even the standard streams are there: what is started is refused or works, and nothing waits for ever."""

import os
import subprocess
import sys
import tempfile

from base import METHOD, Case, engine_only

PROGRAM = """
import errno, os, resource
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
mp = multiprocessing.get_context({method!r})

def process():
    started = mp.Process(target=os.getpid)
    started.start()
    started.join()
    return started.exitcode

def pool():
    with mp.Pool(1) as workers:
        return workers.apply(abs, (0,))

def executor():
    with ProcessPoolExecutor(1, mp) as workers:
        return workers.submit(abs, 0).result()

def all_but(free):
    taken = []
    try:
        while True:
            taken.append(os.dup(0))
    except OSError:
        pass
    for each in taken[len(taken) - free:]:
        os.close(each)
    return taken[:len(taken) - free]

if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for does in process, pool, executor:
        assert does() == 0
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
        for free in range(16):
            taken = all_but(free)
            try:
                assert does() == 0
            except OSError as error:
                assert error.errno == errno.EMFILE, error
            finally:
                for each in taken:
                    os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
        assert does() == 0
        print(does.__name__, flush=True)
"""
STREAMLESS = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    for _ in range(6):
        with ProcessPoolExecutor(2, multiprocessing.get_context({method!r})) as workers:
            assert list(workers.map(abs, range(4))) == [0, 1, 2, 3]
"""
#: Seconds after which a program counts as hanging.
PATIENCE = 50


@engine_only
class Scarcity(Case):
    def test_no_number_of_free_descriptors_makes_a_start_hang(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(PROGRAM.format(method=METHOD))
            file.flush()
            ended = subprocess.run([sys.executable, file.name], capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((ended.stdout.split(), ended.returncode), (["process", "pool", "executor"], 0), ended.stderr)


class Streamless(Case):
    def test_a_program_without_standard_streams_starts_processes(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(STREAMLESS.format(method=METHOD))
            file.flush()
            command = ["sh", "-c", 'exec "$0" "$1" <&- >&- 2>&-', sys.executable, file.name]
            self.assertEqual(subprocess.run(command, timeout=PATIENCE).returncode, 0)
