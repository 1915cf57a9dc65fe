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

# Seconds that one figure takes at least, and how often each is taken.
THOROUGH, QUICK = 0.15, 0.04
REPEATS = 7
# Quickly: the operations that have a target, and everything else.
QUICK_REPEATS = {"table": 7, "timeline": 3, "growth": 3}
# How often a program is run beside itself recorded. A few per cent are wanted there, less than two runs differ by in themselves.
PAIRS, QUICK_PAIRS = 25, 15


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="only these rows or groups of rows; all when none is named")
    parser.add_argument("--forkyard", required=True, help="the program, of the release build")
    parser.add_argument("--results", type=Path, required=True, help="the directory for what was measured")
    parser.add_argument("--page", type=Path, help="where the page for the documents goes, unless it ended early")
    parser.add_argument("--peers", type=Path, help="the directory for the peers' environments; none are asked without it")
    parser.add_argument("--python", help="the interpreter: a version or a path")
    parser.add_argument("--repeats", type=int, help="how often each figure is taken")
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
        repeats = options.repeats or (QUICK_REPEATS[group] if options.quick else REPEATS)
        at_least = QUICK if options.quick else THOROUGH
        pairs = options.repeats or (QUICK_PAIRS if options.quick else PAIRS)
        for names in turns(row, everybody.of(row), repeats, pairs):
            take_turns(everybody, row, names, at_least, figures, stop)
        print(report.in_one_line(figures), file=sys.stderr, flush=True)
        if stop.wanted:
            break
    results = report.Results(everybody, options.quick, round(time.monotonic() - start), not stop.wanted, measured)
    report.write(results, options.results)
    if options.page and results.complete:
        options.page.write_text(report.as_markdown(results))
    print(report.as_text(results))
    if stop.wanted or report.engine_failed(measured):
        sys.exit(1)


def turns(row, names, repeats, pairs):
    """Who takes each turn, in which order. What a program's recording costs is told by pairs, so each of a pair comes first as often as
    the other: a machine that becomes slower or faster meanwhile does so for both."""
    if not isinstance(row, rows.Program):
        return [names] * repeats
    paired = [name for name in names if name in contestants.PAIRED]
    others = [name for name in names if name not in contestants.PAIRED]
    orders = [paired[::-1] if number % 2 else paired for number in range(pairs)]
    return [order + others * (number < repeats) for number, order in enumerate(orders)]


def take_turns(everybody, row, names, at_least, figures, stop):
    """One figure of each of them. `figures` has all seconds of one operation, their median, and what else was told last."""
    for name in names:
        figure = figures.setdefault(name, {"median_s": None, "all_s": []})
        if stop.wanted or "error" in figure:
            continue
        try:
            told = everybody.measure(row, name, at_least)
        except Failed as failure:
            figures[name] = {"error": str(failure)}
            continue
        figure["all_s"].append(told.pop("seconds"))
        figure["median_s"] = statistics.median(figure["all_s"])
        figure.update(told)


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
