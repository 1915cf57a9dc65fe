from multiprocessing import Pipe, Process


def dictate(outbox):
    for word in ("roads", "go", "ever"):
        outbox.send(word)
    outbox.close()


if __name__ == "__main__":
    inbox, outbox = Pipe(duplex=False)
    speaker = Process(target=dictate, args=(outbox,), name="speaker")
    speaker.start()
    outbox.close()
    words = []
    try:
        while True:
            words.append(inbox.recv())
    except EOFError:
        print(" ".join(words), "… and the line is closed")
    speaker.join()
