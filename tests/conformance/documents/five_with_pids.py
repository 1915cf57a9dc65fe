import os
from multiprocessing import Process


def introduce(name):
    print(f"{name} works under a number of its own: {os.getpid() != os.getppid()}")


if __name__ == "__main__":
    team = []
    for index in range(5):
        member = Process(target=introduce, args=(f"member-{index}",))
        team.append(member)
        member.start()

    for member in team:
        member.join()

    print("the team has gone home")
