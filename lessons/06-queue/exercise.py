from multiprocessing import Process, Queue

if __name__ == "__main__":
    numbers = Queue()
    squares = Queue()
    total = 0
    for number in range(1, 7):
        total += number * number
    print(total)
