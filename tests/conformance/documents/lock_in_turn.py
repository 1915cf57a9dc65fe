from multiprocessing import Lock, Process


def cross(bridge, number):
    bridge.acquire()
    try:
        print(f"walker {number}")
    finally:
        bridge.release()


if __name__ == "__main__":
    bridge = Lock()
    walkers = [Process(target=cross, args=(bridge, number)) for number in range(5)]
    for walker in walkers: walker.start()
    for walker in walkers: walker.join()
