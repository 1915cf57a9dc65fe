from concurrent.futures import ThreadPoolExecutor
from time import sleep


def read(sensor):
    sleep(0.1)
    return sensor


if __name__ == "__main__":
    with ThreadPoolExecutor(10) as readers:
        total = sum(readers.map(read, range(10)))
    print(total)
