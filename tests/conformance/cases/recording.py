"""Recorded runs of whole programs, for the cases that look at what was recorded."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from base import ENGINE, METHOD, Case

#: The `forkyard` program beside the package under test.
PROGRAM = os.environ.get("CONFORMANCE_PROGRAM", "")


@unittest.skipUnless(os.path.exists(PROGRAM), "the forkyard program is not built beside the package")
class Recorded(Case):
    """A case that records programs."""

    def record(self, text, *options):
        """Runs a program under the recording: how it ended, and what its timeline shows (see `Timeline`)."""
        with tempfile.TemporaryDirectory() as place:
            program, recorded = os.path.join(place, "program.py"), os.path.join(place, "trace.json")
            with open(program, "w") as file:
                file.write(text)
            chosen = ["--engine", ENGINE, "--start-method", METHOD, *options]
            variables = {**os.environ, "FORKYARD_PYTHON": sys._base_executable, "XDG_CACHE_HOME": place}
            for name in ("FORKYARD_ENGINE", "FORKYARD_WORKERS"):
                variables.pop(name, None)
            ended = subprocess.run(
                [PROGRAM, "run", *chosen, "--trace", recorded, program],
                env=variables, capture_output=True, text=True, timeout=240,
            )  # fmt: skip
            with open(recorded) as file:
                trace = json.load(file)
            return ended, Timeline(trace["traceEvents"], trace["otherData"])


class Timeline:
    """The events of a recording, as the Chrome trace has them."""

    def __init__(self, events, found):
        self._events = events
        self.lost_updates = [event["args"] for event in found["lost_updates"]]
        self.deadlocks = found["deadlocks"]

    def segments(self, name):
        """The complete events of this name."""
        return [event for event in self._events if event["ph"] == "X" and event["name"] == name]

    def process(self, pid):
        """What a process is called."""
        named = (event for event in self._events if event["ph"] == "M" and event["name"] == "process_name")
        return next((event["args"]["name"] for event in named if event["pid"] == pid), None)

    def lanes(self, name):
        """Where the threads of this name stand: (pid, tid)."""
        named = (event for event in self._events if event["ph"] == "M" and event["name"] == "thread_name")
        return {(event["pid"], event["tid"]) for event in named if event["args"]["name"] == name}

    def of_category(self, category):
        """All events of this category."""
        return [event for event in self._events if event.get("cat") == category]
