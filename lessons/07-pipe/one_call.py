from multiprocessing import Pipe, Process


def report(line):
    line.send(["three ships", "one lighthouse"])
    line.close()


if __name__ == "__main__":
    harbour, watchtower = Pipe()
    watcher = Process(target=report, args=(watchtower,), name="watcher")
    watcher.start()
    print("in sight:", ", ".join(harbour.recv()))
    watcher.join()
