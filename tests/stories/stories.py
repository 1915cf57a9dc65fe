"""What each program's timeline must tell. A check yields a sentence for whatever does not hold.

Of times only ratios within one run are looked at, with plenty of room.
"""


#: How the page tells each story.
TOLD = {
    "barrier_straggler": "Process-3 came last to `finish`, and ",
    "crash": "SIGKILL ended ForkPoolWorker-",
    "deadlock": "Deadlock: ",
    "fast_producer": "Process-1 put messages into `parcels` faster than Process-2 took them out: ",
    "gil_ping_pong": " took turns: ",
    "lock_convoy": " went through `door` one behind the other: ",
    "one_after_the_other": "4 processes ran one after the other, ",
    "race": "Updates of `counter` were lost, ",
    "slow_birth": "Starting Process-1 took ",
    "threads_and_io": " waited beside one another: ",
    "uneven_chunks": " of the work of `pool` (4 tasks in ",
}


def paragraph(program, text):
    """The paragraph tells this story, the one that the program's name begins with, and none of the others."""
    for name, words in TOLD.items():
        if (words in text) != program.startswith(name):
            yield f"the story of {name} is {'not ' * program.startswith(name)}told: {text}"


def common(told):
    """What holds of every run that ended."""
    timeline = told.timeline
    if timeline.lost or timeline.gaps or timeline.left_out:
        yield f"something was left out: {timeline.lost}, {timeline.gaps}, {timeline.left_out}"
    if told.finished is None:
        return
    if timeline.open:
        yield f"{len(timeline.open)} rows are open at the end"
    for arrow in timeline.arrows:
        if arrow["received"] < arrow["sent"]:
            yield f"a message was received before it was sent: {arrow}"
    # The kernel also charges what comes before a process is on its core and after its end: a quarter of what one costs that does nothing.
    # And a core that the machine itself was kept from seems to be had.
    cores, charged = timeline.total("on core"), told.finished["cpu_ns"]
    if not charged * 0.7 < cores < charged * 1.05 + told.kept_ns:
        yield f"{cores} ns on cores, but {charged} ns counted by the kernel, and {told.kept_ns} ns kept from the machine"


def lock_convoy(told):
    timeline = told.timeline
    holds, waits = timeline.of("hold", object="door"), timeline.of("Lock.acquire", object="door")
    if len(holds) != 120:
        yield f"the lock was held {len(holds)} times, not 120"
    spans = sorted((hold["start"], hold["end"]) for hold in holds)
    if any(first[1] > second[0] for first, second in zip(spans, spans[1:])):
        yield "two held the lock at one time"
    workers = {lane["id"] for lane in timeline.workers}
    unnamed = [wait for wait in waits if wait["released_by"] not in workers or wait["holder"] not in workers | {0}]
    if not waits or unnamed:
        yield f"not every wait names the worker that released the lock: {unnamed[:3]}"
    # Who asks a moment before another has the lock waits for nobody yet.
    if sum(wait["holder"] == 0 for wait in waits) * 10 > len(waits):
        yield "few waits name the worker that held the lock"
    if any(wait["line"] != 9 for wait in waits):
        yield "a wait is not in line 9"
    if max(timeline.level("door", "waiters"), default=0) < 2:
        yield "two never waited at one time"
    if timeline.total("Lock.acquire") < timeline.total("hold") * 0.3:
        yield "the waits for the lock are short"


def fast_producer(told):
    timeline = told.timeline
    producer, consumer = timeline.workers
    if len(timeline.arrows) != 301:
        yield f"{len(timeline.arrows)} arrows for 301 messages"
    if {(arrow["from"], arrow["to"]) for arrow in timeline.arrows} != {(producer["id"], consumer["id"])}:
        yield "a message did not go from the producer to the consumer"
    depth = timeline.level("parcels", "depth")
    if not depth or max(depth) < 50 or depth[-1] != 0:
        yield f"the queue did not fill up and run empty: {depth}"
    if producer["end_ns"] >= consumer["end_ns"]:
        yield "the producer was not done first"


def uneven_chunks(told):
    timeline = told.timeline
    tasks = timeline.of("task", object="pool")
    if len(tasks) != 16 or {task["index"] for task in tasks} != set(range(16)):
        yield f"{len(tasks)} tasks, not 16 with an index each"
    big = {task["lane"] for task in tasks if task["index"] < 4}
    if len(big) != 1:
        yield f"the large tasks were done by {len(big)} workers"
    if {timeline.strings[task["detail"] - 1] for task in tasks} != {"work"}:
        yield "a task is not called work"
    busy = {lane["id"]: timeline.total("task", lane=lane["id"]) for lane in timeline.workers}
    most = max(busy.values())
    if sum(busy.values()) > most * 1.5:
        yield f"the work was not uneven: {busy}"
    if max(timeline.level("pool", "tasks"), default=0) < 4 or timeline.level("pool", "tasks")[-1] != 0:
        yield f"tasks waiting in the pool: {timeline.level('pool', 'tasks')}"
    idle = timeline.total("Queue.get", object="pool")
    if idle < most:
        yield "the other workers were not idle"


