"""Runs every example, exercise and solution of the course through the playground and holds its facts against what happened.

Usage: run.py --forkyard PROGRAM [--only WORD]. The last line is `N passed, N failed`.
"""

import argparse
import sys
import tomllib
from pathlib import Path

import facts as checks
from playground import playground

LESSONS = Path(__file__).resolve().parents[2] / "lessons"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forkyard", required=True, help="the program to test")
    parser.add_argument("--only", default="", help="only cases whose name holds this")
    arguments = parser.parse_args()
    passed = failed = 0
    with playground(arguments.forkyard) as server:
        for name, test in cases(server):
            if arguments.only not in name:
                continue
            complaints = list(attempt(test))
            passed, failed = (passed, failed + 1) if complaints else (passed + 1, failed)
            print("FAILED" if complaints else "ok    ", name, flush=True)
            for complaint in complaints:
                print("       ", complaint.replace("\n", "\n        "), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def attempt(test):
    """A test's complaints; what it raises is one of them."""
    try:
        yield from test()
    except Exception as error:
        yield f"{type(error).__name__}: {error}"


def cases(server):
    """Name and test of each case: one for each lesson's facts as such, one for each way to run a program."""
    served = [lesson["slug"] for lesson in server.get("/api/lessons")]
    folders = sorted(path.parent.name for path in LESSONS.glob("*/lesson.md"))
    yield "every lesson is served, in order", lambda: [] if served == folders else [f"served are {served}, not {folders}"]
    for slug in folders:
        yield from lesson(server, slug)


def lesson(server, slug):
    """The cases of one lesson."""
    facts = tomllib.loads((LESSONS / slug / "facts.toml").read_text())
    programs = dict(programs_of(server.get(f"/api/lessons/{slug}")))
    yield f"{slug}: facts and programs match", lambda: match(facts, programs)
    for name, (source, options) in programs.items():
        for workers in ("processes", "threads"):
            wanted = facts.get(name, {})
            if workers != options.get("workers", "processes"):
                wanted = wanted.get(workers)
            if wanted is not None:
                request = {"source": source, **options, "workers": workers}
                yield f"{slug}: {name} with {workers}", lambda request=request, wanted=wanted: run(server, request, wanted)


def programs_of(lesson):
    """Name, source and options of each program that a lesson shows."""
    for block in lesson["blocks"]:
        if block["kind"] == "example":
            yield block["name"], (block["source"], block["options"])
        elif block["kind"] == "exercise":
            yield "exercise", (block["source"], {})
            yield "solution", (block["solution"], {})


def match(facts, programs):
    """Complaints about facts of nothing, programs without facts, and facts that nobody would check."""
    for name in sorted(facts.keys() ^ programs.keys()):
        yield f"{name} has facts and is not shown" if name in facts else f"{name} is shown and has no facts"
    for name, wanted in facts.items():
        for key in sorted(checks.unknown(wanted)):
            yield f"{name}: nothing checks `{key}`"


def run(server, request, wanted):
    """Complaints about one run, with what it printed."""
    result = server.run(request, wanted.get("stdin"))
    complaints = list(checks.check(wanted, result, server.trace))
    if complaints:
        complaints.append(f"it printed:\n{result.text}\nand ended so: {result.finished}")
    return complaints


if __name__ == "__main__":
    sys.exit(main())
