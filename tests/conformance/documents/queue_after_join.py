import multiprocessing


def report(mailbox):
    mailbox.put("letter from the child")


if __name__ == "__main__":
    mailbox = multiprocessing.Queue()
    writer = multiprocessing.Process(target=report, args=(mailbox,))
    writer.start()
    writer.join()
    print(mailbox.get())
