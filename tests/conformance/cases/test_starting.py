"""What a process finds when it begins: the same whether its interpreter booted for it or was copied from one that had.

On the engine the first process that is spawned boots and the next ones are copies of a zygote; on CPython's own module each
boots. Every case therefore starts several, and asks the later ones.
"""

import contextlib
import json
import multiprocessing
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

import base
import recording

#: Tells, as a line of JSON from each of four spawned processes, what a process can know of its own beginning.
FACTS = """
import gc, json, multiprocessing, os, pathlib, resource, signal, sys, threading

def facts():
    status = pathlib.Path("/proc/self/status").read_text().splitlines()
    told = dict(line.split(":\\t", 1) for line in status if ":\\t" in line)
    streams = (sys.stdout, sys.stderr)
    return {
        "argv": sys.argv,
        "path": sys.path,
        "flags": str(sys.flags),
        "warnings": sys.warnoptions,
        "options": sys._xoptions,
        "orig_argv": [part for part in sys.orig_argv if "spawn_main" not in part],
        "command": sum("spawn_main(tracker_fd=" in part for part in sys.orig_argv),
        "executable": (sys.executable, sys.prefix, sys.base_prefix),
        "environ": {name: value for name, value in os.environ.items() if name != "FORKYARD_ENGINE"},
        "main": [(name, sys.modules[name].__name__, sys.modules[name].__file__) for name in ("__main__", "__mp_main__")],
        "modules": MODULES,
        "descriptors": len(DESCRIPTORS),
        "cwd": os.getcwd(),
        "nice": os.nice(0),
        "cores": sorted(os.sched_getaffinity(0)),
        "limits": [resource.getrlimit(limit) for limit in range(10)],
        "group": (os.getpgrp(), os.getsid(0)),
        "status": {name: told[name] for name in ("Name", "Umask", "SigBlk", "SigIgn", "SigCgt", "Threads", "NoNewPrivs")},
        "parent": os.getppid() == multiprocessing.parent_process().pid,
        "thread": threading.main_thread().native_id == threading.get_native_id() == os.getpid(),
        "threads": [thread.name for thread in threading.enumerate()],
        "streams": [(s.encoding, s.errors, s.line_buffering, s.fileno()) for s in streams],
        "switch": (sys.getswitchinterval(), sys.getrecursionlimit()),
        "collector": (gc.isenabled(), gc.get_threshold()),
        "interrupt": str(signal.getsignal(signal.SIGINT)),
        "process": (multiprocessing.current_process().name, multiprocessing.get_start_method()),
        "method": multiprocessing.get_start_method(),
        "buffering": os.environ.get("PYTHONUNBUFFERED"),
    }

MODULES = list(sys.modules)
DESCRIPTORS = sorted(map(int, os.listdir("/proc/self/fd")))

def tell():
    print(json.dumps(facts()), flush=True)

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    for _ in range(4):
        process = context.Process(target=tell, name="told")
        process.start()
        process.join()
"""

not_forked = unittest.skipUnless(base.METHOD == "spawn", "about processes with an interpreter of their own")


def started_by_spawn(then):
    """A program that starts processes by spawn, one after the other, and then does this."""
    start = """
    import multiprocessing, os

    if __name__ == "__main__":
        context = multiprocessing.get_context("spawn")
        for _ in range(3):
            process = context.Process(target=int)
            process.start()
            process.join()
    """
    return textwrap.dedent(start) + textwrap.indent(textwrap.dedent(then), "    ")


def send_environment(connection, name):
    connection.send((os.environ.get(name), os.getcwd(), _umask(), os.nice(0)))


def send_signals(connection):
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    connection.send((signal.SIGUSR1 in blocked, signal.getsignal(signal.SIGUSR2) == signal.SIG_IGN))


def send_random(connection):
    import random

    connection.send((random.random(), os.urandom(4), tempfile.gettempprefix()))


def exit_with(code):
    sys.exit(code)


def zygotes():
    """The zygote of this process, and after it what waits to be started, as soon as it is there."""
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [child for child in sorted(map(int, children)) if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "forkyard-zygote"]


