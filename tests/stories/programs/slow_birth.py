"""A spawned process: starting the interpreter and importing takes far longer than its work."""
import multiprocessing


def work():
    sum(range(1_000))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    worker = multiprocessing.Process(target=work)
    worker.start()
    worker.join()
