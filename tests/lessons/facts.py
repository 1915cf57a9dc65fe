"""What an example must print and show: the facts beside it, held against a run.

`check` names everything that does not hold, in sentences. Facts speak of order, counts and at-least, never of absolute times.
"""

import collections
import re

OUTPUT = {"prints", "prints_any_order", "prints_matching"}
RUN = {"stdin", "outcome", "exit_code", "timeline"}
TIMELINE = {"processes", "cores_wanted_at_least", "cores_used_at_most", "messages", "waits", "tasks"}


def unknown(facts):
    """Keys that no check reads: a slip of the pen, or a fact that nobody would look at."""
    wrong = set(facts) - OUTPUT - RUN - {"threads"}
    wrong |= set(facts.get("timeline", {})) - TIMELINE
    if "threads" in facts:
        wrong |= unknown(facts["threads"])
    return wrong


def check(facts, run, trace):
    """What does not hold; empty when all does. `trace` gives the run's events when they are needed."""
    if run.finished is None:
        return ["the stream ended before the run did"]
    expected = {"outcome": facts.get("outcome", "completed"), "exit_code": facts.get("exit_code", 0)}
    for key, value in expected.items():
        if run.finished[key] != value:
            yield f"{key} is {run.finished[key]!r}, not {value!r}"
    yield from output(facts, run.text.splitlines())
    if "timeline" in facts:
        yield from timeline(facts["timeline"], run, trace(run))


def output(facts, lines):
    """Facts about what was printed, over both streams in the order in which they were written."""
    if "prints" in facts and lines != facts["prints"]:
        yield f"it does not print {facts['prints']}"
    if "prints_any_order" in facts and sorted(lines) != sorted(facts["prints_any_order"]):
        yield f"it does not print, in any order, {facts['prints_any_order']}"
    for pattern in facts.get("prints_matching", []):
        if not any(re.search(pattern, line) for line in lines):
            yield f"no line matches {pattern}"


def timeline(facts, run, events):
    """Facts about what the processes did."""
    names = collections.defaultdict(set)
    counts = collections.Counter()
    for event in events:
        category, phase = event.get("cat"), event.get("ph")
        names[category].add(event.get("name"))
        counts[category, phase] += 1

    seen = {"processes": len(run.processes), "messages": counts["message", "s"], "tasks": counts["task", "X"]}
    for key, value in seen.items():
        if key in facts and value != facts[key]:
            yield f"{key}: {value}, not {facts[key]}"
    for wait in facts.get("waits", []):
        if wait not in names["wait"]:
            yield f"nobody waited in {wait}; waits were {sorted(names['wait'])}"
    wanted = cores_wanted(run, events)
    if wanted is not None and wanted < facts.get("cores_wanted_at_least", 0):
        yield f"{wanted:.2f} cores wanted, not at least {facts['cores_wanted_at_least']}"
    used = run.finished["cores_used"]
    if used > facts.get("cores_used_at_most", float("inf")):
        yield f"{used:.2f} cores used, not at most {facts['cores_used_at_most']}"


def cores_wanted(run, events):
    """How many cores the run used, or was ready for while others had them: as many as it uses on a machine that has them to give.

    Threads that take turns with the interpreter's lock are not ready while they wait for it. None where the kernel does not say who is ready.
    """
    if run.started["on_core"] != "exact":
        return None
    ready_us = sum(event["dur"] for event in events if event.get("name") == "ready" and event["ph"] == "X")
    return (run.finished["cpu_ns"] + ready_us * 1000) / run.finished["wall_ns"]
