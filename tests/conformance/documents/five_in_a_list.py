import multiprocessing


def row(seat):
    """What each rower does."""
    print(f"seat {seat} rows")


if __name__ == "__main__":
    crew = []
    for seat in range(5):
        rower = multiprocessing.Process(target=row, args=(seat,))
        crew.append(rower)
        rower.start()

    for rower in crew:
        rower.join()