def slow_birth(told):
    timeline = told.timeline
    [worker] = timeline.workers
    phases = sorted((row for row in timeline.segments if row["lane"] == worker["id"]), key=lambda row: row["start"])
    names = [row["kind"] for row in phases if row["kind"] in ("exec", "boot", "import", "unpickle", "run", "exit", "zombie")]
    if names[:5] != ["exec", "boot", "import", "unpickle", "run"]:
        yield f"its life was {names}"
    birth = sum(timeline.total(kind, lane=worker["id"]) for kind in ("exec", "boot", "import", "unpickle"))
    if birth < timeline.total("run", lane=worker["id"]) * 3:
        yield "being born did not take far longer than working"
    if not timeline.of("Process.join", released_by=worker["id"]):
        yield "nobody joined it"


def gil_ping_pong(told):
    timeline = told.timeline
    if not (timeline.gil or {}).get("watched"):
        yield f"the interpreter's lock is not watched: {timeline.gil}"
        return
    threads = {lane["id"] for lane in timeline.lanes.values() if lane["kind"] == "thread"}
    holds = sorted((row for row in timeline.of("has gil") if row["lane"] in threads), key=lambda row: row["start"])
    turns = sum(first["lane"] != second["lane"] for first, second in zip(holds, holds[1:]))
    if len(threads) != 2 or turns < 5:
        yield f"{len(threads)} threads handed the lock over {turns} times"
    if not any(row["detail"] == 1 for row in holds):
        yield "no hand-over was forced"
    overlaps = [pair for pair in zip(holds, holds[1:]) if pair[0]["end"] > pair[1]["start"]]
    if overlaps:
        yield f"two threads had the lock at one time: {overlaps[0]}"
    waits = [row for row in timeline.of("gil") if row["lane"] in threads]
    # Who was made to let it go waits a moment for whoever takes it next, and in that moment nobody has it.
    named = [row for row in waits if row["holder"] in threads and row["released_by"]]
    if len(named) < 4:
        yield f"of {len(waits)} waits for the lock {len(named)} name who had it and who let it go"
    if told.finished["cores_used"] > 1.5:
        yield f"{told.finished['cores_used']} cores were used"


def threads_and_io(told):
    timeline = told.timeline
    threads = [lane for lane in timeline.lanes.values() if lane["kind"] == "thread"]
    asleep = [timeline.total("sleep", lane=lane["id"]) for lane in threads]
    if len(threads) != 3 or min(asleep, default=0) < 150_000_000:
        yield f"three threads did not sleep 150 ms each: {asleep}"
    first = max(min(row["start"] for row in timeline.of("sleep", lane=lane["id"])) for lane in threads)
    last = min(max(row["end"] for row in timeline.of("sleep", lane=lane["id"])) for lane in threads)
    if first >= last:
        yield "they did not sleep beside one another"
    if not timeline.of("Thread.join"):
        yield "nobody joined them"
    busy = sum(timeline.total("on core", holder=lane["id"]) for lane in threads)
    if busy * 4 > sum(asleep):
        yield f"they were on a core for {busy} ns of {sum(asleep)}"


def barrier_straggler(told):
    timeline = told.timeline
    late = timeline.workers[2]["id"]
    waits = timeline.of("Barrier.wait", object="finish")
    early = [wait for wait in waits if wait["lane"] != late]
    if len(waits) != 9 or len(early) != 6:
        yield f"{len(waits)} waits at the barrier, {len(early)} of the early ones"
    if any(wait["released_by"] != late for wait in early):
        yield f"not every early one was let go by the late one: {early}"
    if max(timeline.level("finish", "waiters"), default=0) < 2:
        yield f"two never waited at one time: {timeline.level('finish', 'waiters')}"
    if sum(wait["end"] - wait["start"] for wait in early) < 6 * 30_000_000:
        yield "the early ones hardly waited"


def crash(told):
    timeline = told.timeline
    killed = [lane for lane in timeline.workers if lane["signal"] == "SIGKILL"]
    if len(killed) != 1:
        yield f"{len(killed)} workers were killed"
        return
    last = max(timeline.of("task", lane=killed[0]["id"]), key=lambda row: row["start"])
    if last["end"] != killed[0]["end_ns"]:
        yield "its task did not end with it"
    if len(timeline.workers) < 3:
        yield "no worker took its place"
    if "WorkerLost" not in told.text:
        yield f"the pool did not say so: {told.text}"
    if [mark["text"] for mark in timeline.marks if mark["kind"] == "signal" and mark["lane"] == killed[0]["id"]] != ["SIGKILL"]:
        yield "there is no mark of the signal"


