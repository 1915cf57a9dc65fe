"""What a forked process finds when it begins. On the engine its parent prepares the beginning, from the second process on."""

import contextlib
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import base

#: Each of three processes tells as a line of JSON what it can know of its beginning, and then fails.
FACTS = """
import io, json, multiprocessing, os, sys, threading
from multiprocessing import process, util

class Followed:
    pass

followed = Followed()

def frames():
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == process.__file__:
            yield frame.f_code.co_name, getattr(frame.f_code, "co_qualname", ""), frame.f_lineno
        frame = frame.f_back

def grandchild():
    print(json.dumps([multiprocessing.current_process().name, os.getppid() == multiprocessing.parent_process().pid, stdin()]))

def stdin():
    stream = sys.stdin
    if stream is None:
        return None
    told = [stream.name == stream.fileno() or stream.name, stream.mode, stream.encoding, stream.errors, stream.newlines]
    told += [stream.line_buffering, stream.closed, stream.isatty(), stream.seekable(), stream.buffer.raw.closefd]
    told += [type(stream).__name__, os.path.samestat(os.fstat(stream.fileno()), os.stat(os.devnull)), stream.read()]
    return told + [os.get_inheritable(stream.fileno())]

def answer(read):
    try:
        return str(read())
    except Exception as error:
        return [type(error).__name__, str(error)]

def facts():
    me, parent = multiprocessing.current_process(), multiprocessing.parent_process()
    print(json.dumps({
        "stdin": stdin(),
        "before": [answer(lambda: before.closed), answer(lambda: before.read()), answer(lambda: before.buffer.read())],
        "me": [me.name, me.pid == os.getpid(), me.daemon, me.exitcode, me._identity, type(me).__name__],
        "parent": [parent.name, parent.pid == os.getppid(), parent.is_alive(), parent._identity, type(parent).__name__],
        "children": len(multiprocessing.active_children()),
        "method": multiprocessing.get_start_method(),
        "thread": threading.main_thread().native_id == threading.get_native_id() == os.getpid(),
        "finalizers": len(util._finalizer_registry),
        "exiting": util._exiting,
        "frames": [*frames()],
        "notes": notes,
    }), flush=True)
    child = multiprocessing.get_context("fork").Process(target=grandchild)
    child.start()
    child.join()
    1 / 0

if __name__ == "__main__":
    before, notes = sys.stdin, []
    PREPARE
    for _ in range(3):
        child = multiprocessing.get_context("fork").Process(target=facts)
        child.start()
        child.join()
        print(child.exitcode, flush=True)
"""

#: What a program does before it starts the processes.
PREPARATIONS = {
    "nothing": "",
    "its own standard input": "sys.stdin = io.StringIO('text')",
    "another stream": "sys.stdin = open(__file__)",
    "none": "sys.stdin = None",
    "a closed one": "sys.stdin.close()",
    "nothing behind it": "sys.stdin.detach()",
    "one without a file": "sys.stdin = io.TextIOWrapper(io.BytesIO(b'bytes'))",
    "something that follows forks": "util.register_after_fork(followed, lambda each: notes.append(type(each).__name__))",
    "a finalizer": "finalizer = util.Finalize(followed, print, ('finalized',), exitpriority=1)",
    "a start method": "multiprocessing.set_start_method('fork')",
    "a log": "multiprocessing.log_to_stderr('INFO')",
    "its own end of standard input": "util._close_stdin = lambda: notes.append('closed')",
}


@unittest.skipUnless(base.METHOD == "fork", "about forked processes")
class Births(base.Case):
    maxDiff = None

    def run_program(self, source, engine, stdin):
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "program.py")
            pathlib.Path(path).write_text(textwrap.dedent(source))
            environment = {**os.environ, "FORKYARD_ENGINE": engine}
            options = dict(capture_output=True, text=True, env=environment, timeout=240, stdin=stdin)
            done = subprocess.run([sys.executable, "-W", "ignore", path], **options)
            return [text.replace(place, "PLACE").splitlines() for text in (done.stdout, done.stderr)]

    @base.engine_only
    def test_a_process_finds_what_it_finds_on_cpythons_own_module(self):
        for called, preparation in PREPARATIONS.items():
            source = FACTS.replace("PREPARE", preparation)
            inputs = [subprocess.DEVNULL, subprocess.PIPE] if called == "nothing" else [subprocess.DEVNULL]
            for stdin in inputs:
                with self.subTest(called, stdin=stdin):
                    plain, ours = (self.run_program(source, engine, stdin) for engine in ("stdlib", "forkyard"))
                    self.assertEqual(len([line for line in plain[0] if line.startswith("{")]), 3, plain)
                    self.assertEqual(*([[json.loads(line) for line in out if line[:1] in "{["] for out, _ in (plain, ours)]))
                    self.assertEqual(*([[line for line in out if line[:1] not in "{["] for out, _ in (plain, ours)]))
                    self.assertEqual(*([[line for line in err if "popen_fork" not in line] for _, err in (plain, ours)]))

    @base.engine_only
    def test_without_a_standard_input_nothing_is_made_up(self):
        with contextlib.ExitStack() as stack:
            kept = os.dup(0)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 0)
            os.close(0)
            plain, ours = (self.run_program(FACTS.replace("PREPARE", ""), engine, None) for engine in ("stdlib", "forkyard"))
        self.assertEqual(plain, ours)

    @base.engine_only
    def test_the_programs_own_last_words_are_said(self):
        source = """
            import multiprocessing

            class Late:
                def __del__(self):
                    print("the end")

            for _ in range(3):
                child = multiprocessing.get_context("fork").Process(target=len, args=("nothing",))
                child.start()
                child.join()
            multiprocessing.current_process().late = Late()
            child.late = Late()
            child.itself = child
            """
        for engine in ("stdlib", "forkyard"):
            with self.subTest(engine):
                self.assertEqual(self.run_program(source, engine, subprocess.DEVNULL)[0], ["the end", "the end"])

    @base.engine_only
    def test_from_the_second_process_on_no_python_code_comes_before_the_programs(self):
        called = []

        def tell(connection):
            sys.setprofile(None)
            connection.send([name for pid, name in called if pid == os.getpid()])

        def note(frame, event, _argument):
            if event == "call":
                called.append((os.getpid(), frame.f_code.co_name))

        told = []
        self.run_to_end(len, "a first one, whichever test comes first")
        for _ in range(2):
            reader, writer = multiprocessing.Pipe(duplex=False)
            process = self.mp.Process(target=tell, args=(writer,))
            sys.setprofile(note)
            process.start()
            sys.setprofile(None)
            told.append(reader.recv())
            process.join()
        for names in told:
            self.assertIn("_bootstrap", names)
            self.assertEqual(names[names.index("_bootstrap") :], ["_bootstrap", "run", "tell"])


if __name__ == "__main__":
    unittest.main()
