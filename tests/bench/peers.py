"""The libraries that do what a part of `multiprocessing` does, in an environment of their own for each interpreter.

One that cannot be installed is said in a line and left out.
"""

import subprocess
import sys

# Pinned, so that figures of two days are about the same thing.
VERSIONS = {
    "billiard": "4.3.2",
    "faster-fifo": "1.5.2",
    "joblib": "1.6.0",
    "loky": "3.7.0",
    "mpire": "2.10.2",
    "viztracer": "1.1.1",
    "zeroq": "0.1.0",
}
# Seconds that one installation may take; one of them is compiled where no wheel fits.
PATIENCE = 300

LIST = "import importlib.metadata as m; print(*(d.metadata['Name'].lower() + '==' + d.version for d in m.distributions()))"


def prepare(executable, version, directory):
    """The interpreter that has the peers, and their names. `directory` is where environments lie; both None without any."""
    environment = directory / f"peers-{version}"
    python = environment / "bin/python"
    if _answer(python, "-c", "") is None:
        _say(f"making {environment}, once")
        if _answer(executable, "-m", "venv", "--clear", environment) is None:
            _say("no peers: this interpreter cannot make a virtual environment")
            return None, ()
    installed = (_answer(python, "-c", LIST) or "").split()
    for name, wanted in VERSIONS.items():
        if f"{name}=={wanted}" not in installed:
            _say(f"installing {name} {wanted}, once")
            pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", f"{name}=={wanted}")
            if _answer(python, *pip) is None:
                _say(f"{name} {wanted} does not install here: its figures are left out")
    installed = (_answer(python, "-c", LIST) or "").split()
    return python, tuple(name for name, wanted in VERSIONS.items() if f"{name}=={wanted}" in installed)


def _answer(*command):
    """What a command prints; None when it fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _say(text):
    print(text, file=sys.stderr, flush=True)
