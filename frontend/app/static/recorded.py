from multiprocessing import Lock, Process, Queue


def grind(grains):
    return sum(grain * grain for grain in range(grains))


def miller(flour, scales):
    grind(1_400_000)
    with scales:
        grind(450_000)
    flour.put("5 kg of flour")
    grind(700_000)


def baker(flour, scales):
    grind(1_600_000)
    with scales:
        grind(150_000)
    print("to bake:", flour.get())
    grind(700_000)


if __name__ == "__main__":
    flour, scales = Queue(), Lock()
    workers = [Process(target=work, args=(flour, scales), name=work.__name__.title()) for work in (miller, baker)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
