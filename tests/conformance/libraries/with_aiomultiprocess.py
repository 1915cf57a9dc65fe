"""aiomultiprocess: event loops in worker processes, a pool of them, results, an exception, and workers that end at exit."""

import asyncio

import aiomultiprocess


async def later(number):
    await asyncio.sleep(0.001)
    return number * number


async def refuse(number):
    raise LookupError(f"no {number}")


async def main():
    async with aiomultiprocess.Pool(processes=2, childconcurrency=4) as pool:
        print("map", await pool.map(later, range(30)))
        print("starmap", await pool.starmap(later, [(3,), (4,)]))
        print("apply", await pool.apply(later, (12,)))
        try:
            await pool.apply(refuse, (7,))
        except aiomultiprocess.types.ProxyException as error:
            print("error", str(error).strip().splitlines()[-1])

    worker = aiomultiprocess.Worker(target=later, args=(5,))
    worker.start()
    print("worker", await worker, worker.exitcode)


if __name__ == "__main__":
    asyncio.run(main())
