"""One figure: a case, done so often that it can be measured, on whatever is told to take the part of `multiprocessing`.

Usage: measure.py SECONDS PEER SUBJECT.CASE [ARGUMENT]... A case that took less than SECONDS is done again, more often; only the
last time counts, the ones before it have warmed up what can be warm. Prints what the stopwatch tells.
"""

import importlib
import sys

# No case is asked to do more at once than this many times what it did before.
GROWTH = 20


def main(at_least, peer, name, *arguments):
    subject, case = name.split(".")
    case = getattr(importlib.import_module(f"cases.{subject}"), case)
    stand_in = importlib.import_module("stand_ins").of(peer)
    count = 1
    while True:
        watch = case(stand_in, count, *arguments)
        if watch.seconds >= at_least:
            break
        count = int(count * min(GROWTH, 1.2 * at_least / watch.seconds)) + 1
    watch.tell()


if __name__ == "__main__":
    main(float(sys.argv[1]), *sys.argv[2:])
