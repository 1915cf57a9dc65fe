import multiprocessing


def mark(seats):
    seats[0] = 500


if __name__ == "__main__":
    seats = multiprocessing.Array("i", [7, 8, 9])
    usher = multiprocessing.Process(target=mark, args=(seats,))
    usher.start()
    usher.join()
    print(seats[:])
