"""Managers: everything that lives in their process, proxies in proxies, classes of one's own, errors from afar."""

import multiprocessing as mp
from multiprocessing.managers import BaseManager, IteratorProxy, NamespaceProxy, RemoteError, SyncManager

from child import in_child


class Counter:
    def __init__(self, start=0):
        self.count = start

    def add(self, by=1):
        self.count += by
        return self.count

    def fail(self):
        raise KeyError("from afar")

    def numbers(self):
        yield from range(3)

    def _hidden(self):
        return "hidden"


class Manager(BaseManager):
    pass


Manager.register("Counter", Counter)
Manager.register("Exposed", Counter, exposed=("add", "_hidden"))
Manager.register("Numbers", Counter, method_to_typeid={"numbers": "iterator"})
Manager.register("iterator", proxytype=IteratorProxy, create_method=False)


def use(items, table, space, lock, value, array, queue):
    items.append({"nested": [1]})
    table["child"] = 1
    with lock:
        space.total += 5
    value.value += 1
    array[0] = 9
    queue.put("from the child")


def count(counter, barrier):
    barrier.wait()
    for _ in range(10):
        counter.add()


def everything():
    with mp.Manager() as manager:
        items, table, space = manager.list([1, 2]), manager.dict(a=1), manager.Namespace(total=1)
        lock, value, array, queue = manager.Lock(), manager.Value("i", 1), manager.Array("i", [1, 2]), manager.Queue()
        print("used", in_child(use, items, table, space, lock, value, array, queue))
        print(list(items), dict(table), space.total, value.value, list(array), queue.get())
        print(items, table, space, items[-1], len(items), 1 in items, sorted(table), table.get("none", "default"))
        items[0:1] = [5, 6]
        items.sort(key=str)
        items += [7]
        print(items._getvalue(), table.pop("a"), table.setdefault("b", 2), table.copy())
        outer = manager.list([manager.list([1]), manager.dict(x=manager.list())])
        outer[0].append(2)
        outer[1]["x"].append(3)
        print("nested", list(outer[0]), list(outer[1]["x"]))
        semaphore, event, condition, bounded = manager.Semaphore(1), manager.Event(), manager.Condition(), manager.BoundedSemaphore(1)
        print(semaphore.acquire(), semaphore.acquire(False), event.is_set(), event.wait(0.01), bounded.acquire())
        with condition:
            print(condition.wait(0.01), condition.wait_for(lambda: True))
        with manager.RLock(), manager.Pool(2) as pool:
            print(pool.map(abs, range(-3, 0)), pool.apply(abs, (-9,)), list(pool.imap(abs, [-1, -2])))
        joinable = manager.JoinableQueue()
        joinable.put(1)
        joinable.get()
        joinable.task_done()
        joinable.join()
        for what, call in {
            "no such item": lambda: items[99],
            "no such key": lambda: table["none"],
            "released too often": lambda: bounded.release() or bounded.release(),
            "no such name": lambda: space.none,
            "no such method": lambda: items.none,
        }.items():
            try:
                print(what, call())
            except Exception as error:
                print(what, type(error).__name__, error)
        print(type(mp.Manager) is not None, isinstance(manager, SyncManager), items == manager.list([1]))


def own_classes():
    with Manager() as manager, mp.Manager() as sync:
        counter, barrier = manager.Counter(5), sync.Barrier(2)
        workers = [mp.Process(target=count, args=(counter, barrier)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print("counted", counter.add(0))
        try:
            counter.fail()
        except KeyError as error:
            print("error", error)
        print("hidden", hasattr(counter, "_hidden"), manager.Exposed()._hidden(), list(manager.Numbers().numbers()))
        try:
            manager.Exposed().fail()
        except AttributeError as error:
            print("not exposed", error)
        other = Manager(manager.address, authkey=mp.current_process().authkey)
        other.connect()
        print("by address", other.Counter(3).add())
        wrong = Manager(manager.address, authkey=b"wrong")
        try:
            wrong.connect()
        except mp.AuthenticationError as error:
            print("wrong key", error)
    try:
        counter.add()
    except (ConnectionError, FileNotFoundError, EOFError):
        print("the manager is gone")
    print(RemoteError.__name__, NamespaceProxy.__name__)


if __name__ == "__main__":
    everything()
    own_classes()
