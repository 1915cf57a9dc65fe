"""The list of tests that do not count, each by name and with its reason; and whether it is still true."""

import dataclasses
import pathlib
import re
import tomllib

LIST = pathlib.Path(__file__).resolve().parent.parent / "left_out.toml"

#: What the suites put before the name of a class for each start method.
METHOD_PREFIX = re.compile(r"^ProcessPool(Forkserver|Fork|Spawn)(?=.)")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A test, or all of a class, that may fail."""

    suite: str
    name: str
    reason: str
    #: The first version that has it.
    since: str = "3.11"
    #: The start methods under which it is left out.
    start_methods: tuple = ("fork", "spawn", "forkserver")
    #: Why it passes at times, where it does.
    passes_when: str = ""

    def covers(self, python, suite, method):
        return suite == self.suite and method in self.start_methods and number(python) >= number(self.since)

    def means(self, test):
        plain = METHOD_PREFIX.sub("", test)
        return plain == self.name or plain.startswith(self.name + ".")


def read(path=LIST):
    """The list's entries."""
    with open(path, "rb") as file:
        return [Entry(**{**entry, "start_methods": tuple(entry.get("start_methods", Entry.start_methods))})
                for entry in tomllib.load(file)["test"]]  # fmt: skip


def untrue(entries, rows):
    """What is no longer true of the list, in sentences. The rows must hold all tests of their suites."""
    for entry in entries:
        covered = [row for row in rows if entry.covers(row.python, row.suite, row.method)]
        outcomes = [outcome for row in covered for test, (outcome, _) in row.outcomes.items() if entry.means(test)]
        if covered and not outcomes:
            yield f"{entry.name} is left out, but no interpreter has such a test"
        elif outcomes and "failed" not in outcomes and not entry.passes_when:
            yield f"{entry.name} is left out, but passes everywhere"


def number(version):
    """A version of Python to compare."""
    return tuple(int(part) for part in version.split(".")[:2])