def one_deadlock(told):
    """The deadlock, told while the run went on; None where there is not just one."""
    if told.finished is not None:
        yield "it was told only after the run's end"
    if len(told.timeline.deadlocks) != 1:
        yield f"{len(told.timeline.deadlocks)} deadlocks were told"
        return None
    return told.timeline.deadlocks[0]


def deadlock(told):
    timeline = told.timeline
    found = yield from one_deadlock(told)
    if found is None:
        return
    first, second = found["waits"]
    workers = {lane["id"] for lane in timeline.workers}
    if {first["lane"], second["lane"]} != workers or (first["waits_for"], second["waits_for"]) != (second["lane"], first["lane"]):
        yield f"the two workers do not wait for each other: {found}"
    if {timeline.objects[wait["object"]]["name"] for wait in found["waits"]} != {"salt", "pepper"}:
        yield f"the locks are not salt and pepper: {found}"
    if (first["line"], second["line"]) != (8, 8):
        yield f"it does not name line 8: {found}"
    if f"forkyard: {found['text']}\n" != told.text:
        yield f"it was not said on standard error: {told.text!r}"


def deadlock_through_executor(told):
    timeline = told.timeline
    found = yield from one_deadlock(told)
    if found is None:
        return
    waits = [(timeline.objects[wait["object"]]["name"], wait["line"], wait["waits_for"]) for wait in found["waits"]]
    main, worker = (lane["id"] for lane in timeline.processes)
    if waits != [("staff", 20, worker), ("key", 12, main)]:
        yield f"it is not the result of staff in line 20 and the key in line 12: {found}"
    rows = [(timeline.name(row["lane"]), row["kind"]) for row in timeline.open if row["object"] == found["waits"][0]["object"]]
    # The thread is the executor's own, which rests.
    if sorted(rows) != [("ForkProcess-1", "task"), ("MainProcess", "AsyncResult.get"), ("Thread-1", "AsyncResult.get")]:
        yield f"a task and a wait for its result are not all that goes on at the executor: {rows}"
    if timeline.level("staff", "tasks")[-1:] != [2]:
        yield f"two tasks do not wait: {timeline.level('staff', 'tasks')}"


def deadlock_in_executor(told):
    timeline = told.timeline
    found = yield from one_deadlock(told)
    if found is None:
        return
    waits = sorted((timeline.objects[wait["object"]]["name"], wait["line"]) for wait in found["waits"])
    if waits != [("given", 12), ("given", 12), ("staff", 19)]:
        yield f"it is not the result of staff in line 19 and the two workers at the queue in line 12: {found}"


def deadlock_leaving_executor(told):
    timeline = told.timeline
    found = yield from one_deadlock(told)
    if found is None:
        return
    waits = [(timeline.objects[wait["object"]]["name"], wait["line"], wait["waits_for"]) for wait in found["waits"]]
    main, worker = (lane["id"] for lane in timeline.processes)
    if waits != [("staff", 20, worker), ("key", 13, main)]:
        yield f"it is not the tasks of staff in line 20 and the key in line 13: {found}"
    idle = [row["line"] for row in timeline.of("Queue.get", object="staff", lane=worker)]
    if any(idle):
        yield f"the worker had tasks to wait for, which no line of the program does: {idle}"


def alarm_ends_a_wait(told):
    if told.finished is None or told.text != "went on\n" * 2:
        yield f"a wait that an alarm ends was called a deadlock: {told.text!r}"


def one_after_the_other(told):
    workers = told.timeline.workers
    joins = told.timeline.of("Process.join", line=14)
    if len(workers) != 4 or [join["holder"] for join in sorted(joins, key=lambda join: join["start"])] != [lane["id"] for lane in workers]:
        yield f"not each of the four was joined in its turn: {joins}"


def race(told):
    timeline = told.timeline
    lost = sum(found["count"] for found in timeline.lost_updates)
    if (lost, told.text) != (200, "200\n"):
        yield f"{lost} lost updates were found, and of 400 counts the program has {told.text}"
    workers = {lane["id"] for lane in timeline.workers}
    for found in timeline.lost_updates:
        if (found["line"], found["other_line"]) != (7, 7) or {found["lane"], found["other_lane"]} != workers:
            yield f"not line 7 of the two workers: {found}"
        if timeline.objects[found["object"]]["name"] != "counter":
            yield f"not the counter: {found}"
