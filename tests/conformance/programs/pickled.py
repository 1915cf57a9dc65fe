"""Everything that can be handed to a process, handed to one by every start method, and used there."""

import ctypes
import multiprocessing as mp
from multiprocessing import shared_memory


class Pair(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_double)]


def use(things, connection):
    with things["lock"], things["rlock"], things["semaphore"], things["bounded"]:
        things["value"].value += 1
        things["array"][0] = 5
        things["raw"].value = 6
        things["raw array"][1] = 7
        things["pair"].a = 8
        things["pairs"][0].b = 9.5
    things["event"].set()
    with things["condition"]:
        things["condition"].notify_all()
    things["queue"].put(things["queue"].get() + 1)
    things["simple"].put(things["simple"].get() + 1)
    things["joinable"].get()
    things["joinable"].task_done()
    things["manager's"].append("child")
    things["block"].buf[0] = 3
    things["block"].close()
    things["list"][1] = "child"
    things["list"].shm.close()
    things["barrier"].wait()
    connection.send(sorted(things))
    connection.send(things["twice"][0] is things["twice"][1])


def main():
    here, there = mp.Pipe()
    with mp.Manager() as manager:
        lock = mp.Lock()
        things = {
            "lock": lock, "rlock": mp.RLock(), "semaphore": mp.Semaphore(2), "bounded": mp.BoundedSemaphore(1),
            "event": mp.Event(), "condition": mp.Condition(), "barrier": mp.Barrier(2),
            "queue": mp.Queue(), "simple": mp.SimpleQueue(), "joinable": mp.JoinableQueue(),
            "value": mp.Value("i", 1), "array": mp.Array("d", 3), "raw": mp.RawValue("q"), "raw array": mp.RawArray("h", 3),
            "pair": mp.Value(Pair), "pairs": mp.RawArray(Pair, 2), "manager's": manager.list(),
            "block": shared_memory.SharedMemory(create=True, size=9), "list": shared_memory.ShareableList([1, "parent"]),
            "twice": [lock, lock],
        }  # fmt: skip
        things["queue"].put(1)
        things["simple"].put(1)
        things["joinable"].put(1)
        process = mp.Process(target=use, args=(things, there))
        process.start()
        things["barrier"].wait(60)
        print(here.recv(), here.recv())
        process.join()
        print(things["value"].value, things["array"][:], things["raw"].value, things["raw array"][:])
        print(things["pair"].a, things["pairs"][0].b, things["event"].is_set())
        print(things["queue"].get(), things["simple"].get(), things["joinable"].join(), list(things["manager's"]))
        print(things["block"].buf[0], list(things["list"]), process.exitcode)
        for block in (things["block"], things["list"].shm):
            block.close()
            block.unlink()


if __name__ == "__main__":
    main()
