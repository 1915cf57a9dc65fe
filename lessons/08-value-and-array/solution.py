from multiprocessing import Array, Process
from random import randrange


def throw(counts):
    own = [0, 0]
    for _ in range(5_000):
        own[randrange(2)] += 1
    with counts.get_lock():
        counts[0] += own[0]
        counts[1] += own[1]


if __name__ == "__main__":
    counts = Array("i", 2)
    players = [Process(target=throw, args=(counts,)) for _ in range(4)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    print(f"{sum(counts)} throws were counted")
