"""The three threads of a pool: the keeper of its workers, the feeder of its tasks, the receiver of its results."""

import threading

from _forkyard import tasks

from . import util
from .connection import wait
from .pool_worker import _helper_reraises_exception

INIT, RUN, CLOSE, TERMINATE = "INIT", "RUN", "CLOSE", "TERMINATE"


class _Handlers:
    """What the threads do. They hold parts of a pool and never the pool itself, which would then never be forgotten."""

    @staticmethod
    def _join_exited_workers(pool):
        """Takes out the workers that have ended; which."""
        gone = [process for process in pool if process.exitcode is not None]
        for process in gone:
            process.join()
            pool.remove(process)
        return gone

    @classmethod
    def _maintain_pool(
        cls, cache, ctx, Process, processes, pool, inqueue, outqueue, initializer, initargs, maxtasksperchild, wrap_exception
    ):
        """Workers that have ended are replaced."""
        gone = _Handlers._join_exited_workers(pool)
        if gone:
            if isinstance(outqueue, tasks.ResultQueue):
                outqueue.bury(gone, cache)
            cls._repopulate_pool_static(
                ctx, Process, processes, pool, inqueue, outqueue, initializer, initargs, maxtasksperchild,
                wrap_exception,
            )  # fmt: skip

    @staticmethod
    def _get_worker_sentinels(workers):
        return [process.sentinel for process in workers if hasattr(process, "sentinel")]

    @staticmethod
    def _wait_for_updates(sentinels, change_notifier):
        wait([*sentinels, change_notifier])
        change_notifier.clear()

    @classmethod
    def _handle_workers(
        cls, cache, taskqueue, ctx, Process, processes, pool, inqueue, outqueue, initializer, initargs,
        maxtasksperchild, wrap_exception, change_notifier,
    ):  # fmt: skip
        """The keeper: replaces workers while there is something to do."""
        thread = threading.current_thread()
        while thread._state == RUN or (cache and thread._state != TERMINATE):
            cls._maintain_pool(
                cache, ctx, Process, processes, pool, inqueue, outqueue, initializer, initargs, maxtasksperchild,
                wrap_exception,
            )  # fmt: skip
            cls._wait_for_updates(cls._get_worker_sentinels(pool), change_notifier)
        taskqueue.put(None)
        util.debug("worker handler exiting")

    @staticmethod
    def _handle_tasks(taskqueue, put, outqueue, pool, cache):
        """The feeder: pickles tasks and puts them up."""
        thread = threading.current_thread()
        for generated, set_length in iter(taskqueue.get, None):
            count = _Handlers._put_all(generated, put, cache, thread)
            if count is None:
                break
            if set_length:
                set_length(count)
            generated = set_length = None
            taskqueue.done()
        generated = set_length = None
        try:
            outqueue.put(None)
            for _ in pool:
                put(None)
        except OSError:
            util.debug("task handler got OSError when sending sentinels")
        util.debug("task handler exiting")

    @staticmethod
    def _put_all(generated, put, cache, thread):
        """All tasks of a job; how many, None when the pool ended before."""
        if isinstance(generated, tasks.Feed):
            while thread._state == RUN and not _Handlers._feed(generated, put):
                generated.wait_for_room(tasks.PATIENCE)
            return generated.count if thread._state == RUN else None
        count = 0
        for count, task in enumerate(generated, 1):
            if thread._state != RUN:
                return None
            _Handlers._put_or_fail(put, cache, task)
        return count

    @staticmethod
    def _put_or_fail(put, cache, task):
        try:
            put(task)
        except Exception as e:
            _Handlers._fail(cache, task[0], task[1], e)

    @staticmethod
    def _fail(cache, job, index, error):
        """A task could not be put up."""
        job = cache.get(job)
        if job is not None:
            cache.fail(job, index, error)

    @staticmethod
    def _handle_results(outqueue, get, cache):
        """The receiver: gives results to those who wait for them."""
        if isinstance(outqueue, tasks.ResultQueue):
            return outqueue.serve(cache)
        thread = threading.current_thread()
        stopping = False
        while (not stopping or cache) and thread._state != TERMINATE:
            try:
                task = get()
            except (OSError, EOFError):
                util.debug("result handler got EOFError/OSError -- exiting")
                return
            if thread._state == TERMINATE:
                break
            if task is None:
                stopping = True
                continue
            job = cache.get(task[0])
            if job is not None:
                job._set(task[1], task[2])
            task = job = None
        util.debug("result handler exiting: len(cache)=%s, thread._state=%s", len(cache), thread._state)

    @staticmethod
    def _feed(generated, put):
        """Puts up as much of a `Feed` as there is room for; whether that is all, or something else is to be fed to the board."""
        if not isinstance(generated, tasks.Feed):
            return False
        try:
            return generated.go_on()
        except Exception as e:
            put((generated.job, generated.count, _helper_reraises_exception, (e,), {}))
            generated.end()
            return True


def _handler(target, args):
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread._state = RUN
    thread._forkyard_own = True
    thread.start()
    return thread
