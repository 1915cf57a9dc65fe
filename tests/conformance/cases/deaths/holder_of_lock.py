"""The holder of a lock is killed; another process wants it."""

from scene import about_to_hang, die, mp


def take_and_die(lock):
    lock.acquire()
    die()


if __name__ == "__main__":
    lock = mp.Lock()
    holder = mp.Process(target=take_and_die, args=(lock,))
    holder.start()
    holder.join()
    about_to_hang()
    try:
        lock.acquire()
    except Exception as error:
        print(type(error).__name__, str(holder.pid) in str(error))
