from multiprocessing import Array, Process, Value


def turn(angle, steps):
    angle.value = 2.75
    for index in range(len(steps)):
        steps[index] = -steps[index]


if __name__ == "__main__":
    angle = Value("d", 0.0)
    steps = Array("i", range(8))

    turner = Process(target=turn, args=(angle, steps))
    turner.start()
    turner.join()

    print(angle.value)
    print(steps[:])
