"""Condition, Event, Barrier."""

import os
import signal
import threading
import time

from base import Case, engine_only


def wait_for_notice(condition, ready, woken):
    with condition:
        ready.release()
        woken.put(condition.wait(240))


def wait_for_flag(event, answers):
    answers.put(event.wait(240))


def meet(barrier, answers):
    answers.put(barrier.wait())


def meet_or_break(barrier, answers):
    try:
        answers.put(barrier.wait())
    except threading.BrokenBarrierError:
        answers.put("broken")


def print_nothing():
    print(end="")


def fail():
    raise ZeroDivisionError


def until(true):
    """Looks until it is so; the case has a watchdog."""
    while not true():
        time.sleep(0.01)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Conditions(Case):
    def test_notify_wakes_as_many_as_it_says(self):
        condition, ready, woken = self.mp.Condition(), self.mp.Semaphore(0), self.mp.SimpleQueue()
        for _ in range(3):
            self.start(wait_for_notice, condition, ready, woken)
        for _ in range(3):
            self.assertTrue(ready.acquire(timeout=240))
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
            self.assertTrue(condition.wait(240))
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

    def test_they_meet_again_and_again(self):
        barrier, answers = self.mp.Barrier(2, action=print_nothing), self.mp.SimpleQueue()
        for _ in range(3):
            self.start(meet, barrier, answers)
            own = barrier.wait(240)
            self.assertEqual(sorted((own, answers.get())), [0, 1])
        self.assertEqual((barrier.n_waiting, barrier.broken, barrier.parties), (0, False, 2))

    def test_an_action_that_raises_breaks_it(self):
        barrier = self.mp.Barrier(1, action=fail)
        with self.assertRaises(ZeroDivisionError):
            barrier.wait(240)
        self.assertTrue(barrier.broken)
        with self.assertRaises(threading.BrokenBarrierError):
            barrier.wait(240)

    def test_reset_and_abort_end_the_waits(self):
        for end in ("reset", "abort"):
            barrier, answers = self.mp.Barrier(3), self.mp.SimpleQueue()
            for _ in range(2):
                self.start(meet_or_break, barrier, answers)
            until(lambda: barrier.n_waiting == 2)
            getattr(barrier, end)()
            self.assertEqual([answers.get(), answers.get()], ["broken", "broken"])
            self.assertEqual(barrier.broken, end == "abort")
            barrier.reset()
            self.assertFalse(barrier.broken)

    @engine_only
    def test_a_dead_waiter_is_not_counted(self):
        barrier, answers = self.mp.Barrier(3), self.mp.SimpleQueue()
        dead = [self.start(meet, barrier, answers) for _ in range(2)]
        until(lambda: barrier.n_waiting == 2)
        dead[0].kill()
        dead[0].join()
        self.assertEqual(barrier.n_waiting, 1)
        self.start(meet, barrier, answers)
        until(lambda: barrier.n_waiting == 2)
        own = barrier.wait(240)
        self.assertEqual(sorted((own, answers.get(), answers.get())), [0, 1, 2])

    @engine_only
    def test_a_death_in_the_action_breaks_it(self):
        barrier, answers = self.mp.Barrier(2, action=die), self.mp.SimpleQueue()
        self.start(meet_or_break, barrier, answers)
        until(lambda: barrier.n_waiting == 1)
        killed = self.start(meet_or_break, barrier, answers)
        self.assertEqual(answers.get(), "broken")
        killed.join()
        self.assertEqual(killed.exitcode, -signal.SIGKILL)
        self.assertTrue(barrier.broken)
