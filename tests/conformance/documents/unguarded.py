# Without the guard of the main module: it runs where processes are forked, and says why it does not where they are spawned.
from multiprocessing import Process


def speak():
    print("a process speaks")


process = Process(target=speak)
process.start()

import threading


def speak():
    print("a thread speaks")


thread = threading.Thread(target=speak)
thread.start()
