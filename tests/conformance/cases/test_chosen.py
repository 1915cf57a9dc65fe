"""What a run is started with holds on either engine, recorded or not."""

import os
import subprocess
import sys
import tempfile
import unittest

from base import ENGINE, METHOD, Case
from recording import PROGRAM


@unittest.skipUnless(os.path.exists(PROGRAM), "the forkyard program is not built beside the package")
class Chosen(Case):
    def test_the_start_method_is_the_chosen_one(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
            program.write("import multiprocessing; print(multiprocessing.get_start_method())")
            program.flush()
            command = [PROGRAM, "run", "--engine", ENGINE, "--start-method", METHOD, program.name]
            variables = {**os.environ, "FORKYARD_PYTHON": sys._base_executable}
            variables.pop("FORKYARD_ENGINE", None)
            ended = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=240)
        self.assertEqual(ended.stdout, METHOD + "\n", ended.stderr)
