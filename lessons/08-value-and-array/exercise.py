from multiprocessing import Array, Process
from random import randrange


def throw(counts):
    for _ in range(5_000):
        side = randrange(2)
        counts[side] += 1


if __name__ == "__main__":
    counts = Array("i", 2)
    players = [Process(target=throw, args=(counts,)) for _ in range(4)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    print(f"{sum(counts)} throws were counted")
