"""What the engine raises where CPython's own module would have waited for ever."""


class OwnerDied(RuntimeError):
    """The process that held a lock is dead and will never release it."""

    def __init__(self, pid):
        super().__init__(f"process {pid} died while it held the lock")
        self.pid = pid

    def __reduce__(self):
        return type(self), (self.pid,)
