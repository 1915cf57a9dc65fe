from multiprocessing import Process


def greet(name):
    print(f"hello from the child, {name}")


if __name__ == "__main__":
    child = Process(target=greet, args=("Ada",))
    child.start()
    child.join()
    print("the child has ended")
