from multiprocessing import Process, Queue


def write_letter(mailbox):
    mailbox.put({"from": "child", "text": "all is well"})


if __name__ == "__main__":
    mailbox = Queue()
    child = Process(target=write_letter, args=(mailbox,))
    child.start()
    letter = mailbox.get()
    print(f"{letter['from']} writes: {letter['text']}")
    child.join()
