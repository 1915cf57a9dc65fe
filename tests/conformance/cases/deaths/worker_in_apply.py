"""A pool's worker is killed in `apply`; what others do goes on."""

from scene import about_to_hang, die, mp


def square(x):
    return x * x


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        others = [pool.apply_async(square, (x,)) for x in range(4)]
        about_to_hang()
        try:
            pool.apply(die)
        except Exception as error:
            print(type(error).__name__)
        print([other.get() for other in others], pool.apply(square, (5,)))
