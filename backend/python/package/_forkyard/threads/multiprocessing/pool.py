"""workers=threads: a pool's workers are threads, and nothing is pickled on its way to them."""

from _forkyard.borrow import overlays_own

overlays_own(__name__)


class Pool(ThreadPool):  # noqa: F821 - the overlay's
    """Threads that do tasks, with a process pool's signature."""

    @staticmethod
    def Process(ctx, *args, **kwds):
        return ctx.Process(*args, **kwds)

    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, context=None):
        ThreadPool.__mro__[1].__init__(self, processes, initializer, initargs, maxtasksperchild, context)  # noqa: F821
