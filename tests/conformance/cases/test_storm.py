"""Processes killed at random points: a short list of seeds. CONTRIBUTING.md says how to run a long one."""

import subprocess
import sys
import unittest
from pathlib import Path

from base import engine_only

STORM = Path(__file__).parents[1] / "storm" / "storm.py"


class Storms(unittest.TestCase):
    @engine_only
    def test_a_short_list_of_seeds(self):
        ended = subprocess.run(
            [sys.executable, "-W", "ignore", STORM, *map(str, range(8))], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)


if __name__ == "__main__":
    unittest.main()
