from multiprocessing import Lock, Process, Value
from time import sleep


def deposit(balance, balance_lock):
    for _ in range(5):
        with balance_lock:
            before = balance.value
            sleep(0.01)
            balance.value = before + 1


if __name__ == "__main__":
    balance_lock = Lock()
    balance = Value("i", 0, lock=False)
    tellers = [Process(target=deposit, args=(balance, balance_lock)) for _ in range(3)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    print(f"{balance.value} of 15 deposits arrived")
