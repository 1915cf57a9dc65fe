"""Condition, Event, Barrier."""

import threading

from base import Case


def wait_for_notice(condition, ready, woken):
    with condition:
        ready.release()
        woken.put(condition.wait(30))


def wait_for_flag(event, answers):
    answers.put(event.wait(30))


def meet(barrier, answers):
    answers.put(barrier.wait())


class Conditions(Case):
    def test_notify_wakes_as_many_as_it_says(self):
        condition, ready, woken = self.mp.Condition(), self.mp.Semaphore(0), self.mp.SimpleQueue()
        for _ in range(3):
            self.start(wait_for_notice, condition, ready, woken)
        for _ in range(3):
            self.assertTrue(ready.acquire(timeout=30))
        with condition:
            condition.notify(2)
        self.assertEqual([woken.get(), woken.get()], [True, True])
        with condition:
            condition.notify_all()
        self.assertTrue(woken.get())

    def test_a_wait_times_out(self):
        condition = self.mp.Condition()
        with condition:
            self.assertFalse(condition.wait(0.01))
            self.assertFalse(condition.wait_for(lambda: False, 0.01))
            self.assertEqual(condition.wait_for(lambda: "yes", 0.01), "yes")

    def test_the_lock_must_be_held(self):
        condition = self.mp.Condition(self.mp.Lock())
        with self.assertRaisesRegex(AssertionError, "must acquire\\(\\) condition before using wait\\(\\)"):
            condition.wait(0)
        with self.assertRaisesRegex(AssertionError, "lock is not owned"):
            condition.notify()

    def test_a_recursive_lock_is_given_up_wholly(self):
        condition, done = self.mp.Condition(), []

        def notify():
            with condition:
                done.append(1)
                condition.notify()

        with condition, condition:
            thread = threading.Thread(target=notify)
            thread.start()
            self.assertTrue(condition.wait(30))
        thread.join()
        self.assertEqual(done, [1])


class Events(Case):
    def test_set_wakes_everybody(self):
        event, answers = self.mp.Event(), self.mp.SimpleQueue()
        for _ in range(2):
            self.start(wait_for_flag, event, answers)
        event.set()
        self.assertEqual([answers.get(), answers.get()], [True, True])

    def test_clear_takes_it_back(self):
        event = self.mp.Event()
        self.assertFalse(event.is_set())
        event.set()
        self.assertTrue(event.wait(0))
        self.assertRegex(repr(event), "<Event at 0x[0-9a-f]+ set>")
        event.clear()
        self.assertFalse(event.wait(0.01))


class Barriers(Case):
    def test_all_parties_meet(self):
        barrier, answers = self.mp.Barrier(3), self.mp.SimpleQueue()
        for _ in range(3):
            self.start(meet, barrier, answers)
        self.assertEqual(sorted(answers.get() for _ in range(3)), [0, 1, 2])

    def test_a_missing_party_breaks_it(self):
        barrier = self.mp.Barrier(2)
        with self.assertRaises(threading.BrokenBarrierError):
            barrier.wait(0.01)
        self.assertTrue(barrier.broken)
        barrier.reset()
        self.assertFalse(barrier.broken)
