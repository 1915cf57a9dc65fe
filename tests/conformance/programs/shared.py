"""Shared memory with and without names, lists in it, raw values, arrays and structures, in several processes."""

import ctypes
import multiprocessing as mp
from multiprocessing import shared_memory, sharedctypes
from multiprocessing.managers import SharedMemoryManager

from child import in_child


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("name", ctypes.c_char * 8), ("inner", ctypes.c_double * 2)]


def change_all(value, array, letters, point, points, raw):
    value.value += 1
    array[1:3] = [7, 8]
    letters.value = b"hey"
    point.x, point.name = 5, b"child"
    points[1].x = 6
    raw[0] = 9


def write(block):
    block.buf[:5] = b"hello"
    block.close()


def set_items(values):
    values[0] += 1
    values[2] = "äöü"
    values[3] = None
    values.shm.close()


def make_and_leave(connection):
    block = shared_memory.SharedMemory(create=True, size=8)
    block.buf[0] = 77
    connection.send(block.name)
    block.close()


def ctypes_objects():
    value, array, letters = mp.Value("h", 1), mp.Array("d", 4), mp.Array("c", b"original")
    point, points, raw = mp.Value(Point, 1, b"me", (0.5, 1.5)), mp.Array(Point, 2), mp.RawArray(ctypes.c_ubyte, b"abc")
    print("changed", in_child(change_all, value, array, letters, point, points, raw))
    print(value.value, array[:], letters.value, letters.raw, point.x, point.name, point.inner[:], points[1].x, raw[:])
    copied = sharedctypes.copy(point.get_obj())
    point.x = 11
    print("copy", copied.x, point.x, type(copied).__name__)
    print(value, str(array).partition(" object")[0], repr(mp.RawValue("i", 3)), len(mp.RawArray("d", 5)))
    for code in "cubBhHiIlLqQfd":
        value = mp.RawValue(code)
        print(code, ctypes.sizeof(value), repr(value.value))
    with mp.Value("i", 3) as held:
        print("held", held)
    lock = mp.Lock()
    print("its lock", mp.Value("i", lock=lock).get_lock() is lock, type(mp.Array("i", 2, lock=False)).__name__)
    wide = mp.Array("u", "wide")
    print("wide", wide.value if hasattr(wide, "value") else wide[:], mp.Array("i", 3)[::2])
    print("many", sum(mp.Array("i", [n] * n)[:].__len__() for n in range(200)))


def named():
    block = shared_memory.SharedMemory(create=True, size=1000)
    print(block.size, len(block.buf), block.name.startswith("psm_"), repr(block).startswith("SharedMemory('psm_"))
    print("written", in_child(write, block), bytes(block.buf[:5]))
    again = shared_memory.SharedMemory(block.name, size=5)
    again.buf[0] = ord("j")
    print("same", bytes(block.buf[:5]), again.size >= 1000)
    again.close()
    again.close()
    block.unlink()
    print("still readable", bytes(block.buf[:5]))
    block.close()
    here, there = mp.Pipe()
    print("left by a child", in_child(make_and_leave, there))
    block = shared_memory.SharedMemory(here.recv())
    print(block.buf[0])
    block.close()
    block.unlink()
    mine = shared_memory.SharedMemory("forkyard-example", create=True, size=3)
    print(mine.name)
    mine.close()
    mine.unlink()


def lists():
    values = shared_memory.ShareableList([1, 2.5, "abc", b"bytes", True, None, -(2**60)])
    print(list(values), values.format)
    print("set", in_child(set_items, values), list(values))
    print(len(values), values.count(None), values.index(2.5), values[-1], [type(value).__name__ for value in values])
    again = shared_memory.ShareableList(name=values.shm.name)
    again[1] = 9
    print(list(values), list(again))
    again.shm.close()
    values.shm.close()
    values.shm.unlink()


def managed():
    with SharedMemoryManager() as manager:
        block, values = manager.SharedMemory(64), manager.ShareableList(range(5))
        print("managed", in_child(write, block), bytes(block.buf[:5]), list(values))
        names = block.name, values.shm.name
        block.close()
        values.shm.close()
    for name in names:
        try:
            shared_memory.SharedMemory(name)
        except FileNotFoundError:
            print("gone")


if __name__ == "__main__":
    for part in (ctypes_objects, named, lists, managed):
        part()
