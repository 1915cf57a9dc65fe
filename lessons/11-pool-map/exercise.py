def chain_length(number):
    length = 1
    while number != 1:
        number = 3 * number + 1 if number % 2 else number // 2
        length += 1
    return length


if __name__ == "__main__":
    longest = max(range(1, 3_000), key=chain_length)
    print(f"{longest} has a chain of {chain_length(longest)}")
