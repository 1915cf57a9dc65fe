import multiprocessing


def climb(floor):
    floor.value += 1


if __name__ == "__main__":
    floor = multiprocessing.Value("i", 20)
    climber = multiprocessing.Process(target=climb, args=(floor,))
    climber.start()
    climber.join()
    print(floor.value)
