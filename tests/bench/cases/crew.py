"""Processes that take part in a case: they begin together and stay until it has been measured."""


class Crew:
    """One process for each job, a function and its arguments; a context manager: they begin as it is entered."""

    def __init__(self, multiprocessing, *jobs):
        self.barrier = multiprocessing.Barrier(len(jobs) + 1)
        self.members = [multiprocessing.Process(target=_take_part, args=(self.barrier, *job)) for job in jobs]

    def __enter__(self):
        for member in self.members:
            member.start()
        self.barrier.wait()
        return self

    def done(self):
        """Waits until every member has done its job; call it once."""
        self.barrier.wait()

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            for member in self.members:
                member.terminate()
            return
        self.barrier.wait()
        for member in self.members:
            member.join()
            if member.exitcode:
                raise SystemExit(f"{member.name} ended with {member.exitcode}")


def _take_part(barrier, job, *arguments):
    barrier.wait()
    job(*arguments)
    barrier.wait()
    barrier.wait()
