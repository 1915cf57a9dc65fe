"""A process is killed while it waits for a Condition; it is not counted when the others are notified."""

from scene import about_to_hang, kill, mp, wait_until_asleep


def wait(condition):
    with condition:
        condition.wait()


if __name__ == "__main__":
    condition = mp.Condition()
    waiter = mp.Process(target=wait, args=(condition,))
    waiter.start()
    wait_until_asleep(waiter.pid)
    kill(waiter)
    about_to_hang()
    with condition:
        condition.notify()
    print("notified")
