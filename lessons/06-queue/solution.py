from multiprocessing import Process, Queue


def square(numbers, squares):
    for number in iter(numbers.get, None):
        squares.put(number * number)


if __name__ == "__main__":
    numbers = Queue()
    squares = Queue()
    workers = [Process(target=square, args=(numbers, squares)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(1, 7):
        numbers.put(number)
    for _ in workers:
        numbers.put(None)
    total = sum(squares.get() for _ in range(6))
    for worker in workers:
        worker.join()
    print(total)
