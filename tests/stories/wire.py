"""Reads the timeline of a run from its chunks, by what `backend/wire/PROTOCOL.md` says and nothing else."""

from itertools import accumulate

DIGITS = {letter: digit for digit, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}

KINDS = {
    1: "fork", 2: "exec", 3: "boot", 4: "import", 5: "unpickle", 6: "run", 7: "exit", 8: "zombie",
    16: "Lock.acquire", 17: "Queue.get", 18: "Queue.put", 19: "Connection.recv", 20: "Connection.send", 21: "Process.join",
    22: "Thread.join", 23: "Event.wait", 24: "Condition.wait", 25: "Barrier.wait", 26: "Semaphore.acquire",
    27: "AsyncResult.get", 28: "sleep", 29: "gil", 30: "input", 48: "hold", 49: "task", 50: "on core", 51: "ready", 52: "has gil",
}  # fmt: skip
MEASURES = {1: "waiters", 2: "depth", 3: "tasks"}


class Timeline:
    """A run as its chunks add up to."""

    def __init__(self, chunks):
        self.lanes, self.objects, self.strings = {}, {}, []
        self.segments, self.arrows, self.levels = [], [], []
        self.marks, self.deadlocks, self.lost_updates, self.gaps = [], [], [], []
        self.lost, self.left_out, self.gil, self.open = 0, {}, None, []
        for chunk in chunks:
            self._add(chunk)

    def _add(self, chunk):
        self.lanes.update((lane["id"], lane) for lane in chunk["lanes"])
        self.objects.update((each["id"], each) for each in chunk["objects"])
        self.strings += chunk["strings"]
        self.segments += list(segments(chunk["segments"]))
        self.open = list(segments(chunk["open"]))
        self.arrows += list(arrows(chunk["arrows"]))
        self.levels += list(levels(chunk["levels"]))
        for name in ("marks", "deadlocks", "lost_updates", "gaps"):
            getattr(self, name).extend(chunk.get(name, ()))
        self.lost = chunk["lost"]
        self.left_out = chunk.get("left_out", {})
        self.gil = chunk.get("gil", self.gil)

    def name(self, lane):
        """What a lane is called."""
        return self.lanes[lane]["name"] if lane in self.lanes else None

    def of(self, kind, **wanted):
        """The segments of a kind with these values; an object may be given by its name."""
        rows = [row for row in self.segments if row["kind"] == kind]
        if (name := wanted.pop("object", None)) is not None:
            rows = [row for row in rows if self.objects.get(row["object"], {}).get("name") == name]
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]

    def total(self, kind, **wanted):
        """Their time in nanoseconds."""
        return sum(row["end"] - row["start"] for row in self.of(kind, **wanted))

    def level(self, name, measure):
        """The values of an object's level in order of time."""
        rows = [row for row in self.levels if self.objects[row["object"]]["name"] == name and row["measure"] == measure]
        return [row["value"] for row in sorted(rows, key=lambda row: row["at"])]

    @property
    def processes(self):
        """The lanes of processes in the order of their birth."""
        lanes = [lane for lane in self.lanes.values() if lane["kind"] == "process"]
        return sorted(lanes, key=lambda lane: lane["start_ns"])

    @property
    def workers(self):
        """Those but the main process's."""
        return self.processes[1:]


def numbers(text):
    number = shift = 0
    for letter in text:
        digit = DIGITS[letter]
        number |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            yield number
            number = shift = 0


def column(text):
    last, plain = None, numbers(text)
    for number in plain:
        yield number
        if number == last:
            for _ in range(next(plain)):
                yield number
            number = None
        last = number


def folded(text):
    return (-(number + 1) // 2 if number & 1 else number // 2 for number in column(text))


def differences(text):
    return accumulate(folded(text))


def paces(text):
    return accumulate(accumulate(folded(text)))


def shapes(table, names):
    flat = list(column(table.get("shapes", "")))
    each = [dict(zip(names, flat[at : at + len(names)])) for at in range(0, len(flat), len(names))]
    return [each[number] for number in column(table.get("shape", ""))]


def segments(table):
    names = ("lane", "kind", "object", "line", "holder", "released_by", "detail")
    indices = differences(table.get("index", ""))
    rows = zip(shapes(table, names), column(table.get("shape", "")), folded(table.get("start", "")), folded(table.get("duration", "")))
    end, last = 0, {}
    for shape, number, longer_after, longer in rows:
        after, duration = last.get(number, (0, 0))
        after, duration = last[number] = after + longer_after, duration + longer
        start, end = end + after, end + after + duration
        index = next(indices) if shape["kind"] == 49 else 0
        yield {**shape, "kind": KINDS.get(shape["kind"]), "start": start, "end": end, "index": index}


def arrows(table):
    rows = shapes(table, ("object", "from", "to"))
    names = ("bytes", "sent", "received", "pickling", "unpickling")
    reads = (differences, paces, paces, column, column)
    values = zip(*(read(table.get(name, "")) for name, read in zip(names, reads)))
    return ({**shape, **dict(zip(names, each))} for shape, each in zip(rows, values))


def levels(table):
    rows = zip(shapes(table, ("object", "measure")), differences(table.get("at", "")), column(table.get("value", "")))
    return ({**shape, "measure": MEASURES.get(shape["measure"]), "at": at, "value": value} for shape, at, value in rows)
