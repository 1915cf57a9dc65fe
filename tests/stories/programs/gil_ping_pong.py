"""Two threads that compute: the interpreter's lock goes to and fro, and no time is won."""
from threading import Thread


def count():
    total = 0
    for number in range(6_000_000):
        total += number


if __name__ == "__main__":
    threads = [Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
