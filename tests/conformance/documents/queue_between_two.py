from multiprocessing import Process, Queue


def ask(channel):
    channel.put("a question")


def hear(channel):
    heard = channel.get()
    print(heard)


if __name__ == "__main__":
    channel = Queue()
    asker = Process(target=ask, args=(channel,))
    hearer = Process(target=hear, args=(channel,))
    asker.start()
    hearer.start()
    asker.join()
    hearer.join()
