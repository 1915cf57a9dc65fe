from multiprocessing import Pipe, Process


def answer(line):
    while (question := line.recv()) is not None:
        line.send(sum(range(question + 1)))


if __name__ == "__main__":
    asking, answering = Pipe()
    clerk = Process(target=answer, args=(answering,), name="clerk")
    clerk.start()
    for number in (10, 100, 1000):
        asking.send(number)
        print(f"1 to {number} add up to {asking.recv()}")
    asking.send(None)
    clerk.join()
