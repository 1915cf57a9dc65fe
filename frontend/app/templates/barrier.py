from multiprocessing import Barrier, Process
from time import sleep


def walk(minutes, meeting_point):
    sleep(minutes / 20)
    print(f"here after {minutes} minutes")
    meeting_point.wait()
    print("all here, on we go")


if __name__ == "__main__":
    meeting_point = Barrier(3)
    walkers = [Process(target=walk, args=(minutes, meeting_point)) for minutes in (2, 5, 9)]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join()
