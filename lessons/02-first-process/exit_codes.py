import sys
from multiprocessing import Process


def succeed():
    pass


def fail():
    raise ValueError("no such luck")


def leave():
    sys.exit(3)


if __name__ == "__main__":
    for target in (succeed, fail, leave):
        child = Process(target=target, name=target.__name__)
        child.start()
        child.join()
        print(f"{child.name} ended with {child.exitcode}")
