import multiprocessing
from multiprocessing import shared_memory


def paint(name):
    board = shared_memory.SharedMemory(name=name)
    board.buf[0] = 77
    board.close()


if __name__ == "__main__":
    board = shared_memory.SharedMemory(create=True, size=16)
    painter = multiprocessing.Process(target=paint, args=(board.name,))
    painter.start()
    painter.join()
    print(board.buf[0])
    board.close()
    board.unlink()
