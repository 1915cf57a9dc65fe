"""Runs the tests of several rows in parallel, a few processes at a time.

A row is one suite with one start method in one interpreter. Its classes are cut into units of a few tests; each process takes
one unit after the other. A test that hangs or kills its process fails, and the rest of its unit goes to another process. A test
that failed beside others is tried once more with nothing beside it.
"""

import dataclasses
import select
import time
from collections.abc import Callable

from worker import Worker

#: Tests in a unit: as few as keep the start of a class (a manager, a pool) from costing more than its tests.
UNIT = 6
#: Seconds between two words about how far it is.
PROGRESS = 15


@dataclasses.dataclass
class Row:
    """A suite with a start method in an interpreter, and what became of its tests."""

    python: str
    suite: str
    method: str
    environment: dict
    units: list
    #: Whether a failure of the test counts.
    is_left_out: Callable[[str], bool]
    #: {"Class.test": (outcome, text)}; outcomes are passed, failed and skipped.
    outcomes: dict = dataclasses.field(default_factory=dict)
    #: Tests that failed beside others and passed alone.
    unsteady: list = dataclasses.field(default_factory=list)

    @classmethod
    def of(cls, key, environment, classes, is_left_out):
        """A row with all tests of its classes; the largest classes come first, so that none is left for the end."""
        ordered = sorted(classes.items(), key=lambda item: -len(item[1]))
        units = [(name, tests[at : at + UNIT]) for name, tests in ordered for at in range(0, len(tests), UNIT)]
        return cls(*key, environment, units, is_left_out)

    def __str__(self):
        return f"{self.python} {self.suite} {self.method}"


def run(rows, program, jobs):
    """Runs all rows with so many processes, then what failed alone."""
    _Crew(program, jobs).run(rows)
    again = []
    for row in rows:
        failed = {name for name, (outcome, _) in row.outcomes.items() if outcome == "failed" and not row.is_left_out(name)}
        again.append(dataclasses.replace(row, units=_units_of(row, failed), outcomes={}))
    if any(row.units for row in again):
        print(f"once more, alone: {sum(len(row.units) for row in again)} tests", flush=True)
        _Crew(program, 1).run(again)
    for row, second in zip(rows, again, strict=True):
        for name, (outcome, text) in second.outcomes.items():
            if outcome != "failed" and name in row.outcomes:
                row.unsteady.append(name)
                row.outcomes[name] = outcome, text


def _units_of(row, names):
    """A unit for each of the tests."""
    return [(cls, [test]) for cls, tests in row.units for test in tests if f"{_short(cls)}.{test}" in names]


def _short(cls):
    return cls.rpartition(":")[2]


class _Crew:
    """The processes at work."""

    def __init__(self, program, jobs):
        self._program, self._jobs = program, jobs
        self._at_work = {}  # worker: row
        self._began = self._said = time.monotonic()

    def run(self, rows):
        waiting = {id(row): list(reversed(row.units)) for row in rows}
        total = sum(len(tests) for row in rows for _, tests in row.units)
        try:
            while True:
                for row in rows:
                    while waiting[id(row)] and len(self._at_work) < self._jobs:
                        self._at_work[Worker(self._program, row.environment, row.suite, row.method)] = row
                if not self._at_work:
                    return
                select.select([worker.reports for worker in self._at_work], [], [], 1)
                for worker, row in list(self._at_work.items()):
                    self._look_at(worker, row, waiting[id(row)])
                self._say(rows, total)
        finally:
            for worker in self._at_work:
                worker.end()

    def _look_at(self, worker, row, waiting):
        ended = worker.has_ended()  # asked first: what it said before its end is still to be heard
        for fact in worker.heard():
            if "want" in fact:
                for test in worker.left:
                    row.outcomes.setdefault(f"{_short(worker.unit[0])}.{test}", ("failed", "it was not run, and nobody said why"))
                worker.hand(waiting.pop() if waiting else None)
            elif "begins" in fact:
                worker.running = fact["begins"]
            elif "ends" in fact:
                worker.left.remove(fact["ends"])
                worker.running = None
                self._note(row, f"{fact['of']}.{fact['ends']}", fact["outcome"], fact["text"])
            else:
                self._note_around(worker, row, fact)
        if ended or worker.is_silent():
            self._bury(worker, row, waiting, "it ended its process" if ended else "it hangs")

    def _note(self, row, name, outcome, text):
        row.outcomes[name] = outcome, text
        if outcome == "failed" and not row.is_left_out(name):
            print(f"  {row}: {name} failed", flush=True)

    def _note_around(self, worker, row, fact):
        """What went wrong around tests: the tests of the unit that were not run for it, else a test of its own name."""
        if worker.left:
            for test in worker.left:
                self._note(row, f"{_short(worker.unit[0])}.{test}", fact["outcome"], f"{fact['around']}: {fact['text']}")
            worker.left = []
        else:
            self._note(row, fact["around"], fact["outcome"], fact["text"])

    def _bury(self, worker, row, waiting, what):
        code, words = worker.end()
        del self._at_work[worker]
        if worker.unit is None and code == 0:
            return
        text = f"{what} (exit code {code})\n{words}"
        if worker.running:
            name = worker.running
            worker.left.remove(name)
            self._note(row, f"{_short(worker.unit[0])}.{name}", "failed", text)
            if worker.left:
                waiting.append((worker.unit[0], worker.left))
        else:
            after = _short(worker.unit[0]) if worker.unit else "the last test"
            self._note(row, f"what follows {after}", "failed", text)
            if worker.left and len(worker.left) < len(worker.unit[1]):
                waiting.append((worker.unit[0], worker.left))
            else:
                for test in worker.left:
                    self._note(row, f"{_short(worker.unit[0])}.{test}", "failed", text)

    def _say(self, rows, total):
        now = time.monotonic()
        if now - self._said >= PROGRESS:
            self._said = now
            done = sum(len(row.outcomes) for row in rows)
            print(f"  {done} of {total} tests after {now - self._began:.0f} s", flush=True)
