"""workers=threads: every start method is accepted, and all of them start threads."""

from _forkyard.borrow import interpreters_own

interpreters_own(__name__)

from . import process  # noqa: E402


class Process(process.ThreadProcess):
    """What `multiprocessing.Process` is."""


def _context(method):
    class ThreadContext(BaseContext):  # noqa: F821 - the interpreter's own
        _name = method
        Process = process.ThreadProcess

        def Manager(self):
            """The objects of a manager without its process: `multiprocessing.dummy`'s."""
            from .dummy import Manager

            return Manager()

    return ThreadContext()


_concrete_contexts = {method: _context(method) for method in ("fork", "spawn", "forkserver")}
DefaultContext.Process = Process  # noqa: F821
DefaultContext.Manager = type(_concrete_contexts["fork"]).Manager  # noqa: F821
_default_context = DefaultContext(_concrete_contexts[_default_context._default_context._name])  # noqa: F821
