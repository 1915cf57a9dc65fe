"""What was measured, as a table for the terminal, as a page of Markdown, and as JSON.

The rows that miss their target come first.
"""

import json
import os
import platform
import statistics
from dataclasses import dataclass
from datetime import date

from contestants import ENGINE, PAGE, RECORDED, STDLIB, VIZTRACER
from peers import VERSIONS
from rows import ENOUGH_EVENTS, EVENT_BYTES, EVENT_NS, GROUPS, Program

TITLES = {"table": "Operations", "timeline": "What recording costs a program", "growth": "How cost grows"}


@dataclass(frozen=True)
class Results:
    everybody: object
    quick: bool
    took_s: int
    # False when Ctrl-C ended it early.
    complete: bool
    # Figures by group, row and contestant, as `bench.take_turns` leaves them.
    measured: dict


def write(results, directory):
    """Leaves `results.json` and `benchmarks.md`."""
    directory.mkdir(parents=True, exist_ok=True)
    content = {
        "date": date.today().isoformat(),
        "python": results.everybody.python,
        "machine": _machine(),
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
    """The page for the documents: what was missed, then the tables."""
    missed = _missed(results)
    verdict = "These miss what is wanted of them:\n\n" + "\n".join(f"- {row}" for row in missed) if missed else "Nothing is missed."
    peers = ", ".join(f"{name} {VERSIONS[name]}" for name in results.everybody.commands if name in VERSIONS)
    parts = ["# Benchmarks", _heading(results), f"Beside it: {peers or 'nobody'}.", _legend(), verdict]
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
        f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}; medians of {_repeats(results)}, taking turns; "
        f"{results.took_s // 60} min {results.took_s % 60} s{'' if results.complete else ', ended early'}."
    )


def _repeats(results):
    """How often figures were taken: a number, or from one to another."""
    counts = {len(figure["all_s"]) for rows in results.measured.values() for row in rows.values() for figure in row.values() if "all_s" in figure}
    fewest, most = min(counts, default=0), max(counts, default=0)
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def _legend():
    return (
        "Times are for one operation. Ratio: how many times faster the engine is than CPython's own module. "
        "Recorded: the same in a run with a timeline, and what one event adds; "
        f"{EVENT_NS} ns are allowed. "
        "A program is run beside itself recorded, and in the page, many times in turn: what is told is the median of how many times longer "
        "the run beside took, and in brackets between which two figures half of all pairs lie. "
        f"It may take longer by its limit when recorded, and an event {EVENT_BYTES} bytes on the wire. "
        "A row marked * misses what is wanted of it."
    )


def _tables(results):
    """Head and lines of each group, the rows that miss first."""
    kinds = {"table": (HEAD, _line), "timeline": (PROGRAM_HEAD, _program_line), "growth": (GROWTH_HEAD, _growth_line)}
    tables = {}
    for group, measured in results.measured.items():
        head, line = kinds[group]
        # Stable: within the missed and within the met the rows keep their order.
        rows = sorted(_rows(group, measured), key=lambda row: not _misses(row, measured[row.name]))
        tables[group] = head, [[_star(row, measured[row.name]) + row.what, *line(row, measured[row.name])] for row in rows]
    return tables


def _rows(group, measured):
    return [row for row in GROUPS[group] if row.name in measured]


def _star(row, figures):
    return "* " if _misses(row, figures) else ""


HEAD = ["", "CPython", "Forkyard", "ratio", "target", "best peer", "recorded", "an event"]


def _line(row, figures):
    event = _event_ns(figures)
    return [
        _time(figures, STDLIB),
        _time(figures, ENGINE),
        _ratio(figures),
        f"{row.target:g}x",
        _best_peer(row, figures),
        _time(figures, RECORDED),
        "" if event is None else f"{event:.0f} ns" + (" *" if event > EVENT_NS else ""),
    ]


GROWTH_HEAD = ["", "CPython", "Forkyard", "ratio"]


def _growth_line(_row, figures):
    return [_time(figures, STDLIB), _time(figures, ENGINE), _ratio(figures)]


PROGRAM_HEAD = ["", "Forkyard", "recorded", "limit", "in the page", "events", "on the wire", "saved", "CPython", "VizTracer", "saved by it"]


def _program_line(row, figures):
    events, wire = figures.get(PAGE, {}).get("events"), _wire_bytes(figures)
    return [
        _time(figures, ENGINE),
        _in_pairs(figures, RECORDED),
        f"{row.limit:.2f}x",
        _in_pairs(figures, PAGE),
        "" if events is None else f"{events:.0f}",
        "" if wire is None else f"{wire:.1f} B an event",
        _saved(figures.get(RECORDED, {})),
        _time(figures, STDLIB),
        _times_longer(figures, VIZTRACER, STDLIB),
        _saved(figures.get(VIZTRACER, {})),
    ]


def _times_longer(figures, name, base):
    longer, before = _median(figures, name), _median(figures, base)
    return _time(figures, name) if longer is None or before is None else f"{longer / before:.2f}x"


def _longer_in_pairs(figures, name):
    """How many times longer each run of a program took than the one of the engine beside it: the quartiles, the median in the middle."""
    pairs = zip(figures.get(ENGINE, {}).get("all_s", []), figures.get(name, {}).get("all_s", []), strict=False)
    ratios = [longer / before for before, longer in pairs]
    return statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else None


def _in_pairs(figures, name):
    quartiles = _longer_in_pairs(figures, name)
    if quartiles is None:
        return _times_longer(figures, name, ENGINE)
    low, middle, high = quartiles
    return f"{middle:.3f}x ({low:.2f} to {high:.2f})"


def _saved(figure):
    if "saved_bytes" not in figure:
        return ""
    return f"{figure['saved_bytes'] / 1e6:.1f} MB, {figure['until_saved_s']:.1f} s in all"


def _wire_bytes(figures):
    """Bytes of the wire for one event, where enough events make it a figure."""
    page = figures.get(PAGE, {})
    return page["wire_bytes"] / page["events"] if (page.get("events") or 0) >= ENOUGH_EVENTS else None


def _missed(results):
    """The rows that miss, and by what."""
    words = []
    for group, measured in results.measured.items():
        for row in _rows(group, measured):
            if misses := _misses(row, measured[row.name]):
                words.append(f"{row.what}: {', '.join(misses)}")
    return words


def _misses(row, figures):
    """What a row misses, in words; what cannot be told is not missed."""
    if "error" in figures.get(ENGINE, {}):
        return ["failed"]
    return _program_misses(row, figures) if isinstance(row, Program) else _operation_misses(row, figures)


def _operation_misses(row, figures):
    ours, theirs, rival = (_median(figures, name) for name in (ENGINE, STDLIB, row.ahead_of))
    misses = []
    if None not in (row.target, ours, theirs) and theirs / ours < row.target:
        misses.append(f"{_ratio(figures)} of {row.target:g}x")
    if None not in (ours, rival) and rival < ours:
        misses.append(f"{_time(figures, ENGINE)} behind the {_time(figures, row.ahead_of)} of {row.ahead_of}")
    return misses


def _program_misses(row, figures):
    quartiles, wire = _longer_in_pairs(figures, RECORDED), _wire_bytes(figures)
    misses = []
    if quartiles is not None and quartiles[1] > row.limit:
        misses.append(f"{_in_pairs(figures, RECORDED)} as long when recorded, {row.limit:.2f}x allowed")
    if wire is not None and wire > EVENT_BYTES:
        misses.append(f"{wire:.1f} bytes an event on the wire, {EVENT_BYTES} allowed")
    return misses


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
