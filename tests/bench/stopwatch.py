"""How long something took, and how many events the timeline recorded meanwhile.

The events are counted in the memory that the processes record into, which a recorded program has open: see
`backend/trace/src/memory.rs` for its layout. A process that dies meanwhile takes its count along, so cases let theirs live.
"""

import json
import os
import struct
import time

# The layout: the first page begins with this word, headers of slots follow on the second.
MAGIC = b"fkytrc02"
PAGE = 4096
SLOTS = 256
HEADER_BYTES = 128


class Stopwatch:
    """A context manager; may be entered several times, and then adds up. `operations` is what the time is divided by."""

    def __init__(self, operations):
        self.operations = operations
        self.seconds = 0.0
        self.events = None

    def __enter__(self):
        self._recorded = _recorded()
        self._start = time.perf_counter()
        return self

    def __exit__(self, kind, error, traceback):
        self.seconds += time.perf_counter() - self._start
        self.count_events()

    def count_events(self):
        """Counts events up to now, when the others have gone on recording after this process had stopped the time."""
        if self._recorded is not None:
            before, self._recorded = self._recorded, _recorded()
            pairs = zip(before, self._recorded, strict=True)
            grown = (new[1] - old[1] if old[0] == new[0] and old[1] <= new[1] else new[1] for old, new in pairs)
            self.events = sum(grown, self.events or 0)

    def without_events(self):
        """For a case whose processes die while it is measured: nobody can count their events."""
        self.events = None
        return self

    def tell(self):
        """Prints the seconds of one operation, and its events: null while nothing is recorded, or when they cannot be told."""
        events = None if self.events is None else self.events / self.operations
        print(json.dumps({"seconds": self.seconds / self.operations, "events": events}))


def _recorded():
    """For each slot its owner and how many events that has recorded; None when nothing is recorded."""
    if "FORKYARD_TRACE" not in os.environ:
        return None
    fd = int(os.environ["FORKYARD_TRACE"])
    if os.pread(fd, len(MAGIC), 0) != MAGIC:
        raise SystemExit("the trace memory has another layout than tests/bench/stopwatch.py knows")
    headers = os.pread(fd, SLOTS * HEADER_BYTES, PAGE)
    # Owner, bytes of names, events.
    return [struct.unpack_from("=IIQ", headers, slot * HEADER_BYTES)[::2] for slot in range(SLOTS)]
