from multiprocessing import Process
from time import sleep


def prepare(name, seconds):
    sleep(seconds)
    print(f"{name} is ready")


if __name__ == "__main__":
    kettle = Process(target=prepare, args=("kettle", 0.3))
    toaster = Process(target=prepare, args=("toaster", 0.2))
    kettle.start()
    toaster.start()
    kettle.join()
    toaster.join()
    print("breakfast")
