from multiprocessing import Process


def greet(guest):
    print(f"{guest} is at the door")


if __name__ == "__main__":
    visit = Process(target=greet, args=("Ada",))
    visit.start()
    visit.join()
