from multiprocessing import Array, Process, Value


def fill(half, squares):
    half.value = 0.5
    for index in range(len(squares)):
        squares[index] = index * index


if __name__ == "__main__":
    half = Value("d", 0.0)
    squares = Array("i", 6)
    child = Process(target=fill, args=(half, squares))
    child.start()
    child.join()
    print(half.value, squares[:])
