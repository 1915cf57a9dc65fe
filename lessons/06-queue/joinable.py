from multiprocessing import JoinableQueue, Process
from time import sleep


def wash(dishes):
    while True:
        dish = dishes.get()
        sleep(0.1)
        print(f"{dish} is clean")
        dishes.task_done()


if __name__ == "__main__":
    dishes = JoinableQueue()
    Process(target=wash, args=(dishes,), daemon=True).start()
    for dish in ("cup", "plate", "pan"):
        dishes.put(dish)
    print("everything is in the sink")
    dishes.join()
    print("everything is clean")
