"""Runs the conformance cases with one interpreter, one engine and one start method.

    run.py --engine stdlib|forkyard --python PATH --start-method fork|spawn|forkserver [--package DIR] [NAME ...]
    run.py --workers threads --python PATH

`--python` is a plain interpreter; `--package` the built Python package (default: `target/release/python`, else
`target/debug/python`); recorded runs need the `forkyard` program beside it. The engine reaches the interpreter as it
does in use: by an environment with a `.pth` file. NAMEs choose cases as `unittest` names them (`test_queues`,
`test_pool.Deaths`).
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("stdlib", "forkyard"), default="forkyard")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--start-method", choices=("fork", "spawn", "forkserver"), default="fork")
    parser.add_argument("--workers", choices=("processes", "threads"), default="processes")
    parser.add_argument("--package", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


def built_package():
    """Where the build has put the Python package."""
    for profile in ("release", "debug"):
        package = ROOT / "target" / profile / "python"
        if (package / "_forkyard" / "_engine.abi3.so").exists():
            return package
    sys.exit("no built package: run `cargo xtask stage`")


def environment(python, package, place):
    """A virtual environment of the interpreter that starts the engine; its Python."""
    asked = "import sys; print(sys._base_executable, '%d.%d' % sys.version_info[:2])"
    executable, version = subprocess.run([python, "-c", asked], text=True, capture_output=True, check=True).stdout.split()
    site = place / "lib" / f"python{version}" / "site-packages"
    site.mkdir(parents=True)
    (place / "bin").mkdir()
    (place / "bin" / "python").symlink_to(executable)
    home = f"home = {pathlib.Path(executable).parent}\ninclude-system-site-packages = true\nversion = {version}\n"
    (place / "pyvenv.cfg").write_text(home)
    (site / "forkyard.pth").write_text(f"{package}\nimport _forkyard.boot\n")
    return place / "bin" / "python"


def main():
    # Whoever is started in the background ignores Ctrl-C, and so would all that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = arguments()
    package = (chosen.package or built_package()).resolve()
    with tempfile.TemporaryDirectory(prefix="conformance-") as place:
        python = environment(chosen.python, package, pathlib.Path(place))
        variables = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            "FORKYARD_ENGINE": chosen.engine,
            "FORKYARD_WORKERS": chosen.workers,
            "CONFORMANCE_ENGINE": chosen.engine,
            "CONFORMANCE_START_METHOD": chosen.start_method,
            "CONFORMANCE_PROGRAM": str(package.parent / "forkyard"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        names = chosen.names or ["discover", "-s", ".", "-p", "test_*.py"]
        command = [python, "-m", "unittest", *names]
        sys.exit(subprocess.run(command, cwd=HERE / ("cases" if chosen.workers == "processes" else "threads"), env=variables).returncode)


if __name__ == "__main__":
    main()
