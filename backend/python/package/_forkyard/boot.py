"""What runs when the interpreter starts, before the program.

It reads the FORKYARD_* variables, installs the finder that answers for `multiprocessing`, begins the recording if there
is one, and makes the standard streams send whole pieces when they are datagram sockets. It must cost next to nothing and
must never break a program: whatever fails here is one line on standard error, and CPython's own module serves.
"""

import os
import sys


def _is_resource_tracker():
    """CPython's tracker of names is no process of the program: it is neither recorded nor served."""
    return any("multiprocessing.resource_tracker" in part for part in sys.orig_argv[1:])


def _start():
    environ = os.environ
    workers = environ.get("FORKYARD_WORKERS", "processes")
    # CPython has no module that serves processes by threads: there is only ours to choose.
    engine = "forkyard" if workers == "threads" else environ.get("FORKYARD_ENGINE", "forkyard")
    start_method = environ.get("FORKYARD_START_METHOD")
    recorded = "FORKYARD_TRACE" in environ
    if (engine == "stdlib" and not recorded and not start_method) or _is_resource_tracker():
        return
    from . import finder

    finder.install(engine=engine, workers=workers, start_method=start_method)
    if recorded:
        from . import watch

        watch.begin(int(environ["FORKYARD_TRACE"]), environ.get("FORKYARD_HELLO"))


def _streams():
    import stat

    def is_socket(fd):
        try:
            return stat.S_ISSOCK(os.fstat(fd).st_mode)
        except OSError:
            return False  # closed, as a daemon's are

    if any(map(is_socket, (1, 2))):
        from . import streams

        streams.install()


def _guard(step):
    try:
        step()
    except Exception as error:  # the program must run whatever happens here
        try:
            sys.stderr.write(f"FORKYARD could not start ({step.__name__.strip('_')}): {type(error).__name__}: {error}\n")
        except Exception:
            pass


_guard(_start)
_guard(_streams)
