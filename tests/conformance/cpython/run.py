"""Runs CPython's own tests of multiprocessing on the engine: those that come with each interpreter, in its `test` package.

    run.py --forkyard PROGRAM [--python VERSION] … [--start-method METHOD] … [--engine stdlib] [NAME …]

The suites are `multiprocessing` (test._test_multiprocessing), `futures` (the process-pool part of test.test_concurrent_futures)
and `main` (test.test_multiprocessing_main_handling). Without --python every interpreter from 3.11 to 3.13 that `forkyard doctor`
finds is tried. A table closes the run; it fails when a test fails that `left_out.toml` does not name, and when that list names
one that is not there or passes everywhere. NAMEs choose tests: `TestQueue`, `TestQueue.test_get`, `test_get`.
"""

import argparse
import collections
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import crew
import left_out
import worker
from interpreters import interpreters

SUITES = ("multiprocessing", "futures", "main")
METHODS = ("fork", "spawn", "forkserver")
#: Two for each core.
JOBS = 2 * len(os.sched_getaffinity(0))
HOW_TO_GET = "Debian's Python has it in the package libpython3-testsuite; other installations of 3.11 and 3.12 lack parts of it"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forkyard", type=pathlib.Path, required=True, help="the built program")
    parser.add_argument("--python", action="append", default=[], help="a version such as 3.13, or a path")
    parser.add_argument("--newest", action="store_true", help="only the newest interpreter that has the most suites")
    parser.add_argument("--start-method", action="append", default=[], choices=METHODS)
    parser.add_argument("--suite", action="append", default=[], choices=SUITES)
    parser.add_argument("--engine", choices=("forkyard", "stdlib"), default="forkyard")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"processes at a time ({JOBS}: the tests mostly sleep)")
    parser.add_argument("--which", action="store_true", help="only say what the interpreters have of the suites")
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


def tests(program, environment, suite, method):
    """({class: tests}, "") of a suite, or ({}, what is missing)."""
    command = [program, "python", worker.INSIDE, "list", suite, method]
    answer = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=worker.PATIENCE)
    if answer.returncode != 0:
        return {}, f"it cannot be loaded:\n{answer.stderr}"
    said = json.loads(answer.stdout.splitlines()[-1])
    return said.get("classes", {}), said.get("missing", "")


def narrowed(classes, names):
    """The tests that the names choose."""

    def is_chosen(cls, test):
        whole = cls.rpartition(":")[2]
        plain = re.sub("^With(Processes|Threads|Manager)", "", whole)
        texts = {test, whole, plain, f"{whole}.{test}", f"{plain}.{test}"}
        return not names or not texts.isdisjoint(names)

    kept = {cls: [test for test in inner if is_chosen(cls, test)] for cls, inner in classes.items()}
    return {cls: inner for cls, inner in kept.items() if inner}


def rows(chosen, modules, entries):
    """A row for each suite, start method and interpreter, and {(version, suite): what is missing}."""
    made, missing = [], {}
    methods, suites = chosen.start_method or METHODS, chosen.suite or SUITES
    for version, path in interpreters(chosen.forkyard, chosen.python).items():
        environment = worker.variables(path, chosen.engine, modules)
        for suite in suites:
            for method in methods:
                classes, lacking = tests(chosen.forkyard, environment, suite, method)
                if lacking:
                    missing[version, suite] = lacking
                    break
                if kept := narrowed(classes, chosen.names):
                    key = version, suite, method
                    known = [entry for entry in entries if entry.covers(*key)]
                    made.append(crew.Row.of(key, environment, kept, functools.partial(_is_any, known)))
    if chosen.newest:
        suites = collections.Counter(row.python for row in made)
        newest = max(suites, key=lambda version: (suites[version], left_out.number(version)), default=None)
        made = [row for row in made if row.python == newest]
        missing = {key: what for key, what in missing.items() if key[0] == newest}
    return made, missing


def _is_any(entries, test):
    return any(entry.means(test) for entry in entries)


def table(done, missing):
    """Prints what became of the tests; how many passed and how many failed that may not."""
    passed = failed = 0
    outcomes = ("passed", "failed", "left out", "skipped")
    line = "{:<7} {:<16} {:<11}" + " {:>8}" * len(outcomes)
    print("\n" + line.format("python", "suite", "method", *outcomes))
    for row in done:
        count = collections.Counter(
            "left out" if outcome == "failed" and row.is_left_out(test) else outcome
            for test, (outcome, _) in row.outcomes.items()
        )
        print(line.format(row.python, row.suite, row.method, *(count[outcome] for outcome in outcomes)))
        passed, failed = passed + count["passed"], failed + count["failed"]
    for (version, suite), what in missing.items():
        print(f"{version:<7} {suite:<16} not there: {what}; {HOW_TO_GET}")
    return passed, failed


def details(done, entries):
    """Prints what failed, what is left out and why, and what did not like company."""
    for row in done:
        for test, (outcome, text) in row.outcomes.items():
            if outcome == "failed" and not row.is_left_out(test):
                print(f"\n{'-' * 40}\n{row}: {test}\n{text}")
    print()
    for entry in entries:
        covered = [row for row in done if entry.covers(row.python, row.suite, row.method)]
        times = sum(outcome == "failed" and entry.means(test) for row in covered for test, (outcome, _) in row.outcomes.items())
        if times:
            print(f"left out: {entry.name} ({times} times): {entry.reason}")
    for row in done:
        for test in row.unsteady:
            print(f"passed only alone: {row}: {test}")


def main():
    # Whoever is started in the background ignores Ctrl-C, and so would all that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = arguments()
    chosen.forkyard = chosen.forkyard.resolve()
    entries = left_out.read() if chosen.engine == "forkyard" else []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="methods-") as place:
        worker.prepare(pathlib.Path(place))
        done, missing = rows(chosen, place, entries)
        if chosen.which:
            for row in done:
                print(f"{row}: {sum(len(tests) for _, tests in row.units)} tests")
            sys.exit(0 if done else 3)
        if not done:
            whose = ", ".join(f"{version} ({what})" for (version, _), what in missing.items())
            sys.exit(f"no interpreter has these tests: {whose or chosen.names}; {HOW_TO_GET}")
        crew.run(done, chosen.forkyard, chosen.jobs)
    details(done, entries)
    passed, failed = table(done, missing)
    complaints = [] if chosen.names else list(left_out.untrue(entries, done))
    for complaint in complaints:
        print(f"left_out.toml: {complaint}")
    print(f"\n{time.monotonic() - began:.0f} s")
    print(f"{passed} passed, {failed + len(complaints)} failed")
    sys.exit(1 if failed or complaints else 0)


if __name__ == "__main__":
    main()
