"""Who takes part, and how a case is run on it: each figure comes from a fresh interpreter.

CPython's own module runs in the interpreter itself; the engine in the interpreter as `forkyard python` starts it; the recorded
engine by `forkyard run --trace`, with all that a recorded run has: the rings, the watched cores, the runner that reads and merges.
"""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import page
import peers
from failed import Failed
from rows import Program

HERE = Path(__file__).parent
# Seconds after which a case is taken for hung.
PATIENCE = 120
# Seconds that what is left of a program has to end by itself.
GRACE = 2

STDLIB, ENGINE, RECORDED = "CPython", "Forkyard", "recorded"
# Programs only: the profiler on CPython's own module, and the run as the page makes it.
VIZTRACER, PAGE = "viztracer", "page"
# Who is compared run by run.
PAIRED = (ENGINE, RECORDED, PAGE)
# Stands in a command for the file of the trace.
TRACE = "{trace}"
ASK = "import json, platform, sys; print(json.dumps([platform.python_version(), sys.executable, sys._base_executable]))"


@dataclass(frozen=True)
class Contestants:
    # The interpreter's version.
    python: str
    # The interpreter's own program.
    executable: str
    # What comes before `measure.py` and its arguments, by contestant.
    commands: dict[str, list[str]]

    def of(self, row):
        """The names of those who take part in a row."""
        if isinstance(row, Program):
            names = [STDLIB, VIZTRACER, ENGINE, RECORDED, PAGE]
        else:
            names = [STDLIB, ENGINE] + [RECORDED] * row.recorded + list(row.peers)
        return [name for name in names if name in self.commands]

    def measure(self, row, name, at_least):
        """One figure: the seconds of one operation and its events; of a recorded program more."""
        if isinstance(row, Program):
            return self._measure_program(str(HERE / "programs" / row.file), name)
        peer = "multiprocessing" if name in (STDLIB, ENGINE, RECORDED) else name
        command = [os.devnull if part == TRACE else part for part in self.commands[name]]
        return json.loads(run([*command, str(HERE / "measure.py"), str(at_least), peer, *row.case.split()]))

    def _measure_program(self, program, name):
        if name == PAGE:
            return page.run(self.commands[PAGE][0], program)
        start = time.monotonic()
        with TemporaryDirectory() as directory:
            trace = Path(directory, "trace.json")
            told = json.loads(run([str(trace) if part == TRACE else part for part in self.commands[name]] + [program]))
            if trace.exists():
                told.update(saved_bytes=trace.stat().st_size, until_saved_s=time.monotonic() - start)
        return told


def gather(forkyard, python, peer_directory):
    """Everybody who can take part. `python` picks the interpreter as FORKYARD_PYTHON does; no directory, no peers."""
    if python:
        os.environ["FORKYARD_PYTHON"] = python
    version, ours, own = json.loads(run([forkyard, "python", "-c", ASK]))
    # Started directly, `forkyard python` being nothing but a search for interpreters before it.
    commands = {STDLIB: [own], ENGINE: [ours], RECORDED: [forkyard, "run", "--trace", TRACE], PAGE: [forkyard]}
    if peer_directory is not None:
        with_peers, names = peers.prepare(own, version, peer_directory)
        commands.update((name, [str(with_peers)]) for name in names)
        if VIZTRACER in commands:
            commands[VIZTRACER] += ["-m", "viztracer", "--quiet", "-o", TRACE]
    return Contestants(version, own, commands)


def run(command):
    """What a program prints; `Failed` when it fails or hangs. Nothing of it is left."""
    # Whatever the shell has for Python would be measured along with it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(FORKYARD_ENGINE="forkyard", PYTHONPATH=str(HERE))
    # A session of its own: Ctrl-C is for the benchmark, which then ends the program with all its processes.
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, start_new_session=True, text=True, **pipes) as program:
        try:
            output, errors = program.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"no answer after {PATIENCE} s") from None
        finally:
            if program.returncode != 0:
                _end(program.pid)
    if program.returncode != 0:
        raise Failed((errors.strip().splitlines() or [f"exit code {program.returncode}"])[-1])
    return output


def _end(group):
    """Ends whatever is left of a program, and its memory with a name: CPython's tracker removes its own when the others are gone."""
    deadline = time.monotonic() + GRACE
    while _signal(group, signal.SIGTERM) and time.monotonic() < deadline:
        time.sleep(0.01)
    _signal(group, signal.SIGKILL)
    for left in Path("/dev/shm").glob(f"forkyard-bench-{group}-*"):
        left.unlink(missing_ok=True)


def _signal(group, number):
    """Whether there was anybody to get it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True
