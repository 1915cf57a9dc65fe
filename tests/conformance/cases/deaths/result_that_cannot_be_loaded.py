"""A task's result can be pickled and not be unpickled."""

from scene import about_to_hang, mp


def refuse():
    raise ValueError("refused")


class Unloadable:
    def __reduce__(self):
        return refuse, ()


def make():
    return Unloadable()


def one():
    return 1


if __name__ == "__main__":
    with mp.Pool(1) as pool:
        about_to_hang()
        try:
            pool.apply(make)
        except Exception as error:
            print(type(error).__name__, error)
        print(pool.apply(one))
