"""The interpreters of this machine, as `forkyard doctor` finds them."""

import os
import re
import subprocess
import sys

#: The versions on which everything is expected to hold.
VERSIONS = ("3.11", "3.12", "3.13")


def interpreters(program, wanted):
    """{version: path} of what was asked for, else of what `forkyard doctor` finds."""

    def asked(variables):
        doctor = subprocess.run([program, "doctor"], env={**os.environ, **variables}, text=True, capture_output=True, check=True)
        return re.findall(r"^([* ]) (\d+\.\d+)\.\d+\S*\s+(.+?)  engine: (.+)$", doctor.stdout, re.MULTILINE)

    if not wanted:
        found = {version: path for _, version, path, _ in asked({"FORKYARD_PYTHON": ""}) if version in VERSIONS}
        return dict(sorted(found.items()))
    chosen = {}
    for name in wanted:
        marked = [(version, path) for mark, version, path, _ in asked({"FORKYARD_PYTHON": name}) if mark == "*"]
        if not marked:
            sys.exit(f"there is no Python {name} here; `forkyard doctor` says which there are")
        chosen.update(marked)
    return chosen
