from multiprocessing import Pipe, Process


def count(outbox):
    for number in (3, 2, 1):
        outbox.send(number)
    outbox.close()


if __name__ == "__main__":
    inbox, outbox = Pipe(duplex=False)
    child = Process(target=count, args=(outbox,))
    child.start()
    outbox.close()
    try:
        while True:
            print(inbox.recv())
    except EOFError:
        print("lift-off")
    child.join()
