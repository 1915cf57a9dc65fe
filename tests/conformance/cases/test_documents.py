"""Whole programs of the kind that tutorials show: each prints on the engine what it prints on CPython's own module."""

import os
import pathlib
import subprocess
import sys
import unittest

from base import ENGINE, METHOD, Case

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "documents"

def run(path, engine):
    """What a program printed, in any order, how it ended, and the last line of its complaint."""
    variables = {**os.environ, "FORKYARD_ENGINE": engine, "FORKYARD_START_METHOD": METHOD}
    command = [sys.executable, str(path)]
    if engine == "stdlib":
        # The interpreter has no variable for it; a program that sets it itself overrides this too.
        place = pathlib.Path(__file__).resolve().parent / "with_method.py"
        command = [sys.executable, str(place), str(path)]
    ended = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=240)
    return sorted(ended.stdout.splitlines()), ended.returncode, ended.stderr.strip().splitlines()[-1:]


class Documents(Case):
    @unittest.skipIf(ENGINE == "stdlib", "compares the two by itself")
    def test_each_program_prints_the_same(self):
        for path in sorted(PROGRAMS.glob("*.py")):
            with self.subTest(program=path.stem):
                self.assertEqual(run(path, "forkyard"), run(path, "stdlib"))
