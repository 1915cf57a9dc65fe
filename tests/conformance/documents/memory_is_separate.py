from multiprocessing import Process

score = 0


def win():
    global score
    score += 1
    print(f"score here: {score}")


if __name__ == "__main__":
    first = Process(target=win)
    second = Process(target=win)
    first.start()
    second.start()
    first.join()
    second.join()
    print(f"score at home: {score}")
