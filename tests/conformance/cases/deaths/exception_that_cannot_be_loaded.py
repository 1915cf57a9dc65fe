"""A task fails with an exception that can be pickled and not be unpickled."""

from scene import about_to_hang, mp


class Unloadable(Exception):
    def __init__(self, one, two):
        super().__init__(one)


def fail():
    raise Unloadable(1, 2)


def one():
    return 1


if __name__ == "__main__":
    with mp.Pool(1) as pool:
        about_to_hang()
        try:
            pool.apply(fail)
        except Exception as error:
            print(type(error).__name__)
        print(pool.apply(one))
