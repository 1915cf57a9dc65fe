from multiprocessing import Process


def speak():
    print("the child speaks")


if __name__ == "__main__":
    child = Process(target=speak)
    child.start()
    print("main goes on")
    child.join()
    print("main is last")
