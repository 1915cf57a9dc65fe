"""No program of its own: what several here do with a child."""

import multiprocessing


def in_child(target, *args):
    """The exit code of a process that did this."""
    process = multiprocessing.Process(target=target, args=args)
    process.start()
    process.join()
    return process.exitcode
