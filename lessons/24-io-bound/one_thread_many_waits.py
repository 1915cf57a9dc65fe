import asyncio
from time import perf_counter


async def download(page):
    await asyncio.sleep(0.3)
    print(f"page {page} is here")


async def main():
    await asyncio.gather(*(download(page) for page in range(5)))


if __name__ == "__main__":
    began = perf_counter()
    asyncio.run(main())
    print(f"took {perf_counter() - began:.1f} seconds")
