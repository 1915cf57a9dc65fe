"""Programs that end without tidying up: the engine warns of what CPython's own module warns of, and of nothing else."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from base import ENGINE, METHOD, Case

#: What a program does last. `mp` is the module.
ENDINGS = {
    "a pool of a name": "pool = mp.Pool(1); pool.map(abs, [1])",
    "a pool of no name": "mp.Pool(1).apply(abs, (1,)); gc.collect()",
    "a pool with work": "pool = mp.Pool(1); pool.map_async(time.sleep, [0.1] * 3); pool.close()",
    "processes": "mp.Process(target=time.sleep, args=(0.1,)).start(); mp.Process(target=time.sleep, args=(60,), daemon=True).start()",
    "queues and pipes": "left = [mp.Queue(), mp.SimpleQueue(), *mp.Pipe()]; left[0].put(1); left[1].put(2); left[2].send(3)",
    "a manager": "numbers = mp.Manager().list()",
    "an executor": "futures.ProcessPoolExecutor(1, mp.get_context()).submit(abs, 1).result()",
    "a pool of threads": "threads = pool.ThreadPool(1); threads.map(abs, [1])",
    "a view of named memory": "block = shared_memory.SharedMemory(create=True, size=5); view = block.buf[1:]; block.unlink()",
    "a condition that is held": "condition = mp.Condition(); condition.acquire()",
    "an exit code": "pool = mp.Pool(1); pool.map(abs, [1]); sys.exit(3)",
    "a number beyond C's as exit code": "child = mp.get_context('spawn').Process(target=sys.exit, args=(2**70,)); child.start(); child.join(); "
    "sys.exit(child.exitcode)",
    "a text as exit code": "child = mp.Process(target=sys.exit, args=('text',)); child.start(); child.join(); sys.exit(child.exitcode)",
    "an interrupt": "child = mp.Process(target=time.sleep, args=(60,), daemon=True); child.start(); signal.signal(signal.SIGALRM, "
    "signal.default_int_handler); signal.setitimer(signal.ITIMER_REAL, 0.1); child.join()",
}
PROGRAM = """
import gc, signal, sys, time
import multiprocessing as mp
from concurrent import futures
from multiprocessing import pool, shared_memory
if __name__ == "__main__":
    {ending}
"""
#: Seconds after which a program counts as hanging.
PATIENCE = 240
#: What an error or a warning is called when it is printed, and its text.
COMPLAINT = re.compile(r"^\w*(?:Warning|Error|Interrupt)\b.*", re.MULTILINE)
#: What is another text at every run.
CHANGING = re.compile(r"0x[0-9a-f]+|psm_[0-9a-f]+")


@unittest.skipIf(ENGINE == "stdlib", "compares the two by itself")
class Endings(Case):
    def test_a_program_that_does_not_tidy_up_is_told_the_same(self):
        place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        started = {}
        for number, (what, ending) in enumerate(ENDINGS.items()):
            path = place / f"ending{number}.py"
            path.write_text(PROGRAM.format(ending=ending))
            started[what] = [self.begin(path, engine) for engine in ("stdlib", "forkyard")]
        for what, programs in started.items():
            with self.subTest(what):
                stdlib, engine = map(self.end_of, programs)
                self.assertEqual(engine, stdlib)

    def test_a_program_whose_standard_output_is_closed_is_told_nothing(self):
        program = ["sh", "-c", 'exec "$0" -c "import multiprocessing" >&-', sys.executable]
        ended = subprocess.run(program, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertEqual((ended.stderr, ended.returncode), ("", 0))

    def begin(self, path, engine):
        """A program in the interpreter's development mode, where warnings are errors."""
        strict = {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error"}
        variables = {**os.environ, **strict, "FORKYARD_ENGINE": engine, "FORKYARD_START_METHOD": METHOD}
        program = subprocess.Popen([sys.executable, path], env=variables, stderr=subprocess.PIPE, text=True)
        self.addCleanup(program.wait)
        self.addCleanup(program.stderr.close)
        self.addCleanup(program.kill)
        return program

    def end_of(self, program):
        """How it ended, and what it complained of."""
        said = program.communicate(timeout=PATIENCE)[1]
        return program.returncode, sorted(CHANGING.sub("N", text) for text in COMPLAINT.findall(said))


if __name__ == "__main__":
    unittest.main()
