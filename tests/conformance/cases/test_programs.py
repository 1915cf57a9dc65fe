"""Programs that go through the whole of the API, misuse included: each prints on the engine what it prints on CPython's own module.

They run with all warnings as errors and in the interpreter's development mode, so nothing of ours may warn either.
"""

import os
import pathlib
import subprocess
import sys
import unittest

from base import ENGINE, METHOD, Case

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "programs"
#: Seconds after which a program counts as hanging.
PATIENCE = 240


def run(path, engine):
    """What a program printed, in any order, how it ended, and what it complained of."""
    strict = {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error"}
    variables = {**os.environ, **strict, "FORKYARD_ENGINE": engine, "FORKYARD_START_METHOD": METHOD}
    ended = subprocess.run([sys.executable, path], env=variables, capture_output=True, text=True, timeout=PATIENCE)
    return sorted(ended.stdout.splitlines()), ended.returncode, ended.stderr


@unittest.skipIf(ENGINE == "stdlib", "compares the two by itself")
class Programs(Case):
    maxDiff = None

    def check(self, name):
        stdlib = run(PROGRAMS / f"{name}.py", "stdlib")
        self.assertEqual(stdlib[1], 0, stdlib[2])
        engine = run(PROGRAMS / f"{name}.py", "forkyard")
        self.assertEqual(engine[:2], stdlib[:2], engine[2])
        if "Warning" not in stdlib[2]:
            self.assertNotIn("Warning", engine[2])

    def test_misuse_is_refused_in_the_same_words(self):
        self.check("misuse")

    def test_shared_memory_and_its_objects(self):
        self.check("shared")

    def test_managers_and_proxies(self):
        self.check("managed")

    def test_listeners_and_waiting_for_anything(self):
        self.check("connections")

    def test_processes_and_what_they_know(self):
        self.check("processes")

    def test_threads_in_the_place_of_processes(self):
        self.check("dummies")

    def test_everything_can_be_handed_over(self):
        self.check("pickled")
