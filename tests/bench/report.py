"""What was measured, as a table for the terminal, as a page of Markdown, and as JSON.

The rows that miss their target come first.
"""

import json
import os
import platform
from dataclasses import dataclass
from datetime import date

from contestants import ENGINE, RECORDED, STDLIB
from rows import EVENT_NS, GROUPS

TITLES = {"table": "Operations", "growth": "How cost grows"}


@dataclass(frozen=True)
class Results:
    everybody: object
    repeats: int
    quick: bool
    took_s: int
    # False when Ctrl-C ended it early.
    complete: bool
    # Figures by group, row and contestant, as `bench.measure` leaves them.
    measured: dict


def write(results, directory):
    """Leaves `results.json` and `benchmarks.md`."""
    directory.mkdir(parents=True, exist_ok=True)
    content = {
        "date": date.today().isoformat(),
        "python": results.everybody.python,
        "machine": _machine(),
        "repeats": results.repeats,
        "quick": results.quick,
        "took_s": results.took_s,
        "complete": results.complete,
        "rows": results.measured,
    }
    (directory / "results.json").write_text(json.dumps(content, indent=2) + "\n")
    (directory / "benchmarks.md").write_text(as_markdown(results))


def as_text(results):
    """The tables for the terminal."""
    parts = [_heading(results)]
    for group, (head, lines) in _tables(results).items():
        widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
        text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in [head, *lines]]
        parts.append("\n".join([TITLES[group], "", *text]))
    return "\n" + "\n\n".join(parts) + "\n\n" + _legend()


def as_markdown(results):
    """The page for the documents."""
    parts = ["# Benchmarks", _heading(results), _legend()]
    if missed := _missed(results):
        parts.append("Missed: " + "; ".join(missed) + ".")
    for group, (head, lines) in _tables(results).items():
        rule = ["---"] + ["--:"] * (len(head) - 1)
        table = "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])
        parts.append(f"## {TITLES[group]}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def in_one_line(figures):
    """For who waits: each contestant's median."""
    return ", ".join(f"{name} {_time(figures, name)}" for name in figures)


def engine_failed(measured):
    """Whether the engine gave no figure somewhere."""
    return any("error" in figures.get(ENGINE, {}) for rows in measured.values() for figures in rows.values())


def _heading(results):
    machine = _machine()
    return (
        f"`cargo xtask bench{' --quick' if results.quick else ''}`, {date.today().isoformat()}, CPython {results.everybody.python}, "
        f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}; medians of {results.repeats}, taking turns; "
        f"{results.took_s // 60} min {results.took_s % 60} s{'' if results.complete else ', ended early'}."
    )


def _legend():
    return (
        "Times are for one operation. Ratio: how many times faster the engine is than CPython's own module. "
        "Recorded: the same in a run with a timeline, and what one event adds; "
        f"{EVENT_NS} ns are allowed. A row marked * misses what is wanted of it."
    )


def _tables(results):
    """Head and lines of each group."""
    return {group: (_growth if group == "growth" else _table)(group, figures) for group, figures in results.measured.items()}


def _table(group, measured):
    head = ["", "CPython", "Forkyard", "ratio", "target", "best peer", "recorded", "an event"]
    rows = [row for row in GROUPS[group] if row.name in measured]
    # Stable: within the missed and within the met the rows keep their order.
    rows.sort(key=lambda row: not _misses(row, measured[row.name]))
    return head, [_line(row, measured[row.name]) for row in rows]


def _line(row, figures):
    event = _event_ns(figures)
    return [
        ("* " if _misses(row, figures) else "") + row.what,
        _time(figures, STDLIB),
        _time(figures, ENGINE),
        _ratio(figures),
        f"{row.target:g}x",
        _best_peer(row, figures),
        _time(figures, RECORDED),
        "" if event is None else f"{event:.0f} ns" + (" *" if event > EVENT_NS else ""),
    ]


def _growth(group, measured):
    rows = [row for row in GROUPS[group] if row.name in measured]
    lines = [[row.what, *(_time(measured[row.name], name) for name in (STDLIB, ENGINE)), _ratio(measured[row.name])] for row in rows]
    return ["", "CPython", "Forkyard", "ratio"], lines


def _missed(results):
    """The rows of the table that miss, in words."""
    measured = results.measured.get("table", {})
    missed = [row for row in GROUPS["table"] if row.name in measured and _misses(row, measured[row.name])]
    return [f"{row.what} ({_ratio(measured[row.name])} of {row.target:g}x)" for row in missed]


def _misses(row, figures):
    """Whether the ratio or the peer to be ahead of is missed; what cannot be told is not."""
    ours, theirs, rival = (_median(figures, name) for name in (ENGINE, STDLIB, row.ahead_of))
    if ours is None:
        return "error" in figures.get(ENGINE, {})
    return (theirs is not None and theirs / ours < row.target) or (rival is not None and rival < ours)


def _median(figures, name):
    return figures.get(name, {}).get("median_s")


def _ratio(figures):
    ours, theirs = _median(figures, ENGINE), _median(figures, STDLIB)
    return "" if ours is None or theirs is None else f"{theirs / ours:.2f}x"


def _best_peer(row, figures):
    medians = {name: _median(figures, name) for name in row.peers}
    known = {name: median for name, median in medians.items() if median is not None}
    if not known:
        return ""
    # The one to be ahead of is shown even when another is faster.
    best = row.ahead_of if row.ahead_of in known else min(known, key=known.get)
    return f"{best} {_time(figures, best)}"


def _event_ns(figures):
    """Nanoseconds that recording adds for each event."""
    off, on, events = _median(figures, ENGINE), _median(figures, RECORDED), figures.get(RECORDED, {}).get("events")
    return None if off is None or on is None or not events or events < 0.5 else (on - off) / events * 1e9


def _time(figures, name):
    if "error" in figures.get(name, {}):
        return "failed"
    seconds = _median(figures, name)
    if seconds is None:
        return ""
    unit, scale = next((unit, scale) for unit, scale in (("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)) if seconds >= scale or unit == "ns")
    value = seconds / scale
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def _machine():
    with open("/proc/cpuinfo") as text:
        names = [line.partition(":")[2].strip() for line in text if line.startswith("model name")]
    return {"processor": names[0] if names else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release()}
