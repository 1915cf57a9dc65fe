"""The fork server and its processes, whichever way they are made."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import base

only_here = unittest.skipUnless(base.METHOD == "forkserver", "about the fork server")

PRELOADED = """
    import os, threading
    SERVER = os.getpid()
    count = [0]
    {more}
    """


@only_here
class Servers(base.Case):
    """Programs of their own, run with the engine in force."""

    def told_by(self, source, more="", environment=()):
        """What a program prints, which finds a module `preloaded` beside it."""
        with tempfile.TemporaryDirectory() as place:
            pathlib.Path(place, "preloaded.py").write_text(textwrap.dedent(PRELOADED).format(more=more))
            path = pathlib.Path(place, "program.py")
            path.write_text(textwrap.dedent(source))
            environ = {**os.environ, "PYTHONPATH": place, **dict(environment)}
            done = subprocess.run([sys.executable, path], capture_output=True, text=True, env=environ, timeout=240)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            return [json.loads(line) for line in done.stdout.splitlines()]

    COUNTED = """
        import json, multiprocessing, os, sys

        def tell():
            known = "preloaded" in sys.modules
            import preloaded
            preloaded.count[0] += 1
            parent = multiprocessing.parent_process().pid
            print(json.dumps([known, preloaded.SERVER != os.getpid(), preloaded.count[0], sys.argv[1:], parent]), flush=True)

        if __name__ == "__main__":
            multiprocessing.set_start_method("forkserver")
            multiprocessing.set_forkserver_preload(["preloaded", "there_is_no_such_module"])
            for _ in range(3):
                process = multiprocessing.Process(target=tell)
                process.start()
                process.join()
                assert process.exitcode == 0, process.exitcode
            print(json.dumps(os.getpid()))
        """

    def test_preloads_are_there_and_each_process_has_its_own_copy(self):
        *told, pid = self.told_by(self.COUNTED)
        self.assertEqual(told, 3 * [[True, True, 1, [], pid]])

    def test_a_preload_may_make_what_is_shared(self):
        told = self.told_by(
            """
            import json, multiprocessing

            def tell(queue, total):
                import preloaded
                with preloaded.lock:
                    total.value += 1
                preloaded.own.put(total.value)
                queue.put(preloaded.own.get())

            if __name__ == "__main__":
                multiprocessing.set_start_method("forkserver")
                multiprocessing.set_forkserver_preload(["preloaded"])
                queue, total = multiprocessing.Queue(), multiprocessing.Value("i", 0)
                for _ in range(3):
                    process = multiprocessing.Process(target=tell, args=(queue, total))
                    process.start()
                    process.join()
                    assert process.exitcode == 0, process.exitcode
                with multiprocessing.Pool(2) as pool:
                    print(json.dumps([[queue.get() for _ in range(3)], pool.map(abs, [-1, -2])]))
            """,
            "import multiprocessing; lock, own = multiprocessing.Lock(), multiprocessing.Queue()",
        )
        self.assertEqual(told, [[[1, 2, 3], [1, 2]]])

    def test_a_preload_may_have_threads(self):
        wait = "threading.Thread(target=threading.Event().wait, daemon=True).start()"
        *told, pid = self.told_by(self.COUNTED, more=wait)
        self.assertEqual(told, 3 * [[True, True, 1, [], pid]])

    @base.engine_only
    def test_processes_are_copies_of_the_server_unless_that_has_threads(self):
        source = self.COUNTED.replace("parent = ", "parent = os.getppid() == ")
        for more, are_children in (("", True), ("threading.Thread(target=threading.Event().wait, daemon=True).start()", False)):
            *told, _ = self.told_by(source, more=more)
            self.assertEqual([answer[-1] for answer in told], 3 * [are_children])
        *told, _ = self.told_by(source, environment={"FORKYARD_ZYGOTE": "off"})
        self.assertEqual([answer[-1] for answer in told], 3 * [False])

    def test_the_environment_is_the_servers(self):
        told = self.told_by(
            """
            import json, multiprocessing, os

            def tell():
                print(json.dumps(os.environ.get("BEGINNING")), flush=True)

            if __name__ == "__main__":
                for number in range(3):
                    os.environ["BEGINNING"] = str(number)
                    process = multiprocessing.get_context("forkserver").Process(target=tell)
                    process.start()
                    process.join()
            """
        )
        self.assertEqual(told, ["0", "0", "0"])

    @base.engine_only
    def test_its_death_is_survived_by_what_it_has_started_and_by_the_program(self):
        told = self.told_by(
            """
            import json, multiprocessing, os, signal
            from multiprocessing import forkserver

            if __name__ == "__main__":
                context = multiprocessing.get_context("forkserver")
                for _ in range(3):
                    event = context.Event()
                    waits = context.Process(target=event.wait)
                    waits.start()
                    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
                    next_one = context.Process(target=event.set)
                    next_one.start()
                    next_one.join()
                    waits.join()
                    print(json.dumps([next_one.exitcode, waits.exitcode in (0, 255)]))
            """
        )
        self.assertEqual(told, 3 * [[0, True]])

    @base.engine_only
    def test_a_process_gets_more_descriptors_than_fit_in_one_message(self):
        told = self.told_by(
            """
            import json, multiprocessing, os
            from multiprocessing import reduction

            def tell(passed):
                print(json.dumps([os.read(each[0].detach(), 9).decode() for each in passed][::100]), flush=True)

            class Passed:
                def __init__(self, number):
                    self.read, write = os.pipe()
                    os.write(write, str(number).encode())
                    os.close(write)

                def __reduce__(self):
                    return list, ((reduction.DupFd(self.read),),)

            if __name__ == "__main__":
                context = multiprocessing.get_context("forkserver")
                process = context.Process(target=tell, args=([Passed(number) for number in range(600)],))
                process.start()
                process.join()
                print(json.dumps(process.exitcode))
            """
        )
        self.assertEqual(told, [["0", "100", "200", "300", "400", "500"], 0])

    def test_processes_start_processes(self):
        told = self.told_by(
            """
            import json, multiprocessing

            def inner():
                print(json.dumps("inner"), flush=True)

            def outer():
                process = multiprocessing.get_context("forkserver").Process(target=inner)
                process.start()
                process.join()
                print(json.dumps(process.exitcode), flush=True)

            if __name__ == "__main__":
                for method in ("forkserver", "fork"):
                    process = multiprocessing.get_context("forkserver").Process(target=outer)
                    process.start()
                    process.join()
                    print(json.dumps(process.exitcode), flush=True)
            """
        )
        self.assertEqual(told, 2 * ["inner", 0, 0])

    def test_who_asks_for_processes_by_hand_gets_them(self):
        told = self.told_by(
            """
            import io, json, multiprocessing, os
            from multiprocessing import forkserver, popen_forkserver, reduction, spawn
            from multiprocessing.context import set_spawning_popen

            class Popen(popen_forkserver.Popen):
                def __init__(self):
                    self._fds = []

            if __name__ == "__main__":
                process = multiprocessing.get_context("forkserver").Process(target=int)
                process.start()
                process.join()
                buffer = io.BytesIO()
                popen = Popen()
                set_spawning_popen(popen)
                reduction.dump(spawn.get_preparation_data("by hand"), buffer)
                reduction.dump(multiprocessing.Process(target=exit, args=(7,)), buffer)
                set_spawning_popen(None)
                status, data = forkserver.connect_to_new_process(popen._fds)
                with open(data, "wb") as pipe:
                    pipe.write(buffer.getbuffer())
                    pipe.flush()
                    pid = forkserver.read_signed(status)
                    print(json.dumps([pid > 1, forkserver.read_signed(status)]))
            """
        )
        self.assertEqual(told, [[True, 7]])


if __name__ == "__main__":
    unittest.main()
