"""Two processes that only compute: they count primes, one function call for each number."""

import multiprocessing

from stopwatch import Stopwatch

NUMBERS = 200_000
WORKERS = 2


def is_prime(number):
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return number > 1


def count_primes(first, results):
    results.put(sum(map(is_prime, range(first, NUMBERS, WORKERS))))


def main():
    watch = Stopwatch(1)
    with watch:
        results = multiprocessing.Queue()
        workers = [multiprocessing.Process(target=count_primes, args=(first, results)) for first in range(WORKERS)]
        for worker in workers:
            worker.start()
        found = sum(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    assert found == 17_984
    watch.tell()


if __name__ == "__main__":
    main()
