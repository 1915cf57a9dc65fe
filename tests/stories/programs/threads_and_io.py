"""Three threads that wait: their waits lie beside one another, and little is computed."""
import time
from threading import Thread


def fetch():
    for _ in range(3):
        time.sleep(0.05)


if __name__ == "__main__":
    threads = [Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
