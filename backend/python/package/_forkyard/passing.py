"""How shared objects reach a process that was not forked: by the arena's descriptor and a handle.

One descriptor serves every object that is passed to a process, because a fork server can pass only 256.
"""

from multiprocessing import context

from . import _engine


class Arena:
    """Stands for the arena in a pickle: unpickling it attaches the process to it."""

    def __reduce__(self):
        return attach, (context.reduction.DupFd(_engine.arena_fd()),)


def attach(descriptor):
    """Attach this process to the arena behind a passed descriptor; nothing if it has it already."""
    _engine.arena_attach(descriptor.detach())


def arena(obj):
    """What goes before the handle of `obj` in its pickle.

    While a process is being started the object is kept until that process is known to have ended, so that the handle
    still names it when the new process opens it.
    """
    popen = context.get_spawning_popen()
    if popen is None:
        return Arena()
    known = popen.__dict__
    known.setdefault("_forkyard_kept", []).append(obj)
    return known.setdefault("_forkyard_arena", Arena())


def refuse_mixed(obj):
    """What was made for forked processes goes to no other, as with CPython's own module."""
    context.assert_spawning(obj)
    if obj._is_fork_ctx:
        raise RuntimeError(
            "A SemLock created in a fork context is being shared with a process in a spawn context. "
            "This is not supported. Please use the same context to create multiprocessing objects and Process."
        )


def is_fork(ctx):
    """Whether a context, or the default one, forks."""
    return (ctx or context._default_context.get_context()).get_start_method() == "fork"


def prepared(data):
    """The preparation of a new process, with the arena in it.

    It must be attached before the main module is imported there: a lock made at the top level of that module would make
    an arena of its own, and nothing passed could be opened any more.
    """
    data["forkyard"] = Arena()
    return data
