"""The engine beside CPython's own multiprocessing and other libraries, in one run.

Whoever takes part in a row takes turns, so that whatever else the machine does strikes all; medians count. What was measured is
kept and shown when Ctrl-C ends it early.
"""

import argparse
import signal
import statistics
import sys
import time
from pathlib import Path

import contestants
import report
import rows
from failed import Failed

# Seconds that one figure takes at least.
THOROUGH, QUICK = 0.15, 0.04


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="only these rows or groups of rows; all when none is named")
    parser.add_argument("--forkyard", required=True, help="the program, of the release build")
    parser.add_argument("--results", type=Path, required=True, help="the directory for what was measured")
    parser.add_argument("--peers", type=Path, help="the directory for the peers' environments; none are asked without it")
    parser.add_argument("--python", help="the interpreter: a version or a path")
    parser.add_argument("--repeats", type=int, default=7, help="how often each figure is taken")
    parser.add_argument("--quick", action="store_true", help="shorter figures, noisier")
    options = parser.parse_args()

    groups = rows.chosen(options.rows)
    everybody = contestants.gather(options.forkyard, options.python, options.peers)
    measured = {group: {} for group in groups}
    start = time.monotonic()
    stop = Stop()
    todo = [(group, row) for group, members in groups.items() for row in members]
    for number, (group, row) in enumerate(todo, 1):
        print(f"{number}/{len(todo)} {row.what} ...", file=sys.stderr, end=" ", flush=True)
        figures = measured[group][row.name] = {}
        measure(everybody, row, options, figures, stop)
        print(report.in_one_line(figures), file=sys.stderr, flush=True)
        if stop.wanted:
            break
    results = report.Results(everybody, options.repeats, options.quick, round(time.monotonic() - start), not stop.wanted, measured)
    report.write(results, options.results)
    print(report.as_text(results))
    if stop.wanted or report.engine_failed(measured):
        sys.exit(1)


def measure(everybody, row, options, figures, stop):
    """Adds what was measured to `figures` after each turn: median and all seconds of one operation, and
    what else the last turn told."""
    names = everybody.of(row)
    for _ in range(options.repeats):
        for name in names:
            figure = figures.setdefault(name, {"median_s": None, "all_s": []})
            if stop.wanted or "error" in figure:
                continue
            try:
                answer = everybody.measure(row, name, QUICK if options.quick else THOROUGH)
            except Failed as failure:
                figures[name] = {"error": str(failure)}
                continue
            figure["all_s"].append(answer["seconds"])
            figure["median_s"] = statistics.median(figure["all_s"])
            figure.update({name: each for name, each in answer.items() if name != "seconds"})


class Stop:
    """Ctrl-C: the figure at hand is still taken, so that its program removes what it has made; a second one ends at once."""

    def __init__(self):
        self.wanted = False
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, _number, _frame):
        self.wanted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    main()
