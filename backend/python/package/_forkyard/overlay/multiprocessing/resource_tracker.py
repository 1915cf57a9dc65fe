"""The tracker of names: the interpreter's own, but for shared memory, which the engine's guard looks after.

Taking note of a segment is then no message to another process, and what was noted is removed also when the tracker is killed.
"""

from _forkyard import _engine, guard
from _forkyard.borrow import interpreters_own

interpreters_own(__name__)

_GUARDED = "shared_memory"
#: Bytes of the message that the tracker would have got; a longer one it refuses.
_LONGEST = 512


class ResourceTracker(ResourceTracker):  # noqa: F821
    """The interpreter's own, which is not told of shared memory."""

    def register(self, name, rtype):
        """Have it removed when the program has ended."""
        if rtype != _GUARDED:
            return super().register(name, rtype)
        if len(f"REGISTER:{name}:{rtype}\n") > _LONGEST:
            raise ValueError("msg too long")
        if not _engine.is_guarded():
            guard.start()
        _engine.named_remember(name)

    def unregister(self, name, rtype):
        """Somebody else removes it, or has."""
        if rtype != _GUARDED:
            return super().unregister(name, rtype)
        _engine.named_forget(name)


_resource_tracker = ResourceTracker()
ensure_running = _resource_tracker.ensure_running
#: The second name stays when a program replaces the first.
register = own_register = _resource_tracker.register
unregister = _resource_tracker.unregister
getfd = _resource_tracker.getfd
