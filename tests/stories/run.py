"""Runs the programs, each with a known story, and holds the story against the timeline that the playground sends.

Usage: run.py --forkyard PROGRAM --words PROGRAM [--only WORD]. The last line is `N passed, N failed`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "lessons"))

import stories
from playground import events, playground
from wire import Timeline

PROGRAMS = Path(__file__).resolve().parent / "programs"

#: What the kernel counts kept time in.
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


class Told:
    """One run: its timeline, what it printed, and how it ended (None when it was stopped in a deadlock).

    `kept_ns` is for how long at most its cores were kept from the machine, by others of the host.
    """

    def __init__(self, server, program):
        chunks, self.text, self.finished = [], "", None
        before = kept_ns()
        # Through the same door as the page: one request, its events.
        body = json.dumps({"source": program.read_text()}).encode()
        with server._request("POST", "/api/runs", body, "application/json") as response:
            for name, data in events(response):
                if name == "timeline":
                    chunks.append(data)
                elif name == "output":
                    self.text += data["text"]
                elif name == "finished":
                    self.finished = data
                if name == "timeline" and data.get("deadlocks"):
                    break  # closing the connection ends the run
        # It is told in whole ticks of each core.
        self.kept_ns = kept_ns() - before + os.cpu_count() * TICK_NS
        self.timeline = Timeline(chunks)
        self.chunks = "".join(f"{json.dumps(chunk)}\n" for chunk in chunks)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forkyard", required=True, help="the program to test")
    parser.add_argument("--words", required=True, help="the example of frontend/timeline that says a run in a paragraph")
    parser.add_argument("--only", default="", help="only stories whose name holds this")
    arguments = parser.parse_args()
    passed = failed = 0
    with playground(arguments.forkyard) as server:
        for program in sorted(PROGRAMS.glob("*.py")):
            if arguments.only not in program.stem:
                continue
            complaints = attempt(server, program, arguments.words)
            passed, failed = (passed, failed + 1) if complaints else (passed + 1, failed)
            print("FAILED" if complaints else "ok    ", program.stem, flush=True)
            for complaint in complaints:
                print("       ", complaint.replace("\n", "\n        "), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def kept_ns():
    """For how long all cores together were kept from the machine, since it began."""
    return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) * TICK_NS


def attempt(server, program, words):
    """What does not hold of a story; empty when all does."""
    try:
        told = Told(server, program)
        complaints = list(stories.common(told)) + list(getattr(stories, program.stem)(told))
        return complaints + list(stories.paragraph(program.stem, paragraph(words, told.chunks)))
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


def paragraph(words, chunks):
    """What the page says of these chunks."""
    return subprocess.run([words], input=chunks, capture_output=True, text=True, check=True, timeout=60).stdout


if __name__ == "__main__":
    sys.exit(main())
