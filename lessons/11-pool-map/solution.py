from multiprocessing import Pool


def chain_length(number):
    length = 1
    while number != 1:
        number = 3 * number + 1 if number % 2 else number // 2
        length += 1
    return length


if __name__ == "__main__":
    with Pool(2) as pool:
        lengths = pool.map(chain_length, range(1, 3_000))
    longest = max(lengths)
    print(f"{lengths.index(longest) + 1} has a chain of {longest}")
