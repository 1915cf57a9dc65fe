"""What is refused, and in which words."""

import multiprocessing as mp
import pickle
import queue
import re
import threading
import time
from multiprocessing import connection, managers, pool, shared_memory, sharedctypes, synchronize  # noqa: F401


#: What is another text at every run: addresses, numbers of processes, names of shared memory.
CHANGING = re.compile(r"0x[0-9a-f]+|\b\d{4,}\b|psm_[0-9a-f]+")


def attempt(what, call):
    try:
        text = repr(call())
    except BaseException as error:
        text = f"{type(error).__module__}.{type(error).__name__}: {error}"
    print(f"{what}: {CHANGING.sub('N', text)}")


def refused(call):
    """The kind of the refusal alone, where its words are an accident: they name an inner object, or differ between versions."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__


def nothing():
    pass


def acquired(lock):
    lock.acquire()
    return lock


def locks():
    attempt("lock released twice", lambda: mp.Lock().release())
    attempt("rlock released by nobody", lambda: mp.RLock().release())
    held = acquired(mp.RLock())

    def by_another_thread():
        attempt("rlock released by another thread", held.release)

    thread = threading.Thread(target=by_another_thread)
    thread.start()
    thread.join()
    attempt("bounded semaphore released too often", lambda: mp.BoundedSemaphore(2).release())
    attempt("semaphore below zero", lambda: mp.Semaphore(-1))
    for count in ("x", 2**31, 2**70, -(2**70)):
        attempt(f"semaphore of {count!r}", lambda count=count: mp.Semaphore(count))
    attempt("bounded semaphore below zero", lambda: mp.BoundedSemaphore(-1))
    attempt("lock with a negative timeout", lambda: acquired(mp.Lock()).acquire(True, -1))
    attempt("lock with a timeout of text", lambda: mp.Lock().acquire(True, "x"))
    attempt("lock not blocking with a timeout", lambda: mp.Lock().acquire(False, 5))
    attempt("lock with numbers for yes and no", lambda: [acquired(mp.Lock()).acquire(no) for no in (0, False)] + [mp.Lock().acquire(1)])
    attempt("lock with a wrong argument", lambda: refused(lambda: mp.Lock().acquire(wait=True)))
    attempt("semaphore with a negative timeout", lambda: mp.Semaphore(0).acquire(True, -1))
    attempt("event with a negative timeout", lambda: mp.Event().wait(-1))
    attempt("event that is set, with a timeout of text", lambda: [event := mp.Event(), event.set(), event.wait("x")][1:])
    for seconds in ("x", [], 1j):
        attempt(f"event with a timeout of {seconds!r}", lambda seconds=seconds: mp.Event().wait(seconds))
        attempt(f"semaphore with a timeout of {seconds!r}", lambda seconds=seconds: mp.Semaphore(0).acquire(True, seconds))
        attempt(f"condition with a timeout of {seconds!r}", lambda seconds=seconds: acquired(mp.Condition()).wait(seconds))
        attempt(f"barrier with a timeout of {seconds!r}", lambda seconds=seconds: mp.Barrier(2).wait(seconds))
    for count in ("x", None, 1.5, -0.5, float("inf"), float("nan"), 2**70):
        attempt(f"{count!r} of a condition notified", lambda count=count: acquired(mp.Condition()).notify(count))
    for kind in (mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore):
        one, other = kind(), kind()
        attempt(f"handle of a {kind.__name__}", lambda: type(one._semlock.handle))
        attempt(f"handles of two of {kind.__name__}", lambda: one._semlock.handle == other._semlock.handle)
    attempt("condition notified without its lock", lambda: mp.Condition().notify())
    attempt("all of a condition notified without its lock", lambda: mp.Condition().notify_all())
    attempt("fewer than none of a condition notified", lambda: acquired(mp.Condition()).notify(-1))
    attempt("condition waited for without its lock", lambda: mp.Condition().wait())
    attempt("condition with a negative timeout", lambda: acquired(mp.Condition()).wait(-1))
    attempt("condition of a semaphore", lambda: mp.Condition(mp.Semaphore()).wait(0))
    attempt("barrier waited for in vain", lambda: mp.Barrier(2).wait(0.01))
    broken = mp.Barrier(2)
    broken.abort()
    attempt("broken barrier", broken.wait)
    attempt("event pickled by itself", lambda: refused(lambda: pickle.dumps(mp.Event())))
    for kind in (mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore, mp.Condition, mp.Queue, mp.SimpleQueue, mp.JoinableQueue):
        attempt(f"{kind.__name__} pickled by itself", lambda kind=kind: pickle.dumps(kind()))
    attempt("barrier pickled by itself", lambda: pickle.dumps(mp.Barrier(1)))


def queues():
    closed = mp.Queue()
    closed.close()
    attempt("close a queue twice", closed.close)
    attempt("put into a closed queue", lambda: closed.put(1))
    attempt("get from a closed queue", lambda: closed.get(timeout=1))
    attempt("get from an empty queue", lambda: mp.Queue().get_nowait())
    attempt("get with a timeout", lambda: mp.Queue().get(timeout=0.01))
    attempt("get with a negative timeout", lambda: mp.Queue().get(timeout=-1))
    for seconds in ("x", [], 1j):
        attempt(f"get with a timeout of {seconds!r}", lambda seconds=seconds: mp.Queue().get(timeout=seconds))
        attempt(f"get without waiting and a timeout of {seconds!r}", lambda seconds=seconds: mp.Queue().get(False, seconds))
        attempt(f"put with a timeout of {seconds!r}", lambda seconds=seconds: mp.Queue().put(1, timeout=seconds))
    for counts in (False, True):
        used = mp.JoinableQueue() if counts else mp.Queue()
        used.put(1)
        used.close()
        used.join_thread()
        attempt("queue that was put to is empty when closed", used.empty)
    full = mp.Queue(1)
    full.put(1)
    attempt("put into a full queue", lambda: full.put_nowait(2))
    attempt("put with a timeout", lambda: full.put(2, timeout=0.01))
    attempt("put with a negative timeout", lambda: full.put(2, timeout=-1))
    attempt("put with a number for no", lambda: full.put(2, 0))
    attempt("get with a number for yes", lambda: full.get(1, 5))
    attempt("get with a number for no", lambda: full.get(0))
    for size in (2**31, 2**70, "x"):
        attempt(f"queue of the size {size!r}", lambda size=size: mp.Queue(size))
    attempt("the same Empty", lambda: queue.Empty is mp.queues.Empty)
    attempt("join_thread of an open queue", lambda: mp.Queue().join_thread())
    attempt("too many tasks done", lambda: mp.JoinableQueue().task_done())
    simple = mp.SimpleQueue()
    simple.close()
    attempt("put into a closed simple queue", lambda: simple.put(1))
    attempt("get from a closed simple queue", simple.get)
    attempt("simple queue is empty when closed", simple.empty)
    attempt("put a function of a function", lambda: mp.SimpleQueue().put(lambda: 1))


def pipes():
    reader, writer = mp.Pipe(duplex=False)
    attempt("send with the reading end", lambda: reader.send(1))
    attempt("receive with the writing end", writer.recv)
    attempt("poll with the writing end", writer.poll)
    attempt("poll with a timeout of text", lambda: reader.poll("x"))
    attempt("send a function of a function", lambda: writer.send(lambda: 1))
    attempt("send by name", lambda: (writer.send(obj=1), reader.recv()))
    attempt("send bytes that are text", lambda: writer.send_bytes("text"))
    attempt("send bytes from a negative offset", lambda: writer.send_bytes(b"abc", -1))
    attempt("send bytes from past the end", lambda: writer.send_bytes(b"abc", 4))
    attempt("send bytes of a negative size", lambda: writer.send_bytes(b"abc", 0, -1))
    attempt("send bytes past the end", lambda: writer.send_bytes(b"abc", 2, 2))
    attempt("receive at most a negative number of bytes", lambda: reader.recv_bytes(-1))
    writer.send_bytes(b"abc")
    attempt("receive into what is too small", lambda: reader.recv_bytes_into(bytearray(2)))
    writer.send_bytes(b"abc")
    attempt("receive into past the end", lambda: reader.recv_bytes_into(bytearray(4), 5))
    attempt("receive into a negative offset", lambda: reader.recv_bytes_into(bytearray(4), -1))
    attempt("receive into what cannot be written", lambda: reader.recv_bytes_into(b"abcd"))
    writer.send_bytes(b"not a pickle")
    attempt("receive what is no pickle", reader.recv)
    writer.close()
    attempt("receive after the end", reader.recv)
    attempt("bytes after the end", reader.recv_bytes)
    attempt("poll after the end", reader.poll)
    attempt("send when closed", lambda: writer.send(1))
    attempt("descriptor when closed", writer.fileno)
    attempt("enter when closed", lambda: writer.__enter__())
    attempt("close twice", writer.close)
    here, there = mp.Pipe()
    there.close()
    attempt("send to nobody", lambda: here.send(1))
    attempt("receive from nobody", here.recv)
    attempt("wait for nothing", lambda: connection.wait([], 0))
    attempt("wait for what has no descriptor", lambda: connection.wait([object()], 0))


def shared():
    for code in ("x", "", "ii", None, 3):
        attempt(f"Value of {code!r}", lambda code=code: mp.Value(code, 1))
    attempt("Value of text", lambda: mp.Value("i", "x"))
    attempt("Value too large wraps", lambda: mp.Value("b", 300).value)
    attempt("Array of text", lambda: mp.Array("i", ["x"]))
    attempt("Array of a negative size", lambda: mp.Array("i", -1))
    attempt("RawArray of a negative size", lambda: mp.RawArray("i", -1))
    attempt("empty Array", lambda: mp.Array("i", 0)[:])
    numbers = mp.Array("i", 3)
    attempt("index past the end", lambda: numbers[3])
    attempt("set past the end", lambda: numbers.__setitem__(3, 1))
    attempt("set text", lambda: numbers.__setitem__(0, "x"))
    attempt("set a slice of another size", lambda: numbers.__setitem__(slice(0, 2), [1, 2, 3]))
    attempt("set a slice with a step", lambda: numbers.__setitem__(slice(0, 3, 2), [7, 8]) or numbers[:])
    attempt("index of text", lambda: numbers["x"])
    attempt("letters too long", lambda: setattr(mp.Array("c", 3), "value", b"abcd"))
    attempt("letters of text", lambda: setattr(mp.Array("c", 3), "value", "abc"))
    attempt("lock that is none", lambda: mp.Value("i", lock=3))
    attempt("synchronized twice", lambda: sharedctypes.synchronized(mp.Value("i")))
    attempt("Value pickled by itself", lambda: pickle.dumps(mp.Value("i")))
    attempt("RawArray pickled by itself", lambda: pickle.dumps(mp.RawArray("i", 1)))
    attempt("no such attribute", lambda: mp.Value("i").other)
    attempt("shared memory of no size", lambda: shared_memory.SharedMemory(create=True))
    attempt("shared memory of a negative size", lambda: shared_memory.SharedMemory(create=True, size=-1))
    attempt("shared memory without a name", lambda: shared_memory.SharedMemory())
    for size in ("x", None):
        attempt(f"shared memory of the size {size!r}", lambda size=size: shared_memory.SharedMemory(create=True, size=size))
    for name in ("a/b", "", ".", 3, "x" * 300):
        attempt(f"shared memory with the name {name!r}", lambda name=name: shared_memory.SharedMemory(name, create=True, size=1))
        attempt(f"attached to the name {name!r}", lambda name=name: shared_memory.SharedMemory(name))
    attempt("shared memory by position", lambda: shared_memory.SharedMemory(None, True, 5, True))
    attempt("shared memory with a word too many", lambda: shared_memory.SharedMemory(create=True, size=5, none=1))
    attempt("shared memory that is not there", lambda: shared_memory.SharedMemory("there-is-none"))
    block = shared_memory.SharedMemory(create=True, size=10)
    attempt("shared memory of a name that is taken", lambda: shared_memory.SharedMemory(block.name, create=True, size=1))
    block.close()
    attempt("shared memory closed twice", block.close)
    attempt("shared memory when closed", lambda: block.buf)
    attempt("its words when closed", lambda: block)
    attempt("its name and size when closed", lambda: (block.name, block.size))
    attempt("its buffer set", lambda: setattr(block, "buf", None))
    block.unlink()
    attempt("unlinked twice", block.unlink)
    attempt("pickled when unlinked", lambda: pickle.loads(pickle.dumps(block)))
    viewed = shared_memory.SharedMemory(create=True, size=10)
    part = viewed.buf[2:4]
    attempt("closed with a view", viewed.close)
    attempt("closed with a view once more", viewed.close)
    attempt("the view after that", lambda: bytes(part))
    part.release()
    viewed.close()
    viewed.unlink()
    values = shared_memory.ShareableList([1, "abc", b"x"])
    attempt("list index past the end", lambda: values[3])
    attempt("list set past the end", lambda: values.__setitem__(3, 1))
    attempt("list with too long a text", lambda: values.__setitem__(1, "x" * 100))
    attempt("list of objects", lambda: shared_memory.ShareableList([object()]))
    attempt("list without such a value", lambda: values.index("none"))
    values.shm.close()
    values.shm.unlink()


def processes():
    process = mp.Process(target=nothing)
    attempt("join before start", process.join)
    attempt("exit code before start", lambda: process.exitcode)
    attempt("sentinel before start", lambda: process.sentinel)
    attempt("terminate before start", process.terminate)
    process.start()
    attempt("start twice", process.start)
    attempt("daemon after start", lambda: setattr(process, "daemon", True))
    attempt("join with a negative timeout", lambda: process.join(-1))
    process.join()
    attempt("run in a group", lambda: mp.Process(group=1))
    attempt("name that is no text", lambda: mp.Process(name=3).name)
    attempt("process pickled by itself", lambda: pickle.dumps(process))
    process.close()
    attempt("join when closed", process.join)
    attempt("alive when closed", process.is_alive)
    attempt("close twice", process.close)
    running = mp.Process(target=time.sleep, args=(60,))
    running.start()
    attempt("close when running", running.close)
    running.kill()
    running.join()
    attempt("unknown start method", lambda: mp.get_context("magic"))
    attempt("start method set twice", lambda: mp.set_start_method("fork"))
    attempt("unknown start method set", lambda: mp.set_start_method("magic", force=True))
    attempt("authkey pickled", lambda: pickle.dumps(mp.current_process().authkey))


def pools():
    attempt("pool of no processes", lambda: mp.Pool(0))
    attempt("pool of text", lambda: mp.Pool("x"))
    attempt("initializer that is none", lambda: mp.Pool(1, 3))
    attempt("no tasks for a worker", lambda: mp.Pool(1, maxtasksperchild=0))
    with mp.Pool(1) as workers:
        attempt("pool pickled", lambda: pickle.dumps(workers))
        attempt("chunks of no size", lambda: list(workers.imap(abs, [1], chunksize=0)))
        attempt("map over a number", lambda: workers.map(abs, 3))
        attempt("result not ready", lambda: workers.apply_async(time.sleep, (0.3,)).get(0.001))
        attempt("success not known", lambda: workers.apply_async(time.sleep, (0.3,)).successful())
        attempt("what a task raises", lambda: workers.apply(int, ("x",)))
        attempt("a function of a function", lambda: workers.apply(lambda: 1))
        attempt("a result that cannot be pickled", lambda: workers.apply(threading.Lock))
        workers.close()
        attempt("close a pool twice", workers.close)
        attempt("task when closed", lambda: workers.apply(abs, (1,)))
        attempt("map when closed", lambda: workers.map(abs, [1]))
        attempt("imap when closed", lambda: workers.imap(abs, [1]))
        attempt("enter when closed", lambda: workers.__enter__())
        workers.join()
    other = mp.Pool(1)
    attempt("join when running", other.join)
    other.terminate()
    attempt("terminate twice", other.terminate)
    attempt("close when terminated", other.close)
    attempt("task when terminated", lambda: other.apply_async(abs, (1,)))
    other.join()


if __name__ == "__main__":
    for part in (locks, queues, pipes, shared, processes, pools):
        part()
