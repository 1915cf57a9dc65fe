from time import perf_counter, sleep


def download(page):
    sleep(0.3)
    print(f"page {page} is here")


if __name__ == "__main__":
    began = perf_counter()
    for page in range(5):
        download(page)
    print(f"took {perf_counter() - began:.1f} seconds")
