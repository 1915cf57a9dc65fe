"""The engine beside CPython's own multiprocessing, in one run.

Each case runs in a fresh interpreter by `forkyard python`; the two engines take turns, so that whatever else the machine does
strikes both. Medians count. Prints a table and writes every single figure, with the machine, as JSON.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

import cases

ENGINES = ("forkyard", "stdlib")
# Seconds after which a case is taken for hung.
PATIENCE = 120


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forkyard", required=True, help="the program, of the release build")
    parser.add_argument("--repeats", type=int, default=7, help="how often each case runs on each engine")
    parser.add_argument("--results", type=Path, required=True, help="where the figures go")
    arguments = parser.parse_args()

    python = ask(arguments.forkyard, "forkyard", "-c", "import platform; print(platform.python_version())")
    figures = {case.__name__: measure(arguments, case) for case in cases.CASES}
    machine = {"python": python, "cores": os.cpu_count(), "kernel": platform.release(), "machine": platform.machine()}
    results = {"date": date.today().isoformat(), "repeats": arguments.repeats, **machine, "cases": figures}
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    arguments.results.write_text(json.dumps(results, indent=2) + "\n")

    print(f"\nCPython {python}, {os.cpu_count()} cores, median of {arguments.repeats}, microseconds for one\n")
    print(f"{'':<78} {'forkyard':>9} {'stdlib':>9} {'ratio':>7}")
    for case in figures.values():
        medians = [case[engine]["median_s"] * 1e6 for engine in ENGINES]
        print(f"{case['what']:<78} {medians[0]:>9.2f} {medians[1]:>9.2f} {case['ratio']:>6.1f}x")
    print("\nratio: how many times faster the engine is than CPython's own")


def measure(arguments, case):
    """Every figure of a case in seconds, the engines taking turns."""
    print(f"{case.__name__} ...", file=sys.stderr, flush=True)
    seconds = {engine: [] for engine in ENGINES}
    for _ in range(arguments.repeats):
        for engine in ENGINES:
            seconds[engine].append(float(ask(arguments.forkyard, engine, cases.__file__, case.__name__)))
    medians = {engine: statistics.median(seconds[engine]) for engine in ENGINES}
    return {
        "what": case.__doc__,
        "ratio": medians["stdlib"] / medians["forkyard"],
        **{engine: {"median_s": medians[engine], "all_s": seconds[engine]} for engine in ENGINES},
    }


def ask(forkyard, engine, *arguments):
    """What a Python with this engine prints."""
    environment = {**os.environ, "FORKYARD_ENGINE": engine}
    answer = subprocess.run(
        [forkyard, "python", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=PATIENCE, text=True
    )
    if answer.returncode:
        sys.exit(f"{' '.join(arguments)} failed on {engine} with {answer.returncode}")
    return answer.stdout.strip()


if __name__ == "__main__":
    main()
