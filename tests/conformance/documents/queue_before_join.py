import multiprocessing


def answer(channel):
    channel.put("an answer from the process")


if __name__ == "__main__":
    channel = multiprocessing.Queue()
    answerer = multiprocessing.Process(target=answer, args=(channel,))
    answerer.start()
    print(channel.get())
    answerer.join()
