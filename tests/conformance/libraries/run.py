"""Runs programs that use other libraries, on CPython's own module and on the engine: both must print the same.

    run.py --forkyard PROGRAM [--python VERSION] … [NAME …]

The libraries are installed with pip into an environment outside the tree (some 160 MB, half a minute, once for each interpreter
and list of requirements). The programs know nothing of Forkyard. NAMEs choose programs, such as `with_numpy`.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cpython"))

from interpreters import interpreters  # noqa: E402

#: The programs, and the arguments with which each is run: those that take a start method, with all three.
PROGRAMS = {
    "with_aiomultiprocess": [()],
    "with_dask": [()],
    "with_joblib": [()],
    "with_loky": [()],
    "with_mpire": [("fork",), ("spawn",), ("forkserver",)],
    "with_numpy": [("fork",), ("spawn",), ("forkserver",)],
    "with_pebble": [("fork",), ("spawn",), ("forkserver",)],
    "with_uvicorn": [()],
}
#: Seconds after which a program counts as hanging. The longest takes 5 on an idle machine.
WATCHDOG = 120


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forkyard", type=pathlib.Path, required=True, help="the built program")
    parser.add_argument("--python", action="append", default=[], help="a version such as 3.13, or a path")
    parser.add_argument("names", nargs="*", choices=[[], *PROGRAMS])
    return parser.parse_args()


def cache():
    """Where environments are kept."""
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "forkyard" / "libraries"


def environment(version, python):
    """The Python of an environment of this interpreter with the libraries in it, made when there is none yet."""
    requirements = HERE / "requirements.txt"
    content = f"{python}\n{requirements.read_text()}"
    place = cache() / f"{version}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"
    if not (place / "whole").exists():
        print(f"==> Installing the libraries for Python {version} (usually half a minute, once)", flush=True)
        shutil.rmtree(place, ignore_errors=True)
        # At its final place: an environment cannot be moved. The mark says that it is whole.
        subprocess.run([python, "-m", "venv", place], check=True)
        install = [place / "bin" / "pip", "--disable-pip-version-check", "install", "--quiet", "--requirement", requirements]
        subprocess.run(install, check=True)
        (place / "whole").touch()
    return place / "bin" / "python"


def run(forkyard, python, engine, name, given):
    """What a program printed, how it ended, and what it complained of."""
    variables = {**os.environ, "FORKYARD_PYTHON": str(python), "FORKYARD_ENGINE": engine}
    variables.pop("PYTHONUNBUFFERED", None)
    process = subprocess.Popen(
        [forkyard, "python", HERE / f"{name}.py", *given],
        env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        printed, complaint = process.communicate(timeout=WATCHDOG)
        return printed, process.returncode, complaint
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        printed, complaint = process.communicate()
        return printed, "it hangs", complaint


def check(forkyard, python, name, given):
    """Why a program does not do on the engine what it does without; nothing when it does."""
    stdlib = run(forkyard, python, "stdlib", name, given)
    if stdlib[1] != 0:
        return f"it fails on CPython's own module: {stdlib[1]}\n{stdlib[2]}"
    engine = run(forkyard, python, "forkyard", name, given)
    if engine[:2] != stdlib[:2] or engine[2] and not stdlib[2]:
        return f"{engine[1]}\n{engine[2]}\nprinted:\n{engine[0]}\ninstead of:\n{stdlib[0]}"
    return ""


def main():
    chosen = arguments()
    forkyard = chosen.forkyard.resolve()
    passed = failed = 0
    for version, path in interpreters(forkyard, chosen.python).items():
        python = environment(version, path)
        for name in chosen.names or PROGRAMS:
            for given in PROGRAMS[name]:
                why = check(forkyard, python, name, given)
                print(f"{version} {' '.join((name, *given))}: {why or 'the same'}", flush=True)
                passed, failed = passed + (not why), failed + bool(why)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
