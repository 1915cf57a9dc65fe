"""A worker of a ProcessPoolExecutor is killed: what was done stays done, what was not is broken, and the next executor works."""

from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from scene import die, mp


def square(x):
    return x * x


def submitted(executor, x):
    """The call's future; none when the pool is known to be broken already."""
    try:
        return [executor.submit(square, x)]
    except BrokenProcessPool:
        return []


if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=mp) as executor:
        before = [executor.submit(square, x) for x in range(20)]
        wait(before)
        victim = executor.submit(die)
        after = [future for x in range(2) for future in submitted(executor, x)]
        print(type(victim.exception()).__name__)
        print(all(other.exception() is None or isinstance(other.exception(), BrokenProcessPool) for other in after))
        print([each.result() for each in before] == [x * x for x in range(20)])
    with ProcessPoolExecutor(1, mp_context=mp) as executor:
        print(executor.submit(square, 3).result())
