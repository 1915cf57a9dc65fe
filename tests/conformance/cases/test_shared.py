"""Value, Array, RawValue, RawArray, shared_memory, managers."""

import ctypes

from base import Case


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double)]


def change(number, letters, numbers, point):
    number.value += 0.5
    letters.value = b"changed"
    for index in range(len(numbers)):
        numbers[index] *= 2
    point.y = 7


def add_under_its_lock(value, times):
    for _ in range(times):
        with value.get_lock():
            value.value += 1


def outcome(call, *arguments):
    """What a call answers, or which error it raises with which text."""
    try:
        return call(*arguments)
    except Exception as error:
        return type(error), str(error)


class Counting:
    """A lock that counts how often it was taken."""

    def __init__(self):
        self.taken = 0

    def acquire(self):
        self.taken += 1

    def release(self):
        pass

    def __enter__(self):
        self.acquire()

    def __exit__(self, *args):
        self.release()


def set_first(name):
    from multiprocessing import shared_memory

    block = shared_memory.SharedMemory(name=name)
    block.buf[0] = 99
    block.close()


def fill(a_list, a_dict):
    a_list.append("x")
    a_dict["y"] = 1


class Shared(Case):
    def test_a_child_changes_what_the_parent_sees(self):
        number = self.mp.Value("d", 1.5)
        letters = self.mp.Array("c", b"original")
        numbers = self.mp.Array("i", range(5))
        point = self.mp.Value(Point, 1, 2)
        self.assertEqual(self.run_to_end(change, number, letters, numbers, point), 0)
        self.assertEqual(number.value, 2.0)
        self.assertEqual(letters.value, b"changed")
        self.assertEqual(numbers[:], [0, 2, 4, 6, 8])
        self.assertEqual((point.x, point.y), (1, 7))

    def test_raw_ones_have_no_lock(self):
        value, numbers = self.mp.RawValue("i", 3), self.mp.RawArray("d", 4)
        self.assertIsInstance(value, ctypes.c_int)
        self.assertEqual(list(numbers), [0.0] * 4)
        self.assertFalse(hasattr(value, "get_lock"))
        self.assertIs(type(self.mp.Value("i", lock=False)), ctypes.c_int)

    def test_its_lock_makes_updates_whole(self):
        value = self.mp.Value("i", 0)
        workers = [self.start(add_under_its_lock, value, 1000) for _ in range(2)]
        for worker in workers:
            worker.join()
        self.assertEqual(value.value, 2000)

    def test_slices_and_texts(self):
        numbers = self.mp.Array("i", [1, 2, 3, 4])
        numbers[1:3] = [8, 9]
        self.assertEqual(numbers[::2], [1, 9])
        self.assertEqual(len(numbers), 4)
        with self.assertRaises(IndexError):
            numbers[4]
        with self.assertRaises(TypeError):
            self.mp.Value("i", "x")
        self.assertRegex(repr(self.mp.Value("i", 1)), "<Synchronized wrapper for c_int\\(1\\)>")

    def test_numbers_are_what_ctypes_makes_of_them(self):
        values = (0, 1, -1, 200, -129, 70_000, 2**31, 2**40 + 5, 2**63, 2**64 + 3, -(2**63), True, 1.5, -0.0, 1e300, "x", None)
        for code in "bBhHiIlLqQfd":
            raw, raws = self.mp.RawValue(code, 1), self.mp.RawArray(code, 3)
            value, array = self.mp.Value(code, 1), self.mp.Array(code, 3)
            for new in values:
                with self.subTest(code=code, value=new):
                    self.assertEqual(outcome(setattr, raw, "value", new), outcome(setattr, value, "value", new))
                    self.assertEqual(outcome(raws.__setitem__, 1, new), outcome(array.__setitem__, 1, new))
                    self.assertEqual((raw.value, type(raw.value), raws[:]), (value.value, type(value.value), array[:]))
                    self.assertEqual(list(raws), list(array))

    def test_indices_are_what_ctypes_makes_of_them(self):
        for code in "id":
            raws, array = self.mp.RawArray(code, range(1, 7)), self.mp.Array(code, range(1, 7))
            for index in (0, 5, -1, -6, 6, -7, 2**70, True, 1.0, "x", None):
                with self.subTest(code=code, index=index):
                    self.assertEqual(outcome(raws.__getitem__, index), outcome(array.__getitem__, index))
                    self.assertEqual(outcome(raws.__setitem__, index, 9), outcome(array.__setitem__, index, 9))
            for part in (slice(None), slice(1, 4), slice(-3, None), slice(4, 2), slice(0, 99), slice(None, None, 2), slice(None, None, -1)):
                with self.subTest(code=code, part=part):
                    self.assertEqual(raws[part], array[part])
        self.assertEqual(self.mp.Array("i", 0)[:], [])

    def test_a_lock_of_the_programs_own_guards_too(self):
        lock = Counting()
        value, array = self.mp.Value("i", 3, lock=lock), self.mp.Array("d", [1, 2], lock=lock)
        value.value += 1
        array[0] = array[1]
        self.assertEqual((value.value, array[:], lock.taken), (4, [2.0, 2.0], 6))

    def test_the_ctypes_object_lies_in_shared_memory(self):
        numbers = self.mp.Array("d", 3)
        view = memoryview(numbers.get_obj()).cast("B").cast("d")
        view[1] = 2.5
        self.assertEqual(numbers[1], 2.5)

    def test_a_lock_must_be_one(self):
        with self.assertRaisesRegex(AttributeError, "has no method 'acquire'"):
            self.mp.Value("i", lock="navalue")


class Others(Case):
    def test_named_shared_memory(self):
        from multiprocessing import shared_memory

        block = shared_memory.SharedMemory(create=True, size=10)
        try:
            self.assertEqual(self.run_to_end(set_first, block.name), 0)
            self.assertEqual(block.buf[0], 99)
        finally:
            block.close()
            block.unlink()

    def test_a_manager(self):
        with self.mp.Manager() as manager:
            a_list, a_dict = manager.list(), manager.dict()
            self.assertEqual(self.run_to_end(fill, a_list, a_dict), 0)
            self.assertEqual((list(a_list), dict(a_dict)), (["x"], {"y": 1}))
