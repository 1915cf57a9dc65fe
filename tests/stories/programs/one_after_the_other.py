"""Each process is joined before the next one is started."""
from multiprocessing import Process
from time import sleep


def work():
    sleep(0.2)


if __name__ == "__main__":
    for _ in range(4):
        worker = Process(target=work)
        worker.start()
        worker.join()
