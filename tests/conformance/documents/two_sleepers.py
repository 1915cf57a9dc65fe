import multiprocessing
import time


def steep(tea):
    print(f"{tea} goes into the water")
    time.sleep(0.3)
    print(f"{tea} is ready")


if __name__ == "__main__":
    green = multiprocessing.Process(target=steep, args=("green tea",))
    black = multiprocessing.Process(target=steep, args=("black tea",))
    green.start()
    black.start()
    green.join()
    black.join()
    print("tea is served")
