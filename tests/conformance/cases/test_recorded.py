"""What a recording shows of a program, and that it does not change it."""

import unittest

from recording import Recorded

UNHANDLED = """
import os, signal
os.kill(os.getpid(), signal.SIGINT)
"""


class Interrupts(Recorded):
    def test_an_unhandled_ctrl_c_is_the_exit_code(self):
        ended, _ = self.record(UNHANDLED)
        self.assertEqual(ended.returncode, 130, ended.stderr)


if __name__ == "__main__":
    unittest.main()