def is_dead_or_unsignalled(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return "State:\tZ" in status or "ShdPnd:\t0000000000000000" in status


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask


class _Odd:
    """No module."""


def put_among_modules(*things):
    sys.modules.update({f"odd {number}": thing for number, thing in enumerate(things)})


@not_forked
class Beginnings(base.Case):
    def told_by(self, target, *arguments):
        ours, theirs = self.mp.Pipe()
        process = self.start(target, theirs, *arguments)
        theirs.close()
        answer = ours.recv()
        process.join()
        self.assertEqual(process.exitcode, 0)
        return answer

    def test_what_the_program_changes_is_found_by_the_next_process(self):
        with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as undo:
            undo.callback(os.chdir, os.getcwd())
            undo.callback(os.umask, os.umask(0o22))
            for number in range(4):
                os.environ["BEGINNING"] = str(number)
                os.umask(0o20 + number)
                home = os.path.realpath(os.path.join(place, str(number)))
                os.mkdir(home)
                os.chdir(home)
                self.assertEqual(self.told_by(send_environment, "BEGINNING"), (str(number), home, 0o20 + number, os.nice(0)))
            del os.environ["BEGINNING"]
            self.assertIsNone(self.told_by(send_environment, "BEGINNING")[0])

    def test_the_signal_mask_and_what_is_ignored_are_the_starters(self):
        self.assertEqual(self.told_by(send_signals), (False, False))
        before = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        try:
            for _ in range(3):
                self.assertEqual(self.told_by(send_signals), (True, True))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
            signal.signal(signal.SIGUSR2, before)
        self.assertEqual(self.told_by(send_signals), (False, False))

    def test_no_two_have_the_same_chance(self):
        told = [self.told_by(send_random) for _ in range(4)]
        self.assertEqual(len({answer[0] for answer in told}), 4)
        self.assertEqual(len({answer[1] for answer in told}), 4)

    def test_exit_codes_are_told_and_children_are_ours_to_wait_for(self):
        for code in (0, 1, 7, 255):
            self.assertEqual(self.run_to_end(exit_with, code), code)
        process = self.start(time.sleep, 100)
        process.kill()
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual((ended.si_pid, ended.si_status), (process.pid, signal.SIGKILL))

    def test_what_is_among_the_modules_need_not_be_one(self):
        # `typing` puts classes there, on 3.12 and before.
        for _ in range(3):
            self.assertEqual(self.run_to_end(put_among_modules, _Odd, None, 1), 0)

    @base.engine_only
    def test_what_waits_to_be_started_can_be_killed_and_signalled(self):
        self.run_to_end(exit_with, 0)
        for number in (signal.SIGKILL, signal.SIGUSR1):
            self.run_to_end(exit_with, 0)
            while not (waiting := zygotes()[1:]):
                pass
            for pid in waiting:
                os.kill(pid, number)
                while not is_dead_or_unsignalled(pid):
                    pass
            self.assertEqual(self.run_to_end(exit_with, 7), 7)

    def test_a_signal_that_follows_the_start_is_the_processes(self):
        for _ in range(20):
            process = self.start(time.sleep, 100)
            process.terminate()
            process.join()
            self.assertEqual(process.exitcode, -signal.SIGTERM)

    def test_only_the_programs_own_processes_are_its_children_there(self):
        self.run_to_end(exit_with, 0)
        process = self.start(time.sleep, 100)
        self.assertEqual(multiprocessing.active_children(), [process])

    def test_several_threads_start_processes(self):
        codes = []
        threads = [threading.Thread(target=lambda code=code: codes.append(self.run_to_end(exit_with, code))) for code in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(codes), [*range(6)])


@not_forked
class Programs(base.Case):
    """Programs of their own, run with the engine in force."""

    def run_program(self, source, *options, environment=()):
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "program.py")
            pathlib.Path(path).write_text(textwrap.dedent(source))
            command = [sys.executable, *options, path]
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **dict(environment)}, timeout=240)
            return done.returncode, done.stdout.replace(place, "PLACE"), done.stderr.replace(place, "PLACE")

    @base.engine_only
    def test_a_process_finds_what_it_finds_on_cpythons_own_module_booted_or_copied(self):
        for options in ([], ["-O", "-W", "ignore"], ["-X", "utf8"]):
            told = {}
            for engine in ("stdlib", "forkyard"):
                code, out, err = self.run_program(FACTS, *options, environment={"FORKYARD_ENGINE": engine})
                self.assertEqual((code, err), (0, ""), out)
                told[engine] = [json.loads(line) for line in out.splitlines()]
                self.assertEqual(len(told[engine]), 4)
            self.assertTrue(all(each["parent"] and each["thread"] for each in told["forkyard"]))
            booted, *copies = told["forkyard"]
            for copy in copies:
                self.assertEqual(copy, booted)
            own = booted.pop("modules")
            del booted["descriptors"], told["stdlib"][0]["descriptors"]  # the arena's is one more
            plain = told["stdlib"][0].pop("modules")
            self.assertEqual(booted, told["stdlib"][0])
            self.assertEqual([name for name in plain if name not in own], [])
            more = {name for name in own if name not in plain and not name.startswith("_forkyard")}
            self.assertLessEqual(more, {"multiprocessing.popen_spawn_posix", "multiprocessing.popen_fork"})

    def test_last_words_are_said_in_the_order_of_an_interpreters_end(self):
        done = self.run_program(
            """
            import atexit, multiprocessing, sys, threading, time

            class Late:
                def __del__(self):
                    print("module's end")

            def work(number):
                global late, held
                late = Late()
                atexit.register(print, "atexit", number)
                held = open(sys.argv[1] if len(sys.argv) > 1 else "/dev/stdout", "w")
                held.write("unflushed\\n")
                threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()
                print("work", number, end=" ")

            if __name__ == "__main__":
                for number in range(3):
                    process = multiprocessing.get_context("spawn").Process(target=work, args=(number,))
                    process.start()
                    process.join()
                    print(process.exitcode, flush=True)
            """
        )
        once = "work {0} thread\natexit {0}\nmodule's end\nunflushed\n0\n"
        lines = done[1].splitlines()
        self.assertEqual((done[0], done[2], len(lines)), (0, "", 15), done)
        for number in range(3):
            said = lines[5 * number : 5 * number + 5]
            self.assertEqual(sorted(said), sorted(once.format(number).splitlines()))
            self.assertEqual(said[:2], [f"work {number} thread", f"atexit {number}"])

    @base.engine_only
    def test_what_holds_itself_finds_all_that_it_needs_at_the_end(self):
        source = """
            import asyncio, json, multiprocessing, sys

            class Saver:
                def __init__(self):
                    self.itself = self

                def __del__(self):
                    print(json.dumps("saved"))

            def work():
                global keep, loop
                keep, loop = Saver(), asyncio.new_event_loop()
                sys.stdout = sys.stderr
                print("work", file=sys.__stdout__)

            if __name__ == "__main__":
                for _ in range(3):
                    process = multiprocessing.get_context("spawn").Process(target=work)
                    process.start()
                    process.join()
                    print(process.exitcode, flush=True)
            """
        for engine in ("stdlib", "forkyard"):
            done = self.run_program(source, environment={"FORKYARD_ENGINE": engine})
            self.assertEqual(done, (0, 'work\n"saved"\n0\n' * 3, ""), engine)

    def test_a_main_module_without_its_guard_is_told_so(self):
        done = self.run_program(
            """
            import multiprocessing
            multiprocessing.set_start_method("spawn", force=True)
            for _ in range(2):
                process = multiprocessing.Process(target=print)
                process.start()
                process.join()
                print(process.exitcode)
            """
        )
        self.assertEqual(done[:2], (0, "1\n1\n"))
        self.assertEqual(done[2].count("An attempt has been made to start a new process before"), 2)
        self.assertNotIn("fresh.py", done[2])
        self.assertNotIn("zygote.py", done[2])

    def test_options_reach_the_processes(self):
        source = """
            import multiprocessing, sys

            def tell():
                print(sys.flags.optimize, sys.flags.utf8_mode, sys.warnoptions, sys._xoptions, sys.flags.isolated)

            if __name__ == "__main__":
                context = multiprocessing.get_context("spawn")
                tell()
                sys.stdout.flush()
                for _ in range(3):
                    process = context.Process(target=tell)
                    process.start()
                    process.join()
            """
        for options in (["-O"], ["-X", "utf8", "-W", "error"], ["-I"], ["-E"]):
            code, out, err = self.run_program(source, *options)
            lines = out.splitlines()
            self.assertEqual((code, len(lines), len(set(lines)), err), (0, 4, 1, ""), (options, out, err))

    def told_alike(self, source):
        """What a program prints and where its tracebacks lead, once they are the same on both; a fork server's frame aside."""
        told = {}
        for engine in ("stdlib", "forkyard"):
            code, out, err = self.run_program(source, environment={"FORKYARD_ENGINE": engine})
            frames = [name for name in re.findall(r", in (\S+)\n", err) if name not in ("main", "_work")]
            told[engine] = code, out, frames, re.findall(r"^.*(?:Warning|Error): .*", err, re.MULTILINE)
        self.assertEqual(told["forkyard"], told["stdlib"])
        return told["stdlib"][1]

    @base.engine_only
    def test_what_is_asked_of_atexit_is_done_where_the_interpreter_does_it(self):
        told = self.told_alike(
            """
            import atexit, multiprocessing

            def work():
                atexit.register(print, "at exit", flush=True)
                print("work", flush=True)

            if __name__ == "__main__":
                for method in ("fork", "spawn", "forkserver"):
                    for _ in range(2):
                        process = multiprocessing.get_context(method).Process(target=work)
                        process.start()
                        process.join()
            """
        )
        self.assertIn("at exit", told)

    @base.engine_only
    def test_each_process_runs_the_main_module_as_its_file_is_then(self):
        told = self.told_alike(
            r"""
            import multiprocessing, pathlib
            number = 0

            def tell():
                print(number, flush=True)

            def again(method, text):
                pathlib.Path(__file__).write_text(text)
                process = multiprocessing.get_context(method).Process(target=tell)
                process.start()
                process.join()
                print(process.exitcode, flush=True)

            if __name__ == "__main__":
                text = pathlib.Path(__file__).read_text()
                for method in ("spawn", "forkserver"):
                    for change in ("", "number = 1\n\n", "number = '\\d'\n\n", "number = (\n\n", "\n"):
                        again(method, text.replace("\n\n", "\n" + change, 1))
            """
        )
        self.assertEqual(told.split()[:6], ["0", "0", "1", "0", "\\d", "0"])

    def test_the_programs_end_leaves_nobody(self):
        for end in ("pass", "os._exit(3)", "os.kill(os.getpid(), 9)"):
            mark = f"{os.getpid()}-{end}"
            self.run_program(started_by_spawn(end), environment={"BEGINNING_MARK": mark})
            self.await_nobody(f"BEGINNING_MARK={mark}")

    def await_nobody(self, mark):
        """Waits until no process has this in its environment; the watchdog ends the wait."""
        while True:
            left = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if mark.encode() in _environment(pid)]
            if not left:
                return
            time.sleep(0.02)

    def test_a_starter_that_is_killed_leaves_no_zygote_though_others_hold_its_descriptors(self):
        mark = f"{os.getpid()}-held"
        code, out, _ = self.run_program(
            started_by_spawn(
                """
                if os.fork() == 0:
                    os.environ.clear()
                    os.execv("/bin/sleep", ["sleep", "1"])
                os.kill(os.getpid(), 9)
                """
            ),
            environment={"BEGINNING_MARK": mark},
        )
        self.assertEqual(code, -signal.SIGKILL, out)
        self.await_nobody(f"BEGINNING_MARK={mark}")

    def test_it_can_be_switched_off(self):
        source = """
            import multiprocessing, os

            def tell():
                print(os.environ.get("FORKYARD_ZYGOTE"), os.path.exists("/proc/self/exe"))

            if __name__ == "__main__":
                for _ in range(2):
                    process = multiprocessing.get_context("spawn").Process(target=tell)
                    process.start()
                    process.join()
                children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
                names = [open(f"/proc/{child}/comm").read().strip() for child in children]
                print("forkyard-zygote" in names)
            """
        self.assertEqual(self.run_program(source)[1].splitlines()[-1], str(base.ENGINE == "forkyard"))
        code, out, err = self.run_program(source, environment={"FORKYARD_ZYGOTE": "off"})
        self.assertEqual((code, out, err), (0, "off True\noff True\nFalse\n", ""))


STARTED = """
import multiprocessing
if __name__ == "__main__":
    for _ in range(3):
        process = multiprocessing.Process(target=int)
        process.start()
        process.join()
"""


@not_forked
class OnTheTimeline(recording.Recorded):
    @base.engine_only
    def test_the_first_boots_the_others_are_forked_and_the_zygote_is_no_row(self):
        ended, timeline = self.record(STARTED)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        lives = {}
        for event in sorted(timeline.of_category("lifecycle"), key=lambda event: event["ts"]):
            lives.setdefault(event["pid"], []).append(event["name"])
        _, first, *others = lives.values()
        self.assertEqual(first[:4], ["exec", "boot", "import", "unpickle"])
        self.assertEqual([other[:3] for other in others], 2 * [["fork", "import", "unpickle"]])


def _environment(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
