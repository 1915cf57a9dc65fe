from multiprocessing import Process
from time import sleep

if __name__ == "__main__":
    sleep(0.3)
    print("kettle is ready")
    sleep(0.2)
    print("toaster is ready")
    print("breakfast")
