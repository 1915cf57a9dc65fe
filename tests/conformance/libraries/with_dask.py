"""dask: a local cluster whose workers are spawned by their watchers, a worker that is killed and replaced, and the process scheduler."""

import os
import signal
import tempfile

import dask
from dask.distributed import Client, LocalCluster, get_worker


def add(x, y):
    return x + y


def who():
    return os.getpid()


def die_once(mark):
    if not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive again"


def main():
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**options, silence_logs=50) as cluster, Client(cluster) as client:
        print("sum", client.submit(sum, client.map(add, range(50), range(50))).result())
        print("processes", len(set(client.run(who).values()) - {os.getpid()}))
        with tempfile.TemporaryDirectory() as place:
            print("death", client.submit(die_once, os.path.join(place, "died")).result())
        print("worker", client.submit(lambda: get_worker().state.nthreads).result())
    with dask.config.set(scheduler="processes", num_workers=2):
        print("processes", dask.compute(*[dask.delayed(add)(number, 1) for number in range(6)]))


if __name__ == "__main__":
    main()
