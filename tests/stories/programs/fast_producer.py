"""A producer that is faster than its consumer: the queue fills up, and the producer is done long before."""
from multiprocessing import Process, Queue


def produce(queue):
    for number in range(300):
        queue.put(number)
    queue.put(None)


def consume(queue):
    while (number := queue.get()) is not None:
        sum(range(number * 200 + 50_000))


if __name__ == "__main__":
    parcels = Queue()
    workers = [Process(target=produce, args=(parcels,)), Process(target=consume, args=(parcels,))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
