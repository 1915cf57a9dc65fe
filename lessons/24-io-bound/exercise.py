from time import sleep


def read(sensor):
    sleep(0.1)
    return sensor


if __name__ == "__main__":
    total = 0
    for sensor in range(10):
        total += read(sensor)
    print(total)
