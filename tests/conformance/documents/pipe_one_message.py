import multiprocessing


def call_home(line):
    line.send("a call from the child")
    line.close()


if __name__ == "__main__":
    home, away = multiprocessing.Pipe()
    caller = multiprocessing.Process(target=call_home, args=(away,))
    caller.start()
    print(home.recv())
    caller.join()
