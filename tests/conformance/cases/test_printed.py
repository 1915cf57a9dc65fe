"""A thread starts processes while another one prints: what is printed comes once, and no process waits for a buffer that nobody will let go."""

import collections
import subprocess
import sys
import tempfile

from base import METHOD, Case, engine_only

PROGRAM = """
# Lines are of 16 bytes: a buffer, as it is written when it is full, ends with one, and no line of another process is put into it.
import os, sys, threading
import multiprocessing
mp = multiprocessing.get_context({method!r})
STARTS = 40

def start():
    for number in range(STARTS):
        process = mp.Process(target=print, args=(f"child {{number:9}}",))
        process.start()
        process.join()

if __name__ == "__main__":
    os.register_at_fork(after_in_child=lambda: print(f"hook  {{os.getpid():9}}"))
    starter = threading.Thread(target=start)
    starter.start()
    number = 0
    while starter.is_alive():
        print(f"line {{number:10}}")
        print("part", number, end=";", file=sys.stderr)
        number += 1
"""
#: Seconds after which the program counts as hanging.
PATIENCE = 240


@engine_only
class Printed(Case):
    def test_what_a_thread_prints_while_another_starts_processes_comes_once(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(PROGRAM.format(method=METHOD))
            file.flush()
            command = [sys.executable, "-W", "ignore", file.name]
            ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
        lines = collections.Counter(ended.stdout.splitlines())
        parts = collections.Counter(ended.stderr.split(";")[:-1])
        twice = [text for text, count in (lines + parts).items() if count > 1]
        self.assertEqual(twice, [])
        printed = [number for line in lines for word, number in [line.split()] if word == "child"]
        self.assertEqual(sorted(map(int, printed)), list(range(40)))
        self.assertEqual(sum(line.startswith("hook") for line in lines), 40 if METHOD == "fork" else 0)
