from multiprocessing import Pipe, Process


def count(outbox):
    outbox.send(3)


if __name__ == "__main__":
    inbox, outbox = Pipe(duplex=False)
    child = Process(target=count, args=(outbox,))
    child.start()
    print(inbox.recv())
    child.join()
    print("lift-off")
