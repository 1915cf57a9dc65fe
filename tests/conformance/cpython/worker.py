"""One process that runs tests inside an interpreter: handed tests, watched, ended with everything it started."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

INSIDE = pathlib.Path(__file__).resolve().parent / "inside.py"

#: Seconds without a word after which a test counts as hanging. CPython's own slowest takes 7 on an idle machine.
PATIENCE = 300
#: Bytes of a process's own output that are shown with a test that ended it.
LAST_WORDS = 4000


def prepare(place):
    """Makes the modules that hold the tests for each start method, which some installations lack."""
    for method in ("fork", "spawn", "forkserver"):
        importing = "from test._test_multiprocessing import install_tests_in_module_dict"
        (place / f"method_{method}.py").write_text(f"{importing}\n\ninstall_tests_in_module_dict(globals(), {method!r})\n")


def variables(interpreter, engine, modules):
    """The environment of a process in an interpreter."""
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONUNBUFFERED", "FORKYARD_START_METHOD")}
    return {**ours, "FORKYARD_PYTHON": interpreter, "FORKYARD_ENGINE": engine, "PYTHONPATH": str(modules)}


class Worker:
    """A process of one interpreter, suite and start method, and the tests it was handed and has not finished."""

    def __init__(self, program, environment, suite, method):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="tests-"))
        orders, self._orders = os.pipe()
        self.reports, reports = os.pipe()
        os.set_blocking(self.reports, False)
        self._log = open(self.place / "log", "w+b")
        self._process = subprocess.Popen(
            [program, "python", INSIDE, "run", suite, method, str(orders), str(reports)],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, pass_fds=(orders, reports),
            cwd=self.place, env={**environment, "TMPDIR": str(self.place)}, start_new_session=True,
        )  # fmt: skip
        os.close(orders)
        os.close(reports)
        self._unread = b""
        self.unit, self.left = None, []
        self.running = None
        self.heard_at = time.monotonic()

    def hand(self, unit):
        """Gives it (class, tests) to run; its end when there is none."""
        self.unit, self.left = unit, list(unit[1]) if unit else []
        if unit is None:
            os.close(self._orders)
            self._orders = None
        else:
            with contextlib.suppress(BrokenPipeError):  # it is gone, which is noticed where its end is looked for
                os.write(self._orders, json.dumps({"class": unit[0], "tests": unit[1]}).encode() + b"\n")

    def heard(self):
        """The reports that have come since the last call."""
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self.reports, 1 << 16):
                self._unread += piece
        *lines, self._unread = self._unread.split(b"\n")
        if lines:
            self.heard_at = time.monotonic()
        return [json.loads(line) for line in lines]

    def has_ended(self):
        return self._process.poll() is not None

    def is_silent(self):
        return time.monotonic() - self.heard_at > PATIENCE

    def end(self):
        """Ends it and all that it started; its exit code and last words."""
        if not self.has_ended():
            self._process.send_signal(signal.SIGABRT)  # which prints where each thread stands
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        for descriptor in (self.reports, self._orders):
            if descriptor is not None:
                os.close(descriptor)
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LAST_WORDS))
        words = self._log.read().decode(errors="replace")
        self._log.close()
        shutil.rmtree(self.place, ignore_errors=True)
        return code, words
